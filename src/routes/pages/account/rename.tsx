/** The form that gives an authenticator another name, in its place in the list. */

import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AuthenticatorStatus } from "../../../core/authenticator/status";
import type { AppEnv } from "../../context";
import { naming } from "../../fields";
import { typedIn, type Fault } from "../form-submission";
import { describedBy, FieldFault, Form, isFirst } from "../form-fields";
import { textsOf } from "../language";

const MAX_NAME = 64;
export const RenameForm = z.object({ name: naming(MAX_NAME) });

/**
 * Opens below the name. Its label is heard with the name that is there now. A name that was refused
 * stays in it, with what is wrong.
 */
export async function Rename(props: {
  c: Context<AppEnv>;
  one: AuthenticatorStatus;
  faults: Fault[];
}) {
  const { c, one } = props;
  const t = textsOf(c).account;
  const name = one.name ?? t.unnamed;
  const isRefused = props.faults.length > 0 && c.req.param("id") === one.id;
  const faults = isRefused ? props.faults : [];
  const typed = await typedIn(c);
  return (
    <details class="whole" open={isRefused}>
      <summary class="hint">
        {t.rename}
        <span class="unseen">: {name}</span>
      </summary>
      <Form action={`/account/authenticators/${one.id}/rename`}>
        <div class="row">
          <input
            class="grows"
            id={isRefused ? "name" : undefined}
            name="name"
            value={(isRefused ? typed("name") : one.name) ?? ""}
            aria-label={t.newName({ name })}
            autocomplete="off"
            maxlength={MAX_NAME}
            required
            {...describedBy({ name: "name", hint: undefined, faults })}
            autofocus={isFirst("name", faults)}
          />
          <button>{textsOf(c).profile.submit}</button>
        </div>
        <FieldFault name="name" faults={faults} />
      </Form>
    </details>
  );
}
