/** The parts of the security page that are about the second factor. */

import type { Context } from "hono";
import type { BackupCodesLeft } from "../../../core/code/backup-codes";
import type { AuthenticatorStatus, UserStatus } from "../../../core/authenticator/status";
import type { AppEnv } from "../../context";
import { Card, Notice } from "../card";
import type { Fault } from "../form-submission";
import { textsOf } from "../language";
import { Time } from "./shared";
import { Rename } from "./rename";
import { ResyncLink } from "./resync";

interface Props {
  c: Context<AppEnv>;
  status: UserStatus;
  /** The authenticator that this session enrolled last, which it may finish. */
  enrolledId: string | null;
  faults: Fault[];
}

/**
 * Shows the second factor. If it is on, the page says only that, unless a code was given just now.
 * Which apps protect an account and how many codes are left is what a thief of the session would
 * like to know (docs/decisions/0008).
 */
export function SecondFactor({ fresh, ...props }: Props & { fresh: boolean }) {
  const { c, status } = props;
  const isHidden = status.twoFactor && !fresh;
  return isHidden ? <Hidden c={c} /> : <Factors {...props} />;
}

function Hidden({ c }: { c: Context<AppEnv> }) {
  const t = textsOf(c).account;
  return (
    <Card
      id="second-factor"
      icon="shield"
      title={t.secondFactor}
      state={
        <>
          <span class="tag good">{t.isOn}</span> {t.hidden}
        </>
      }
      action={
        <a class="button small" href="/account/prove">
          {t.show}
        </a>
      }
    >
      <ResyncLink c={c} />
    </Card>
  );
}

function Factors(props: Props) {
  const { c, status } = props;
  const { twoFactor, backupCodes } = status;
  return (
    <>
      <Authenticators {...props} />
      {twoFactor && <BackupCodes c={c} left={backupCodes} />}
    </>
  );
}

function Authenticators({ c, status, enrolledId, faults }: Props) {
  const t = textsOf(c).account;
  const { twoFactor, authenticators } = status;
  const active = authenticators.filter((one) => one.status === "active").length;
  return (
    <Card
      id="second-factor"
      icon="shield"
      title={t.authenticators}
      state={
        <>
          <span class={`tag ${twoFactor ? "good" : "warn"}`}>{twoFactor ? t.isOn : t.isOff}</span>{" "}
          {twoFactor ? t.authenticatorsState({ count: active }) : t.whatFor}
        </>
      }
      action={
        <a class={`button small ${twoFactor ? "" : "main"}`} href="/account/new-authenticator">
          {twoFactor ? t.add : t.setUp}
        </a>
      }
    >
      {authenticators.length > 0 && (
        <ul class="list">
          {authenticators.map((one) => (
            <Authenticator c={c} one={one} own={one.id === enrolledId} faults={faults} />
          ))}
        </ul>
      )}
      {twoFactor && (
        <p class="row">
          <a href="/account/resync">{textsOf(c).resync.link}</a>
          <a href="/account/second-factor/off">{t.turnOff}</a>
        </p>
      )}
    </Card>
  );
}

function Authenticator(props: {
  c: Context<AppEnv>;
  one: AuthenticatorStatus;
  own: boolean;
  faults: Fault[];
}) {
  const { c, one, own, faults } = props;
  const t = textsOf(c).account;
  const isPending = one.status === "pending";
  return (
    <li>
      <div>
        {one.name ?? t.unnamed} {isPending && <span class="tag warn">{t.pending}</span>}
        <p class="hint">
          {t.added} <Time c={c} at={one.createdAt} />
          {one.lastUsedAt && ` · ${t.lastUsed} `}
          {one.lastUsedAt && <Time c={c} at={one.lastUsedAt} />}
        </p>
      </div>
      <Change c={c} one={one} own={own} />
      <Rename c={c} one={one} faults={faults} />
    </li>
  );
}

function Change({ c, one, own }: { c: Context<AppEnv>; one: AuthenticatorStatus; own: boolean }) {
  const t = textsOf(c).account;
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
    <Card
      id="backup-codes"
      icon="codes"
      title={t.backupCodes}
      state={t.codesLeft({ count: remaining })}
      action={
        <a class="button small" href="/account/backup-codes">
          {t.newCodes}
        </a>
      }
    >
      {warning && <Notice kind="warn">{t.fewCodes({ count: remaining })}</Notice>}
    </Card>
  );
}
