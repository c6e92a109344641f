/** What the operator does to a user. Each action has a reason for the audit trail. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { asOperator, type OperatorCaller } from "../../../core/caller/actor";
import { nameOf } from "../../../core/operator/names";
import { findUser, setDisabled, type FoundUser } from "../../../core/operator/operator";
import { ACCOUNT_NAME_BOUNDS } from "../../../core/policy";
import { accountNameOf, resetUser, type Rebinding } from "../../../core/operator/rebinding";
import { deleteUser } from "../../../core/change/delete-user";
import { unlockUser } from "../../../core/change/unlock";
import type { Deps } from "../../../env";
import { Reason } from "../../admin/shared";
import { ResetInput } from "../../admin/users";
import type { AppEnv } from "../../context";
import { form, submit, typedIn, type Fault } from "../form-submission";
import { Field } from "../form-fields";
import { textsOf } from "../language";
import { Once, requestOf } from "../once";
import { goTo, optional, showOnce } from "./shared";
import { HOME } from "./paths";
import { ask } from "./question";
import { ZonedTime } from "./zoned-time";

export const ActionForm = z.object({ reason: Reason });
const ResetForm = ActionForm.extend({
  accountName: optional(ResetInput.shape.accountName.unwrap()),
});

/**
 * Actions that need no more than to be confirmed. A reset is not among them, because it answers
 * something.
 */
const ACTIONS = {
  unlock: (deps: Deps, caller: OperatorCaller, note: string) => unlockUser(deps, caller, { note }),
  disable: (deps: Deps, caller: OperatorCaller, note: string) =>
    setDisabled(deps, caller, { disabled: true, note }),
  enable: (deps: Deps, caller: OperatorCaller, note: string) =>
    setDisabled(deps, caller, { disabled: false, note }),
};

/** What the user is called: by themselves if they have an account, otherwise by their app. */
export function nameOfUser({ account, user }: FoundUser): string {
  return nameOf({ ...account, externalId: user.externalId });
}

const userOf = (c: Context<AppEnv>) => findUser(c.var.deps, c.req.param("id") ?? "");

const questionOf =
  (action: keyof typeof ACTIONS | "reset" | "delete") =>
  async (c: Context<AppEnv>, faults: Fault[] = []) => {
    const found = await userOf(c);
    const { console: t } = textsOf(c);
    const typed = await typedIn(c);
    const words = t.user[action];
    return ask(c, {
      title: words.title({ name: nameOfUser(found) }),
      why: words.why,
      act: words.act,
      danger: action !== "unlock" && action !== "enable",
      back: `${HOME}/users/${found.user.id}`,
      faults,
      fields: (
        <>
          {action === "reset" && (
            <ResetFields
              c={c}
              faults={faults}
              name={typed("accountName") ?? accountNameOf(found)}
            />
          )}
          <ReasonField c={c} faults={faults} value={typed("reason")} />
        </>
      ),
    });
  };

/** Asks for the reason of an action, which the audit trail keeps. */
export function ReasonField(props: {
  c: Context<AppEnv>;
  faults: Fault[];
  value: string | undefined;
}) {
  const { console: t } = textsOf(props.c);
  return (
    <Field
      name="reason"
      label={t.reason}
      hint={t.reasonHint}
      faults={props.faults}
      value={props.value}
      autocomplete="off"
      maxlength={500}
      required
    />
  );
}

/**
 * The fields of a reset. The QR code names the user, because the app's own id may mean nothing to
 * them.
 */
function ResetFields({ c, faults, name }: { c: Context; faults: Fault[]; name: string }) {
  const { accountName, accountNameHint } = textsOf(c).console.user;
  return (
    <>
      <Once />
      <Field
        name="accountName"
        label={accountName}
        hint={accountNameHint}
        faults={faults}
        value={name}
        autocomplete="off"
        maxlength={ACCOUNT_NAME_BOUNDS.length}
      />
    </>
  );
}

function resetPage(c: Context<AppEnv>, found: FoundUser, rebinding: Rebinding) {
  const { user: t } = textsOf(c).console;
  return showOnce(c, {
    title: t.rebinding,
    secret: rebinding.rebindUrl,
    use: t.handOver,
    more: (
      <>
        {t.goodUntil} <ZonedTime c={c} at={rebinding.expiresAt} />
      </>
    ),
    to: `/users/${found.user.id}`,
    back: t.back,
  });
}

export const userActionPages = new Hono<AppEnv>();

for (const action of ["unlock", "disable", "enable"] as const) {
  const question = questionOf(action);
  userActionPages
    .get(`/users/:id/${action}`, (c) => question(c))
    .post(`/users/:id/${action}`, form(ActionForm, question), (c) =>
      submit(c, question, async () => {
        const { id } = c.req.param();
        await ACTIONS[action](c.var.deps, asOperator(id), c.req.valid("form").reason);
        return goTo(c, `/users/${id}`, action);
      }),
    );
}

const beforeReset = questionOf("reset");
const beforeDeletion = questionOf("delete");
userActionPages
  .get("/users/:id/reset", (c) => beforeReset(c))
  .post("/users/:id/reset", form(ResetForm, beforeReset), (c) =>
    submit(c, beforeReset, async () => {
      const found = await userOf(c);
      const request = await requestOf(c, "POST /console/users/:id/reset");
      const { reason: note, accountName } = c.req.valid("form");
      const asked = { note, accountName, request };
      return resetPage(c, found, await resetUser(c.var.deps, asOperator(found.user.id), asked));
    }),
  )
  .get("/users/:id/delete", (c) => beforeDeletion(c))
  .post("/users/:id/delete", form(ActionForm, beforeDeletion), (c) =>
    submit(c, beforeDeletion, async () => {
      const caller = asOperator(c.req.param("id"));
      await deleteUser(c.var.deps, caller, { note: c.req.valid("form").reason });
      return goTo(c, "/users", "user_deleted");
    }),
  );
