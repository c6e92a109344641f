/** The fields of a webhook, in the form that makes one and in the form of its settings. */

import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { EVENT_TYPES } from "../../../core/webhook/message";
import { MAX_URL } from "../../../core/outgoing/target";
import { naming } from "../../fields";
import { EventTypes, WebhookInput } from "../../admin/webhooks";
import type { AppEnv } from "../../context";
import { Checkboxes } from "../form-choices";
import { Field, FieldFault } from "../form-fields";
import { tickedIn, typedIn, type Fault } from "../form-submission";
import { textsOf } from "../language";
import { shownField } from "../shown";
import { ticked } from "./shared";

/** What a webhook says in its form. */
export interface WebhookValues {
  url: string;
  name: string | null;
  /** Null: all. */
  types: readonly string[] | null;
}

/** The boxes count only if not all events are chosen. */
export const WebhookForm = z
  .object({
    url: WebhookInput.shape.url,
    name: z.union([z.literal("").transform(() => null), naming(64)]),
    which: z.enum(["all", "some"]),
    types: ticked.pipe(EventTypes).optional(),
    ...shownField,
  })
  .transform(({ which, types = null, ...fields }, context) => {
    if (which === "some" && types === null)
      context.addIssue({ code: "custom", path: ["types"], message: "none is chosen" });
    return { ...fields, types: which === "all" ? null : types };
  });

export async function WebhookFields(props: {
  c: Context<AppEnv>;
  faults: Fault[];
  values?: WebhookValues;
}) {
  const { c, faults, values = { url: "", name: null, types: null } } = props;
  const { webhook: t } = textsOf(c).console;
  const typed = await typedIn(c);
  return (
    <>
      <Field
        name="url"
        label={t.url}
        hint={t.urlHint}
        faults={faults}
        type="url"
        value={typed("url") ?? values.url}
        placeholder="https://"
        autocomplete="off"
        maxlength={MAX_URL}
        required
      />
      <Field
        name="name"
        label={t.name}
        faults={faults}
        value={typed("name") ?? values.name ?? ""}
        autocomplete="off"
        maxlength={64}
      />
      <Types c={c} faults={faults} types={values.types} />
    </>
  );
}

/** All types of event, or those that are ticked. */
async function Types(props: {
  c: Context<AppEnv>;
  faults: Fault[];
  types: WebhookValues["types"];
}) {
  const { c, faults, types } = props;
  const { webhook: t, event } = textsOf(c).console;
  const typed = await typedIn(c);
  const which = typed("which") ?? (types === null ? "all" : "some");
  return (
    <fieldset class="some-or-all">
      <legend>{t.which}</legend>
      <FieldFault name="which" faults={faults} />
      {(["all", "some"] as const).map((one, at) => {
        const id = at === 0 ? "which" : `which-${one}`;
        return (
          <div class="check">
            <input id={id} name="which" type="radio" value={one} checked={one === which} />
            <label for={id}>{t.choice[one]}</label>
          </div>
        );
      })}
      <Checkboxes
        name="types"
        options={EVENT_TYPES.map((type) => [type, event.types[type]])}
        chosen={new Set((await tickedIn(c, "types")) ?? types ?? [])}
        faults={faults}
      />
    </fieldset>
  );
}
