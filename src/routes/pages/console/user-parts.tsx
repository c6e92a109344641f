/** The authenticators and the sessions of a user, as the operator sees and ends them. */

import type { Context } from "hono";
import type { AuthenticatorStatus } from "../../../core/authenticator/status";
import type { UserDetail } from "../../../core/operator/operator";
import { MIN_SECRET_BYTES } from "../../../core/policy";
import type { SessionSummary } from "../../../core/session/own-sessions";
import type { AppEnv } from "../../context";
import { describeBrowser } from "../../../core/browser";
import { Card } from "../card";
import { signed, textsOf } from "../language";
import { HOME } from "./paths";
import { ZonedTime } from "./zoned-time";

export function UserAuthenticators({ c, user }: { c: Context<AppEnv>; user: UserDetail }) {
  const { account, console: t } = textsOf(c);
  const { authenticators } = user;
  return (
    <Card
      id="authenticators"
      icon="shield"
      title={account.authenticators}
      state={authenticators.length === 0 && t.user.noAuthenticators}
    >
      {authenticators.length > 0 && (
        <ul class="list">
          {authenticators.map((one) => (
            <Authenticator c={c} userId={user.id} one={one} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Authenticator(props: { c: Context<AppEnv>; userId: string; one: AuthenticatorStatus }) {
  const { c, userId, one } = props;
  const { account, console: t } = textsOf(c);
  const name = one.name ?? account.unnamed;
  return (
    <li>
      <div>
        {name} {one.status === "pending" && <span class="tag warn">{account.pending}</span>}
        <p class="hint">
          {account.added} <ZonedTime c={c} at={one.createdAt} />
          {" · "}
          {account.lastUsed}{" "}
          {one.lastUsedAt ? <ZonedTime c={c} at={one.lastUsedAt} /> : t.key.never}
          {one.driftSteps !== 0 && ` · ${t.user.drift(signed(one.driftSteps))}`}
          {one.secretBits < 8 * MIN_SECRET_BYTES &&
            ` · ${t.user.shortSecret({ bits: one.secretBits })}`}
        </p>
        {one.refusedUntil && (
          <p>
            {t.user.refusedUntil} <ZonedTime c={c} at={one.refusedUntil} />
          </p>
        )}
      </div>
      <EndLink
        to={`${HOME}/users/${userId}/authenticators/${one.id}/remove`}
        label={account.remove}
        of={name}
      />
    </li>
  );
}

export function UserSessions(props: {
  c: Context<AppEnv>;
  userId: string;
  sessions: SessionSummary[];
}) {
  const { c, userId, sessions } = props;
  const { account: t, console: words } = textsOf(c);
  return (
    <Card
      id="sessions"
      icon="device"
      title={t.sessions}
      state={sessions.length === 0 && words.user.noSessions}
    >
      {sessions.length > 0 && (
        <ul class="list">
          {sessions.map(({ id, lastUsedAt, ip, userAgent }) => {
            const name = describeBrowser(userAgent) ?? t.unknownDevice;
            return (
              <li>
                <div>
                  {name}
                  <p class="hint">
                    {ip && <bdi>{ip}</bdi>}
                    {ip && " · "}
                    {t.active} <ZonedTime c={c} at={lastUsedAt} />
                  </p>
                </div>
                <EndLink
                  to={`${HOME}/users/${userId}/sessions/${id}/end`}
                  label={t.end}
                  of={name}
                />
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}

function EndLink({ to, label, of }: { to: string; label: string; of: string }) {
  return (
    <a class="button small" href={to} aria-label={`${label}: ${of}`}>
      {label}
    </a>
  );
}
