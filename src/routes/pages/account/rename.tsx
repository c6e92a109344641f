/** The form that gives an authenticator another name, in its place in the list. */

import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AuthenticatorStatus } from "../../../core/authenticator/status";
import type { AppEnv } from "../../context";
import { naming } from "../../fields";
import { Form } from "../form-fields";
import { textsOf } from "../language";

const MAX_NAME = 64;
export const RenameForm = z.object({ name: naming(MAX_NAME) });

/** Opens below the name. Its label is heard with the name that is there now. */
export function Rename({ c, one }: { c: Context<AppEnv>; one: AuthenticatorStatus }) {
  const t = textsOf(c).account;
  const name = one.name ?? t.unnamed;
  return (
    <details class="whole">
      <summary class="hint">
        {t.rename}
        <span class="unseen">: {name}</span>
      </summary>
      <Form action={`/account/authenticators/${one.id}/rename`}>
        <div class="row">
          <input
            class="grows"
            name="name"
            value={one.name ?? ""}
            aria-label={t.newName({ name })}
            autocomplete="off"
            maxlength={MAX_NAME}
            required
          />
          <button>{textsOf(c).profile.submit}</button>
        </div>
      </Form>
    </details>
  );
}
