/**
 * Backup codes: ten at a time, shown once, and stored as keyed hashes of user and code. They are
 * spent in `code/commit.ts`.
 */

import { createBackupCode } from "../../crypto/code";
import { digest, digests, type Keyring } from "../../crypto/keyring";
import { effect, type Effect } from "../../db/effect";
import { BACKUP_CODES, FEW_BACKUP_CODES } from "../policy";

const DELETE_ALL = effect("DELETE FROM backup_codes", "user_id = :userId");
const INSERT = effect(
  "INSERT INTO backup_codes (user_id, hash) SELECT :userId, value FROM json_each(:hashes)",
);

export interface BackupCodesLeft {
  remaining: number;
  warning?: "few_left";
}

/** How many backup codes a user has left, in the form in which answers tell it. */
export function countBackupCodes(remaining: number): BackupCodesLeft {
  return remaining <= FEW_BACKUP_CODES ? { remaining, warning: "few_left" } : { remaining };
}

/** Creates ten new codes for a user: in plain text to be shown, and hashed to be stored. */
export async function createBackupCodes(keyring: Keyring, userId: string) {
  const codes = Array.from({ length: BACKUP_CODES }, createBackupCode);
  const hash = (code: string) => digest(keyring, "backup-code", hashed(userId, code));
  return { codes, hashes: await Promise.all(codes.map(hash)) };
}

/** The hashes under which a typed code may be stored: one for each key of the ring. */
export function backupCodeHashes(
  keyring: Keyring,
  userId: string,
  symbols: string,
): Promise<string[]> {
  return digests(keyring, "backup-code", hashed(userId, symbols));
}

/**
 * The text that is hashed. It contains the user, so that equal codes of two users have unrelated
 * hashes.
 */
function hashed(userId: string, code: string): string {
  return `${userId}:${code.replaceAll("-", "")}`;
}

/** The effects that replace the user's backup codes by these. */
export function replaceBackupCodes(hashes: string[]): Effect[] {
  return [DELETE_ALL({}), INSERT({ hashes: JSON.stringify(hashes) })];
}
