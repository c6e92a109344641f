/**
 * What the answer to a challenge needs, kept in KV so that it costs no read of D1. It is one sealed
 * blob, bound by its context to challenge, app and user. A blob that is missing, late or altered,
 * or that belongs to another challenge, is a miss and costs one read. The snapshot is never
 * trusted: the commit checks the epochs and the rows themselves.
 */

import { open, seal } from "../../crypto/keyring";
import type { AppSettings } from "../../db/app-schema";
import type { Deps } from "../../env";
import type { ChallengeClaims } from "./token";
import type { OpenAuthenticator } from "../code/match";
import { readKv, writeKv } from "../kv";

export interface ChallengeSnapshot {
  settings: AppSettings;
  authenticators: OpenAuthenticator[];
}

const BASE64 = { alphabet: "base64" } as const;

/** Leaves the snapshot behind after the answer. */
export function putSnapshot(
  deps: Deps,
  claims: ChallengeClaims,
  { settings, authenticators }: ChallengeSnapshot,
): void {
  const write = async () => {
    const plain = { settings, authenticators: authenticators.map(encodeAuthenticator) };
    const bytes = new TextEncoder().encode(JSON.stringify(plain));
    const sealed = await seal(deps.keyring, bytes, contextOf(claims));
    writeKv(deps, keyOf(claims.id), sealed, claims.expiresAt);
  };
  deps.defer(write());
}

/** Reads the snapshot. Null for a miss of any kind. */
export async function takeSnapshot(
  deps: Deps,
  claims: ChallengeClaims,
): Promise<ChallengeSnapshot | null> {
  const sealed = await readKv(deps, keyOf(claims.id));
  if (sealed === null) return null;
  try {
    const bytes = await open(deps.keyring, sealed, contextOf(claims));
    const { settings, authenticators } = JSON.parse(new TextDecoder().decode(bytes));
    return { settings, authenticators: authenticators.map(decodeAuthenticator) };
  } catch {
    return null;
  }
}

type EncodedAuthenticator = Omit<OpenAuthenticator, "secret"> & { secret: string };

function encodeAuthenticator({ secret, ...rest }: OpenAuthenticator): EncodedAuthenticator {
  return { ...rest, secret: secret.toBase64(BASE64) };
}

function decodeAuthenticator({ secret, ...rest }: EncodedAuthenticator): OpenAuthenticator {
  return { ...rest, secret: Uint8Array.fromBase64(secret, BASE64) };
}

function keyOf(challengeId: string): string {
  return `challenge:${challengeId}`;
}

/**
 * The context contains the epochs, so that a snapshot of an earlier state does not open for a later
 * token of the same id.
 */
function contextOf({ id, appId, appEpoch, userId, userEpoch }: ChallengeClaims): string {
  return `challenge:${id}:${appId}:${appEpoch}:${userId}:${userEpoch}`;
}
