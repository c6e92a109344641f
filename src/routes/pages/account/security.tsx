/** The page for a user's own security: what they log in with, and where they are logged in. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { isBoundToEnrol, isFresh } from "../../../core/caller/assurance";
import { loadBySession, type SessionRecord } from "../../../core/caller/by-session";
import {
  listSessions,
  revokeOtherSessions,
  revokeSession,
  type SessionSummary,
} from "../../../core/session/own-sessions";
import {
  listDevices,
  revokeDevice,
  type TrustedDevice,
} from "../../../core/session/trusted-devices";
import { toStatus } from "../../../core/authenticator/status";
import type { AppEnv } from "../../context";
import { line } from "../../fields";
import { onPages } from "../../session";
import { form } from "../form-submission";
import { textsOf } from "../language";
import { show } from "../layout";
import { doneOf } from "../safety";
import { describeBrowser } from "./browser";
import { HOME, homeAfter, LogOut, Time } from "./shared";
import { SecondFactor } from "./second-factor";

async function securityPage(c: Context<AppEnv>) {
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
    nav: <LogOut c={c} />,
    content: (
      <>
        <Done c={c} loaded={loaded} />
        <p>
          {t.loggedInAs} <strong>{name ?? username ?? email}</strong>
        </p>
        <SecondFactor
          c={c}
          status={toStatus(loaded, deps.now)}
          enrolledId={loaded.session.authenticatorId}
          fresh={isFresh(loaded, deps.now)}
        />
        <Sessions c={c} sessions={sessions} />
        {devices.length > 0 && <Devices c={c} devices={devices} />}
        <h2>{t.password}</h2>
        <p>
          <a class="button" href="/account/password">
            {t.changePassword}
          </a>
        </p>
        <h2>{t.profile}</h2>
        <p>{[email, username].filter(Boolean).join(" · ")}</p>
        <p>
          <a class="button" href="/account/profile">
            {t.changeProfile}
          </a>
        </p>
        <p>
          <a href="/account/delete">{t.delete}</a>
        </p>
      </>
    ),
  });
}

/** Says what was just done, or what has to be done first. */
function Done({ c, loaded }: { c: Context<AppEnv>; loaded: SessionRecord }) {
  const t = textsOf(c).account;
  const message = new Map(Object.entries(t.done)).get(doneOf(c) ?? "");
  if (isBoundToEnrol(loaded)) return <p class="notice warn">{t.required}</p>;
  if (message === undefined) return null;
  return (
    <p class="notice good" role="status">
      {message}
    </p>
  );
}

function Sessions({ c, sessions }: { c: Context<AppEnv>; sessions: SessionSummary[] }) {
  const t = textsOf(c).account;
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">{t.sessions}</h2>
      <ul class="list">
        {sessions.map(({ id, current, lastUsedAt, ip, userAgent }) => (
          <li>
            <div>
              <strong>{describeBrowser(userAgent) ?? t.unknownDevice}</strong>{" "}
              {current && <span class="tag good">{t.thisOne}</span>}
              <p class="hint">
                {ip && `${ip} · `}
                {t.active} <Time c={c} at={lastUsedAt} />
              </p>
            </div>
            {!current && (
              <EndForm name="session" value={id} label={t.end} of={describeBrowser(userAgent)} />
            )}
          </li>
        ))}
      </ul>
      {sessions.length > 1 && <EndForm name="session" value={OTHERS} label={t.endOthers} />}
    </section>
  );
}

function Devices({ c, devices }: { c: Context<AppEnv>; devices: TrustedDevice[] }) {
  const t = textsOf(c).account;
  return (
    <section aria-labelledby="devices">
      <h2 id="devices">{t.devices}</h2>
      <ul class="list">
        {devices.map(({ id, lastUsedAt, ip, userAgent }) => (
          <li>
            <div>
              <strong>{describeBrowser(userAgent) ?? t.unknownDevice}</strong>
              <p class="hint">
                {ip && `${ip} · `}
                {t.lastUsed} <Time c={c} at={lastUsedAt} />
              </p>
            </div>
            <EndForm name="device" value={id} label={t.forget} of={describeBrowser(userAgent)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/**
 * A button that ends something. `of` tells apart the buttons for people who hear one after another.
 */
function EndForm(props: { name: string; value: string; label: string; of?: string | null }) {
  const { name, value, label, of } = props;
  return (
    <form class="inline" method="post">
      <button
        class="small"
        name={name}
        value={value}
        aria-label={of ? `${label}: ${of}` : undefined}
      >
        {label}
      </button>
    </form>
  );
}

/** Stands in place of a session's id for all sessions but this one. */
const OTHERS = "others";
const EndFields = z.object({ session: line(64).optional(), device: line(64).optional() });

export const securityPages = new Hono<AppEnv>()
  .get("/", onPages.requireSession({ enrolment: true }), securityPage)
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
  });
