/** What may be told of a user: to their app's back end, to themselves, to the operator. */

import { sealedBytes } from "../../crypto/keyring";
import { countBackupCodes, type BackupCodesLeft } from "../code/backup-codes";
import { isAhead, refusedUntil } from "../code/steps-ahead";
import { isActive, type Authenticator, type LoadedUser, type UserRecord } from "../user/record";

/** What can be told of an authenticator: never its secret. */
export interface AuthenticatorStatus {
  id: string;
  name: string | null;
  status: "pending" | "active";
  createdAt: Date;
  confirmedAt: Date | null;
  lastUsedAt: Date | null;
  /** Steps by which its clock was off at the last success: codes around there are right too (RFC 6238 §6). */
  driftSteps: number;
  /** Fewer than 128 only of one that was imported so. */
  secretBits: number;
  /** Only where our clock was ahead: every code is refused until then. */
  refusedUntil?: Date;
}

export interface UserStatus {
  userId: string;
  /**
   * Also true when the user is capped, disabled, or was reset: the password alone is never enough
   * again by itself.
   */
  twoFactor: boolean;
  authenticators: AuthenticatorStatus[];
  backupCodes: BackupCodesLeft;
  lockedUntil: Date | null;
  capped: boolean;
  rebindingRequired: boolean;
  disabled: boolean;
}

/** What may be told of a user. */
export function toStatus(
  { user, authenticators, backupCodesRemaining }: UserRecord,
  now: Date,
): UserStatus {
  const capped = user.cappedAt !== null;
  const active = authenticators.some(isActive);
  const locked = user.lockedUntil !== null && user.lockedUntil > now.getTime();
  const disabled = user.disabledAt !== null;
  return {
    userId: user.externalId,
    twoFactor: active || capped || disabled || user.mustRebind,
    authenticators: authenticators.map((one) => toAuthenticatorStatus(one, now)),
    // Without a second factor none are missing.
    backupCodes: active
      ? countBackupCodes(backupCodesRemaining)
      : { remaining: backupCodesRemaining },
    lockedUntil: locked ? instant(user.lockedUntil) : null,
    capped,
    rebindingRequired: user.mustRebind,
    disabled,
  };
}

/** The same for the app's back end, also of somebody whom it has never named, or has deleted. */
export function toAnswer({ user, ...loaded }: LoadedUser, now: Date) {
  const appId = loaded.app.id;
  if (user) return { appId, known: true, ...toStatus({ ...loaded, user }, now) };
  return { appId, known: false, userId: loaded.externalId, ...NOTHING_KNOWN };
}

const NOTHING_KNOWN = {
  twoFactor: false,
  authenticators: [],
  backupCodes: { remaining: 0 },
  lockedUntil: null,
  capped: false,
  rebindingRequired: false,
  disabled: false,
};

/** Of one of the user's. */
export function toAuthenticatorStatus(one: Authenticator, now: Date): AuthenticatorStatus {
  return {
    id: one.id,
    name: one.name,
    status: one.state,
    createdAt: new Date(one.createdAt),
    confirmedAt: instant(one.confirmedAt),
    lastUsedAt: instant(one.lastUsedAt),
    driftSteps: one.drift,
    secretBits: 8 * sealedBytes(one.secret),
    ...(isAhead(one, now) && { refusedUntil: refusedUntil(one) }),
  };
}

function instant(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}
