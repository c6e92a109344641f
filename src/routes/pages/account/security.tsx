/** The page for a user's own security: what they sign in with, and where they are signed in. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { renameAuthenticator } from "../../../core/authenticator/rename";
import { isBoundToEnrol, isFresh } from "../../../core/caller/assurance";
import { loadBySession, type SessionRecord } from "../../../core/caller/by-session";
import { sendsMail } from "../../../core/mail/send";
import {
  listSessions,
  revokeOtherSessions,
  revokeSession,
} from "../../../core/session/own-sessions";
import { listDevices, revokeDevice } from "../../../core/session/trusted-devices";
import { toStatus } from "../../../core/authenticator/status";
import type { AppEnv } from "../../context";
import { line } from "../../fields";
import { onPages } from "../../session";
import { Card, Notice } from "../card";
import { form, type Fault } from "../form-submission";
import { textsOf } from "../language";
import { show } from "../layout";
import { Parts } from "../parts";
import { doneOf } from "../safety";
import { EmailCard } from "./email";
import { AccountNav, HOME, homeAfter, LogOut } from "./shared";
import { RenameForm } from "./rename";
import { SecondFactor } from "./second-factor";
import { Devices, OTHERS, Sessions } from "./sessions";

async function securityPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { deps, session } = c.var;
  const loaded = await loadBySession(deps, session);
  const [sessions, devices] = await Promise.all([
    listSessions(deps, loaded),
    loaded.app.settings.trustedDevices ? listDevices(deps, loaded) : [],
  ]);
  const t = textsOf(c).account;
  const { email, username, name } = loaded.account;
  return show(c, {
    title: t.title,
    frame: "page",
    nav: <AccountNav c={c} />,
    faults,
    end: (
      <>
        <span class="hint">{name ?? username ?? email}</span>
        <LogOut c={c} />
      </>
    ),
    content: (
      <>
        <Done c={c} loaded={loaded} />
        <SecondFactor
          c={c}
          status={toStatus(loaded, deps.now)}
          enrolledId={loaded.session.authenticatorId}
          fresh={isFresh(loaded, deps.now)}
          faults={faults}
        />
        <Sessions c={c} sessions={sessions} />
        {devices.length > 0 && <Devices c={c} devices={devices} />}
        <Own c={c} account={loaded.account} />
      </>
    ),
  });
}

/** The password, and what the account is called. */
function Own({ c, account }: { c: Context<AppEnv>; account: SessionRecord["account"] }) {
  const t = textsOf(c).account;
  const { email, username, name } = account;
  return (
    <>
      <Card
        id="password"
        icon="lock"
        title={t.password}
        state={t.passwordState}
        action={
          <a class="button small" href="/account/password">
            {t.changePassword}
          </a>
        }
      />
      {sendsMail(c.var.deps) && <EmailCard c={c} account={account} />}
      <Card
        id="profile"
        icon="user"
        title={t.profile}
        state={<Parts of={[name, email, username]} />}
        action={
          <a class="button small" href="/account/profile">
            {t.changeProfile}
          </a>
        }
      >
        <p>
          <a href="/account/delete">{t.delete}</a>
        </p>
      </Card>
    </>
  );
}

/** Says what was just done, or what has to be done first. */
function Done({ c, loaded }: { c: Context<AppEnv>; loaded: SessionRecord }) {
  const t = textsOf(c).account;
  const message = new Map(Object.entries(t.done)).get(doneOf(c) ?? "");
  if (isBoundToEnrol(loaded)) return <Notice kind="warn">{t.required}</Notice>;
  return message === undefined ? null : <Notice kind="good">{message}</Notice>;
}

const EndFields = z.object({ session: line(64).optional(), device: line(64).optional() });

export const securityPages = new Hono<AppEnv>()
  .get("/", onPages.requireSession({ enrolment: true }), (c) => securityPage(c))
  .post("/", onPages.requireSession(), form(EndFields, securityPage), async (c) => {
    const { session: sessionId, device } = c.req.valid("form");
    const { deps, session } = c.var;
    if (device !== undefined) {
      await revokeDevice(deps, session, device);
      return homeAfter(c, "device");
    }
    if (sessionId === OTHERS) {
      await revokeOtherSessions(deps, session);
      return homeAfter(c, "others");
    }
    if (sessionId === undefined) return c.redirect(HOME, 303);
    await revokeSession(deps, session, sessionId);
    return homeAfter(c, "ended");
  })
  // A proof that was asked for in between leads here.
  .get("/authenticators/:id/rename", (c) => c.redirect(HOME, 303))
  .post(
    "/authenticators/:id/rename",
    onPages.requireFresh(),
    form(RenameForm, securityPage),
    async (c) => {
      const { deps, session } = c.var;
      const { name } = c.req.valid("form");
      await renameAuthenticator(deps, session, { authenticatorId: c.req.param("id"), name });
      return homeAfter(c, "renamed");
    },
  );
