/** The part of the security page that is about the second factor. */

import type { Context } from "hono";
import type { BackupCodesLeft } from "../../../core/code/backup-codes";
import type { AuthenticatorStatus, UserStatus } from "../../../core/authenticator/status";
import type { AppEnv } from "../../context";
import { textsOf } from "../language";
import { Time } from "./shared";
import { ResyncLink } from "./resync";

interface Props {
  c: Context<AppEnv>;
  status: UserStatus;
  /** The authenticator that this session enrolled last, which it may finish. */
  enrolledId: string | null;
}

/**
 * Shows the second factor. If it is on, the page says only that, unless a code was given just now.
 * Which apps protect an account and how many codes are left is what a thief of the session would
 * like to know (docs/decisions/0008).
 */
export function SecondFactor({ fresh, ...props }: Props & { fresh: boolean }) {
  const { c, status } = props;
  const t = textsOf(c).account;
  const isOn = status.twoFactor;
  return (
    <section aria-labelledby="second-factor">
      <h2 id="second-factor">
        {t.secondFactor}{" "}
        <span class={`tag ${isOn ? "good" : "warn"}`}>{isOn ? t.isOn : t.isOff}</span>
      </h2>
      {isOn && !fresh ? <Hidden c={c} /> : <Factors {...props} />}
      {isOn && <ResyncLink c={c} />}
    </section>
  );
}

function Hidden({ c }: { c: Context<AppEnv> }) {
  const t = textsOf(c).account;
  return (
    <>
      <p>{t.hidden}</p>
      <p>
        <a class="button" href="/account/prove">
          {t.show}
        </a>
      </p>
    </>
  );
}

function Factors(props: Props) {
  const { c, status } = props;
  const t = textsOf(c).account;
  const { twoFactor, authenticators, backupCodes } = status;
  return (
    <>
      {!twoFactor && <p>{t.whatFor}</p>}
      {authenticators.length > 0 && <Authenticators {...props} />}
      <p>
        <a class={`button ${twoFactor ? "" : "main"}`} href="/account/new-authenticator">
          {twoFactor ? t.add : t.setUp}
        </a>
      </p>
      {twoFactor && <BackupCodes c={c} left={backupCodes} />}
      {twoFactor && (
        <p>
          <a href="/account/second-factor/off">{t.turnOff}</a>
        </p>
      )}
    </>
  );
}

function Authenticators({ c, status: { authenticators }, enrolledId }: Props) {
  const t = textsOf(c).account;
  return (
    <>
      <h3>{t.authenticators}</h3>
      <ul class="list">
        {authenticators.map((one) => (
          <li>
            <div>
              <strong>{one.name ?? t.unnamed}</strong>{" "}
              {one.status === "pending" && <span class="tag warn">{t.pending}</span>}
              <p class="hint">
                {t.added} <Time c={c} at={one.createdAt} />
                {one.status === "active" && " · "}
                {one.status === "active" && t.lastUsed}{" "}
                {one.lastUsedAt ? <Time c={c} at={one.lastUsedAt} /> : null}
              </p>
            </div>
            <Change t={t} one={one} own={one.id === enrolledId} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Change({
  t,
  one,
  own,
}: {
  t: ReturnType<typeof textsOf>["account"];
  one: AuthenticatorStatus;
  own: boolean;
}) {
  const canFinish = own && one.status === "pending";
  const path = `/account/authenticators/${one.id}`;
  const label = canFinish ? t.finish : t.remove;
  return (
    <a
      class="button small"
      href={canFinish ? path : `${path}/remove`}
      aria-label={`${label}: ${one.name ?? t.unnamed}`}
    >
      {label}
    </a>
  );
}

function BackupCodes({ c, left }: { c: Context<AppEnv>; left: BackupCodesLeft }) {
  const t = textsOf(c).account;
  const { remaining, warning } = left;
  return (
    <>
      <h3>{t.backupCodes}</h3>
      {warning ? (
        <p class="notice warn">{t.fewCodes({ count: remaining })}</p>
      ) : (
        <p>{t.codesLeft({ count: remaining })}</p>
      )}
      <p>
        <a class="button" href="/account/backup-codes">
          {t.newCodes}
        </a>
      </p>
    </>
  );
}
