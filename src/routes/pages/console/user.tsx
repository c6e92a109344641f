/** The page of one user: their state, what they have, and what happened. */

import { Hono, type Context } from "hono";
import { getApp } from "../../../core/app/apps";
import { listEvents } from "../../../core/audit/trail";
import {
  findUser,
  toDetail,
  type FoundUser,
  type UserDetail,
} from "../../../core/operator/operator";
import type { AuthenticatorStatus } from "../../../core/authenticator/status";
import type { AppEnv } from "../../context";
import { Time } from "../account/shared";
import { signed } from "../catalogue";
import { textsOf } from "../language";
import { EventTable } from "./events";
import { showConsole } from "./shared";
import { HOME } from "./paths";
import { States } from "./users";

/** How many events are shown. */
const RECENT = 15;

/** What the user is called: by themselves if they have an account, otherwise by their app. */
export function nameOf({ account, user }: FoundUser): string {
  return account?.email ?? user.externalId;
}

async function userPage(c: Context<AppEnv>) {
  const { deps } = c.var;
  const found = await findUser(deps, c.req.param("id") ?? "");
  const user = toDetail(found, deps.now);
  const [{ name: appName }, { items }] = await Promise.all([
    getApp(deps, user.appId),
    listEvents(deps, { userId: user.id, limit: RECENT }),
  ]);
  const { user: t } = textsOf(c).console;
  return showConsole(c, {
    title: nameOf(found),
    content: (
      <>
        <p>
          <States c={c} user={user} />
        </p>
        <Standing c={c} user={user} appName={appName} />
        <Authenticators c={c} authenticators={user.authenticators} />
        <h2>{t.actions}</h2>
        <Actions c={c} user={user} />
        <h2 id="events">{t.events}</h2>
        <EventTable c={c} events={items} heading="events" />
        <p>
          <a href={`${HOME}/audit?userId=${user.id}`}>{t.allEvents}</a>
        </p>
      </>
    ),
  });
}

function Standing(props: { c: Context<AppEnv>; user: UserDetail; appName: string }) {
  const { c, user, appName } = props;
  const { user: t, none } = textsOf(c).console;
  const { email, username, name } = user.account ?? {};
  return (
    <dl>
      <dt>{t.app}</dt>
      <dd>
        <a href={`${HOME}/apps/${user.appId}`}>{appName}</a>
      </dd>
      <dt>{t.id}</dt>
      <dd>
        <code>{user.id}</code> {user.account === null && <code>{user.userId}</code>}
      </dd>
      <dt>{t.account}</dt>
      <dd>{[email, username, name].filter(Boolean).join(" · ") || none}</dd>
      <dt>{t.since}</dt>
      <dd>
        <Time c={c} at={user.createdAt} />
      </dd>
      <dt>{t.twoFactor}</dt>
      <dd>{user.twoFactor ? t.on : t.off}</dd>
      <dt>{t.backupCodes}</dt>
      <dd>{user.backupCodes.remaining}</dd>
      <dt>{t.failures}</dt>
      <dd>{user.failures}</dd>
      {user.lockedUntil && <dt>{t.lockedUntil}</dt>}
      {user.lockedUntil && (
        <dd>
          <Time c={c} at={user.lockedUntil} />
        </dd>
      )}
    </dl>
  );
}

function Authenticators(props: { c: Context<AppEnv>; authenticators: AuthenticatorStatus[] }) {
  const { c, authenticators } = props;
  const { account, console: t } = textsOf(c);
  return (
    <section aria-labelledby="authenticators">
      <h2 id="authenticators">{t.user.authenticators}</h2>
      {authenticators.length === 0 && <p>{t.user.noAuthenticators}</p>}
      <ul class="list">
        {authenticators.map((one) => (
          <li>
            <div>
              <strong>{one.name ?? account.unnamed}</strong>{" "}
              {one.status === "pending" && <span class="tag warn">{account.pending}</span>}
              <p class="hint">
                {account.added} <Time c={c} at={one.createdAt} />
                {" · "}
                {account.lastUsed}{" "}
                {one.lastUsedAt ? <Time c={c} at={one.lastUsedAt} /> : t.key.never}
                {one.driftSteps !== 0 && ` · ${t.user.drift(signed(one.driftSteps))}`}
                {one.secretBits < 128 && ` · ${t.user.shortSecret({ bits: one.secretBits })}`}
              </p>
              {one.refusedUntil && (
                <p>
                  {t.user.refusedUntil} <Time c={c} at={one.refusedUntil} />
                </p>
              )}
            </div>
            <code class="muted">{one.id}</code>
          </li>
        ))}
      </ul>
    </section>
  );
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
  );
}

export const userPages = new Hono<AppEnv>().get("/users/:id", userPage);
