/**
 * Backup codes: ten at a time, shown once, stored as keyed hashes of user and code. Their spending
 * is in `commit.ts`.
 */

import { createBackupCode } from "../crypto/code";
import { digest, digests, type Keyring } from "../crypto/keyring";
import { statement } from "../db/statement";
import type { Deps } from "../env";
import { Problem } from "../problem";
import { actorOf, type Caller } from "./actor";
import { record } from "./audit";
import { once, scopeOf, type IdempotentRequest, type Remember } from "./idempotency";
import { CLAIMED, claimBy, LIVE_APP, LIVE_CALLER, SAME_EPOCH } from "./claim";
import { loadKnownUser } from "./load-user";
import { BACKUP_CODES, FEW_BACKUP_CODES } from "./policy";
import { takeAlong } from "./sessions";
import { isActive, type UserRecord } from "./user-record";

const DELETE_ALL = statement(`DELETE FROM backup_codes WHERE user_id = :userId AND ${CLAIMED}`);
const INSERT = statement(`
  INSERT INTO backup_codes (user_id, hash) SELECT :userId, value FROM json_each(:hashes) WHERE ${CLAIMED}`);

/**
 * New backup codes end what was minted before them; a user without an active authenticator gets
 * none.
 */
const CLAIM_ROTATION = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + 1
  WHERE users.id = :userId AND ${SAME_EPOCH} AND users.disabled_at IS NULL AND ${LIVE_APP} AND ${LIVE_CALLER}
    AND EXISTS (SELECT 1 FROM authenticators t WHERE t.user_id = users.id AND t.state = 'active')
  RETURNING id`);

export interface BackupCodesLeft {
  remaining: number;
  warning?: "few_left";
}

/** How many a user with a second factor has, as the answers tell it. */
export function countBackupCodes(remaining: number): BackupCodesLeft {
  return remaining <= FEW_BACKUP_CODES ? { remaining, warning: "few_left" } : { remaining };
}

/** Ten new codes for a user: in plain to show, hashed to store. */
export async function createBackupCodes(keyring: Keyring, userId: string) {
  const codes = Array.from({ length: BACKUP_CODES }, createBackupCode);
  const hash = (code: string) => digest(keyring, "backup-code", hashed(userId, code));
  return { codes, hashes: await Promise.all(codes.map(hash)) };
}

/** What a typed code may be stored as: one hash for each key of the ring. */
export function backupCodeHashes(
  keyring: Keyring,
  userId: string,
  symbols: string,
): Promise<string[]> {
  return digests(keyring, "backup-code", hashed(userId, symbols));
}

/** Of user and code, so that equal codes of two users have nothing in common. */
function hashed(userId: string, code: string): string {
  return `${userId}:${code.replaceAll("-", "")}`;
}

/**
 * The statements that put these codes in the place of the old set, if the attempt's change took
 * place.
 */
export function replaceBackupCodes(
  { db }: Deps,
  { userId, attempt, hashes }: { userId: string; attempt: string; hashes: string[] },
): D1PreparedStatement[] {
  return [
    DELETE_ALL(db.$client, { userId, attempt }),
    INSERT(db.$client, { userId, attempt, hashes: JSON.stringify(hashes) }),
  ];
}

/** A new set in the place of the old one. Throws `not_found`, `not_enrolled` or `user_disabled`. */
export async function rotateBackupCodes(
  deps: Deps,
  caller: Caller,
  request: IdempotentRequest | null,
): Promise<string[]> {
  const loaded = await loadKnownUser(deps, caller);
  if (loaded.user.disabledAt !== null) throw new Problem("user_disabled");
  return once(
    deps,
    { scope: scopeOf(caller, loaded.app, loaded.user), request },
    (remember) => rotate(deps, caller, loaded, remember),
    () => {
      throw new Problem("already_created", {
        detail: "Backup codes are shown once. Ask for a new set.",
      });
    },
  );
}

async function rotate(
  deps: Deps,
  caller: Caller,
  { app, user, authenticators }: UserRecord,
  remember: Remember,
): Promise<string[]> {
  if (!authenticators.some(isActive)) throw new Problem("not_enrolled");
  const { codes, hashes } = await createBackupCodes(deps.keyring, user.id);
  const claim = claimBy(deps, actorOf(caller), { app, user });
  const { userId, attempt } = claim;
  const event = { type: "backup_codes.rotated", actor: actorOf(caller).name } as const;
  const [claimed] = await deps.db.$client.batch([
    CLAIM_ROTATION(deps.db.$client, claim),
    ...replaceBackupCodes(deps, { userId, attempt, hashes }),
    ...takeAlong(deps, actorOf(caller), claim),
    record(deps, { ...event, appId: app.id, userId }, attempt),
    ...remember(user.id, { userId, attempt }),
  ]);
  if (claimed?.results.length !== 1) throw new Problem("conflict");
  return codes;
}
