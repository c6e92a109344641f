/** Ends one thing of a user for the operator: an authenticator, or a session. */

import { Hono, type Context } from "hono";
import type { Child } from "hono/jsx";
import { removeAuthenticator } from "../../../core/authenticator/remove";
import { asOperator } from "../../../core/caller/actor";
import { findUser } from "../../../core/operator/operator";
import { listSessions, revokeSessionOf } from "../../../core/session/own-sessions";
import type { AppEnv } from "../../context";
import { describeBrowser } from "../../../core/browser";
import { Parts } from "../parts";
import { form, submit, typedIn, type Fault } from "../form-submission";
import { textsOf } from "../language";
import { goTo } from "./shared";
import { HOME } from "./paths";
import { ask } from "./question";
import { ActionForm, nameOfUser, ReasonField } from "./user-actions";

async function question(
  c: Context<AppEnv>,
  faults: Fault[],
  words: { title: string; why: string; act: string; what?: Child },
) {
  const { id = "" } = c.req.param();
  const typed = await typedIn(c);
  return ask(c, {
    ...words,
    danger: true,
    back: `${HOME}/users/${id}`,
    faults,
    fields: (
      <>
        {words.what && <p class="medium">{words.what}</p>}
        <ReasonField c={c} faults={faults} value={typed("reason")} />
      </>
    ),
  });
}

async function removal(c: Context<AppEnv>, faults: Fault[] = []) {
  const { id = "", part } = c.req.param();
  const found = await findUser(c.var.deps, id);
  const { account, console: t } = textsOf(c);
  const one = found.authenticators.find((authenticator) => authenticator.id === part);
  const words = { app: one?.name ?? account.unnamed, name: nameOfUser(found) };
  return question(c, faults, {
    title: t.user.removal.title(words),
    why: t.user.removal.why,
    act: account.remove,
  });
}

async function ending(c: Context<AppEnv>, faults: Fault[] = []) {
  const { deps } = c.var;
  const { id = "", part } = c.req.param();
  const found = await findUser(deps, id);
  const { account, console: t } = textsOf(c);
  const session = (await listSessions(deps, found)).find((one) => one.id === part);
  const browser = describeBrowser(session?.userAgent ?? null) ?? account.unknownDevice;
  return question(c, faults, {
    what: <Parts of={[browser, session?.ip]} />,
    title: t.user.ending.title({ name: nameOfUser(found) }),
    why: t.user.ending.why,
    act: account.end,
  });
}

export const userEndingPages = new Hono<AppEnv>()
  .get("/users/:id/authenticators/:part/remove", (c) => removal(c))
  .post("/users/:id/authenticators/:part/remove", form(ActionForm, removal), (c) =>
    submit(c, removal, async () => {
      const { id, part: authenticatorId } = c.req.param();
      const { reason: note } = c.req.valid("form");
      await removeAuthenticator(c.var.deps, asOperator(id), { authenticatorId, note });
      return goTo(c, `/users/${id}`, "factor_removed");
    }),
  )
  .get("/users/:id/sessions/:part/end", (c) => ending(c))
  .post("/users/:id/sessions/:part/end", form(ActionForm, ending), (c) =>
    submit(c, ending, async () => {
      const { id, part: revokedId } = c.req.param();
      const { reason } = c.req.valid("form");
      await revokeSessionOf(c.var.deps, asOperator(id), { revokedId, reason });
      return goTo(c, `/users/${id}`, "session_ended");
    }),
  );
