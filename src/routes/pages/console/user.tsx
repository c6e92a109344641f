/** The page of one user: their state, what they have, and what happened. */

import { Hono, type Context } from "hono";
import { getApp } from "../../../core/app/apps";
import { listRecentEvents } from "../../../core/audit/trail";
import { findUser, toDetail, type UserDetail } from "../../../core/operator/operator";
import { listSessions } from "../../../core/session/own-sessions";
import type { AppEnv } from "../../context";
import { Card, Notice } from "../card";
import { ConfirmedTag } from "../confirmed-tag";
import { textsOf } from "../language";
import { Parts } from "../parts";
import { Copyable } from "./copyable";
import { EventsOfUser } from "./events";
import { Facts } from "./facts";
import { showConsole } from "./shared";
import { HOME } from "./paths";
import { nameOfUser } from "./user-actions";
import { UserAuthenticators, UserSessions } from "./user-parts";
import { States } from "./users";
import { ZonedTime } from "./zoned-time";

/** How many events are shown. */
const RECENT = 15;

async function userPage(c: Context<AppEnv>) {
  const { deps } = c.var;
  const found = await findUser(deps, c.req.param("id") ?? "");
  const user = toDetail(found, deps.now);
  const [{ name: appName }, events, sessions] = await Promise.all([
    getApp(deps, user.appId),
    listRecentEvents(deps, { userId: user.id, limit: RECENT }),
    user.account === null ? [] : listSessions(deps, found),
  ]);
  const { user: t } = textsOf(c).console;
  return showConsole(c, {
    title: nameOfUser(found),
    content: (
      <>
        <p>
          <States c={c} user={user} />
        </p>
        <Standing c={c} user={user} appName={appName} />
        <UserAuthenticators c={c} user={user} />
        {user.account !== null && <UserSessions c={c} userId={user.id} sessions={sessions} />}
        <Actions c={c} user={user} />
        <section aria-labelledby="events">
          <h2 id="events">{t.events}</h2>
          {!events.areAll && <Notice kind="warn">{t.notAllEvents}</Notice>}
          <EventsOfUser c={c} events={events.items} heading="events" />
          <p>
            <a href={`${HOME}/audit?userId=${user.id}`}>{t.allEvents}</a>
          </p>
        </section>
      </>
    ),
  });
}

function Standing(props: { c: Context<AppEnv>; user: UserDetail; appName: string }) {
  const { c, user, appName } = props;
  const { console: words, register } = textsOf(c);
  const { user: t } = words;
  const { email, username } = user.account ?? {};
  const rows = [
    [t.account, user.account && <Parts of={[email, username]} />],
    [register.email, user.account && <ConfirmedTag c={c} account={user.account} />],
    [t.app, <a href={`${HOME}/apps/${user.appId}`}>{appName}</a>],
    [t.since, <ZonedTime c={c} at={user.createdAt} />],
    [t.backupCodes, user.twoFactor && user.backupCodes.remaining],
    [t.failures, user.failures > 0 && user.failures],
    [t.lockedUntil, user.lockedUntil && <ZonedTime c={c} at={user.lockedUntil} />],
    [t.externalId, user.account === null && <code>{user.userId}</code>],
    [t.id, <Copyable c={c} id="user-id" text={user.id} />],
  ] as const;
  return <Facts of={rows} />;
}

/** The operator's actions. Each asks for a reason on a page of its own. */
function Actions({ c, user }: { c: Context<AppEnv>; user: UserDetail }) {
  const { user: t } = textsOf(c).console;
  const { id, capped, lockedUntil, failures, disabled } = user;
  const refused = user.authenticators.some((one) => one.refusedUntil !== undefined);
  const canUnlock = !capped && (lockedUntil !== null || failures > 0 || refused);
  const actions = [
    canUnlock && "unlock",
    "reset",
    disabled ? "enable" : "disable",
    "delete",
  ] as const;
  return (
    <Card id="actions" icon="settings" title={t.actions}>
      <p class="buttons">
        {actions.map(
          (action) =>
            action && (
              <a
                class={`button ${action === "delete" ? "danger" : ""}`}
                href={`${HOME}/users/${id}/${action}`}
              >
                {t[action].act}
              </a>
            ),
        )}
      </p>
    </Card>
  );
}

export const userPages = new Hono<AppEnv>().get("/users/:id", userPage);
