/** What may be told about a user to their app's back end, to themselves, and to the operator. */

import { sealedBytes } from "../../crypto/keyring";
import { countBackupCodes, type BackupCodesLeft } from "../code/backup-codes";
import { isAhead, refusedUntil } from "../code/steps-ahead";
import { isActive, type Authenticator, type LoadedUser, type UserRecord } from "../user/record";

/** What may be told about an authenticator. Its secret never is. */
export interface AuthenticatorStatus {
  id: string;
  name: string | null;
  status: "pending" | "active";
  createdAt: Date;
  confirmedAt: Date | null;
  lastUsedAt: Date | null;
  /**
   * By how many steps its clock was off at the last success. Codes around that step are right too
   * (RFC 6238 §6).
   */
  driftSteps: number;
  /** How many bits the secret has. There are fewer than 128 only if it was imported like that. */
  secretBits: number;
  /** Set only if our clock was ahead. Every code is refused until this time. */
  refusedUntil?: Date;
}

export interface UserStatus {
  userId: string;
  /**
   * Also true if the user is capped, disabled or was reset, so that the password alone is never
   * enough.
   */
  twoFactor: boolean;
  authenticators: AuthenticatorStatus[];
  backupCodes: BackupCodesLeft;
  lockedUntil: Date | null;
  capped: boolean;
  rebindingRequired: boolean;
  disabled: boolean;
}

/** The status of a user who exists. */
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
    // A user without a second factor lacks no backup codes.
    backupCodes: active
      ? countBackupCodes(backupCodesRemaining)
      : { remaining: backupCodesRemaining },
    lockedUntil: locked ? instant(user.lockedUntil) : null,
    capped,
    rebindingRequired: user.mustRebind,
    disabled,
  };
}

/**
 * The same for the app's back end, which may also ask about a user whom it has never named or has
 * deleted.
 */
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

/** The status of one of the user's authenticators. */
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
