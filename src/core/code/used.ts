/**
 * Spent codes in KV: a hint that refuses floods of replays to challenges. Challenges are evaluated
 * without reading D1's rows, and the hint keeps such floods away from D1's single writer. A refusal
 * by the hint is not charged: whoever sends a spent code knew it already and learns nothing.
 * Without the hint the commit refuses the same code, and does not charge it either.
 */

import { digest, digests } from "../../crypto/keyring";
import type { Deps } from "../../env";
import { readKv, writeKv } from "../kv";

/** Whether KV says that this code of this authenticator is spent. */
export async function isKnownUsed(
  deps: Deps,
  authenticatorId: string,
  digits: string,
): Promise<boolean> {
  const keys = await digests(deps.keyring, "used-code", digits);
  const expiries = await Promise.all(keys.map((key) => readKv(deps, keyOf(authenticatorId, key))));
  return expiries.some((expiresAt) => Number(expiresAt ?? 0) > deps.now.getTime());
}

/** Leaves the hint, after the answer, for as long as the code could be right. */
export function rememberUsed(
  deps: Deps,
  used: { authenticatorId: string; digits: string; validUntil: number },
): void {
  const write = async () => {
    const key = keyOf(used.authenticatorId, await digest(deps.keyring, "used-code", used.digits));
    writeKv(deps, key, String(used.validUntil), used.validUntil);
  };
  deps.defer(write());
}

function keyOf(authenticatorId: string, codeDigest: string): string {
  return `used:${authenticatorId}:${codeDigest}`;
}
