/**
 * Checks whether all that the database needs is there: the keys of KEYRING, and the databases that users
 * were moved to. Every key that ever sealed anything has a row with a canary that only this key opens. A ring
 * that lacks a key, or has another key under a known id, is thus noticed before it does harm.
 */

import { gt } from "drizzle-orm";
import { open, seal, type Keyring } from "../../crypto/keyring";
import { placements } from "../../db/shard-schema";
import { keyringKeys } from "../../db/upkeep-schema";
import type { Deps, Shards } from "../../env";
import { Problem } from "../../problem";

const CANARY = new TextEncoder().encode("stepgate");

type Needed = Pick<Deps, "shards" | "keyring" | "now">;

/**
 * The ring that was found good. The promise of the finding is not kept, because it dies with its
 * request.
 */
let checked: Keyring | undefined;

/**
 * Checks once per isolate, with two reads at once. Throws `misconfigured` with the id of the key or the name
 * of the database that is missing, or `unavailable` if D1 does not answer. After a throw the next
 * request checks again.
 */
export async function assertComplete(needed: Needed): Promise<void> {
  if (checked === needed.keyring) return;
  const { control } = needed.shards;
  const keys = control.select().from(keyringKeys);
  const elsewhere = control.select().from(placements).where(gt(placements.shard, 0)).limit(1);
  const [rows, [moved]] = await Promise.all([keys, elsewhere]).catch((cause: unknown) => {
    throw new Problem("unavailable", { cause });
  });
  if (moved) assertBound(needed.shards, moved);
  await checkKeyring(needed, rows);
  checked = needed.keyring;
}

/**
 * With one database no fence is asked, and users who are in another would pass for users without a
 * second factor. Where one of several is missing, the fence keeps its users apart.
 */
function assertBound({ all }: Shards, { shard, first, last }: typeof placements.$inferSelect) {
  if (all.length > 1) return;
  throw new Problem("misconfigured", {
    cause: `DB${shard} has users (${first}-${last}) and is not bound. Put it back into wrangler.toml, or move them to DB first.`,
  });
}

async function checkKeyring(
  { shards: { control }, keyring, now }: Needed,
  rows: (typeof keyringKeys.$inferSelect)[],
): Promise<void> {
  for (const { id, canary } of rows) await assertOpens(keyring, id, canary);
  const [{ id }] = keyring;
  if (rows.some((row) => row.id === id)) return;
  const canary = await seal(keyring, CANARY, contextOf(id));
  await control.insert(keyringKeys).values({ id, canary, createdAt: now }).onConflictDoNothing();
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
