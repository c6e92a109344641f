/** The parts of the security page that show where a user is signed in. */

import type { Context } from "hono";
import type { SessionSummary } from "../../../core/session/own-sessions";
import type { TrustedDevice } from "../../../core/session/trusted-devices";
import type { AppEnv } from "../../context";
import { Card } from "../card";
import { textsOf } from "../language";
import { describeBrowser } from "../../../core/browser";
import { HOME, Time } from "./shared";

/** Stands in place of a session's id for all sessions but this one. */
export const OTHERS = "others";

export function Sessions({ c, sessions }: { c: Context<AppEnv>; sessions: SessionSummary[] }) {
  const t = textsOf(c).account;
  return (
    <Card
      id="sessions"
      icon="device"
      title={t.sessions}
      state={t.sessionsState({ count: sessions.length })}
      action={
        sessions.length > 1 && <EndButton name="session" value={OTHERS} label={t.endOthers} />
      }
    >
      <ul class="list">
        {sessions.map(({ id, current, lastUsedAt, ip, userAgent }) => (
          <li>
            <div>
              {describeBrowser(userAgent) ?? t.unknownDevice}{" "}
              {current && <span class="tag good">{t.thisOne}</span>}
              <p class="hint">
                {ip && <bdi>{ip}</bdi>}
                {ip && " · "}
                {t.active} <Time c={c} at={lastUsedAt} />
              </p>
            </div>
            {!current && (
              <EndButton name="session" value={id} label={t.end} of={describeBrowser(userAgent)} />
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function Devices({ c, devices }: { c: Context<AppEnv>; devices: TrustedDevice[] }) {
  const t = textsOf(c).account;
  return (
    <Card id="devices" icon="check" title={t.devices} state={t.devicesState}>
      <ul class="list">
        {devices.map(({ id, lastUsedAt, ip, userAgent }) => (
          <li>
            <div>
              {describeBrowser(userAgent) ?? t.unknownDevice}
              <p class="hint">
                {ip && <bdi>{ip}</bdi>}
                {ip && " · "}
                {t.lastUsed} <Time c={c} at={lastUsedAt} />
              </p>
            </div>
            <EndButton name="device" value={id} label={t.forget} of={describeBrowser(userAgent)} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

/**
 * A button that ends something. `of` tells apart the buttons for people who hear one after another.
 */
function EndButton(props: { name: string; value: string; label: string; of?: string | null }) {
  const { name, value, label, of } = props;
  return (
    <form class="inline" method="post" action={HOME}>
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
