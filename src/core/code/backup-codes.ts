/**
 * Backup codes: ten at a time, shown once, stored as keyed hashes of user and code. Their spending
 * is in `code/commit.ts`.
 */

import { createBackupCode } from "../../crypto/code";
import { digest, digests, type Keyring } from "../../crypto/keyring";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { CLAIMED } from "../caller/live";
import { BACKUP_CODES, FEW_BACKUP_CODES } from "../policy";

const DELETE_ALL = statement(`DELETE FROM backup_codes WHERE user_id = :userId AND ${CLAIMED}`);
const INSERT = statement(`
  INSERT INTO backup_codes (user_id, hash) SELECT :userId, value FROM json_each(:hashes) WHERE ${CLAIMED}`);

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
