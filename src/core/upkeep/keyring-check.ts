/**
 * Checks whether KEYRING opens what the database holds. Every key that ever sealed anything has a
 * row with a canary that only this key opens. A ring that lacks a key, or has another key under a
 * known id, is thus noticed before it does harm.
 */

import { open, seal, type Keyring } from "../../crypto/keyring";
import { keyringKeys } from "../../db/upkeep-schema";
import type { Database, Deps } from "../../env";
import { Problem } from "../../problem";

const CANARY = new TextEncoder().encode("stepgate");

/**
 * The ring that was found good. The promise of the finding is not kept, because it dies with its
 * request.
 */
let checked: Keyring | undefined;

/**
 * Checks the ring, with one read per isolate. Throws `misconfigured` with the key's id, or
 * `unavailable` if D1 does not answer. After a throw the next request checks again.
 */
export async function assertKeyring({
  db,
  keyring,
  now,
}: Pick<Deps, "db" | "keyring" | "now">): Promise<void> {
  if (checked === keyring) return;
  await checkKeyring(db, keyring, now);
  checked = keyring;
}

async function checkKeyring(db: Database, keyring: Keyring, now: Date): Promise<void> {
  const rows = await db
    .select()
    .from(keyringKeys)
    .catch((cause: unknown) => {
      throw new Problem("unavailable", { cause });
    });
  for (const { id, canary } of rows) await assertOpens(keyring, id, canary);
  const [{ id }] = keyring;
  if (rows.some((row) => row.id === id)) return;
  const canary = await seal(keyring, CANARY, contextOf(id));
  await db.insert(keyringKeys).values({ id, canary, createdAt: now }).onConflictDoNothing();
}

async function assertOpens(keyring: Keyring, id: string, canary: string): Promise<void> {
  if (!keyring.some((key) => key.id === id)) {
    throw new Problem("misconfigured", {
      cause: `KEYRING: rows are sealed with key ${id}, which is missing. Bring it back, behind the first one.`,
    });
  }
  await open(keyring, canary, contextOf(id)).catch(() => {
    throw new Problem("misconfigured", {
      cause: `KEYRING: key ${id} is not the one that sealed this database. Bring that one back; if keyring_keys ${id} alone was altered, restore the row.`,
    });
  });
}

function contextOf(id: string): string {
  return `keyring:${id}`;
}
