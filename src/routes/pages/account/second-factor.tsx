/** The part of the security page that tells of the second factor. */

import type { Context } from "hono";
import type { BackupCodesLeft } from "../../../core/backup-codes";
import type { AuthenticatorStatus, UserStatus } from "../../../core/users";
import type { AppEnv } from "../../context";
import { textsOf } from "../language";
import { Time } from "./frame";

export function SecondFactor({ c, status }: { c: Context<AppEnv>; status: UserStatus }) {
  const t = textsOf(c).account;
  const { twoFactor, authenticators } = status;
  return (
    <section aria-labelledby="second-factor">
      <h2 id="second-factor">
        {t.secondFactor}{" "}
        <span class={`tag ${twoFactor ? "good" : "warn"}`}>{twoFactor ? t.isOn : t.isOff}</span>
      </h2>
      {!twoFactor && <p>{t.whatFor}</p>}
      {authenticators.length > 0 && <Authenticators c={c} authenticators={authenticators} />}
      <p>
        <a class={`button ${twoFactor ? "" : "main"}`} href="/account/authenticators/new">
          {twoFactor ? t.add : t.setUp}
        </a>
      </p>
      {twoFactor && <BackupCodes c={c} left={status.backupCodes} />}
      {twoFactor && (
        <p>
          <a href="/account/second-factor/off">{t.turnOff}</a>
        </p>
      )}
    </section>
  );
}

function Authenticators(props: { c: Context<AppEnv>; authenticators: AuthenticatorStatus[] }) {
  const { c, authenticators } = props;
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
            <Change t={t} one={one} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Change({
  t,
  one,
}: {
  t: ReturnType<typeof textsOf>["account"];
  one: AuthenticatorStatus;
}) {
  const isPending = one.status === "pending";
  const path = `/account/authenticators/${one.id}`;
  const label = isPending ? t.finish : t.remove;
  return (
    <a
      class="button small"
      href={isPending ? path : `${path}/remove`}
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
        <p class="notice warn">{t.fewCodes(remaining)}</p>
      ) : (
        <p>{t.codesLeft(remaining)}</p>
      )}
      <p>
        <a class="button" href="/account/backup-codes">
          {t.newCodes}
        </a>
      </p>
    </>
  );
}
