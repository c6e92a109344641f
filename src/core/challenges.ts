/**
 * Challenges: the back end asks for one, the browser answers it straight at the nearest edge, and
 * the back end checks the signed assertion offline. Answering costs one round trip to D1: the
 * commit.
 */

import { randomId } from "../crypto/random";
import type { Deps } from "../env";
import { Problem } from "../problem";
import { putSnapshot } from "./challenge-snapshot";
import { sealToken, type ChallengeClaims } from "./challenge-token";
import { openAuthenticators } from "./evaluate";
import { assertOpen } from "./guard";
import { once, type Created, type IdempotentRequest } from "./idempotency";
import { isActive, loadKnownUser, type Caller, type KnownUser } from "./load-user";

export interface Challenge {
  id: string;
  token: string;
  expiresAt: Date;
  methods: ("totp" | "backup_code")[];
}

export interface ChallengeInput {
  userId: string;
  /** The back end's own words for what is being confirmed; it comes back in the assertion. */
  purpose?: string | undefined;
  ttlSeconds: number;
}

/** Throws `not_found`, `not_enrolled`, `locked`, `user_disabled` or `rebinding_required`. */
export async function createChallenge(
  deps: Deps,
  caller: Caller,
  { input, request }: { input: ChallengeInput; request: IdempotentRequest | null },
): Promise<Challenge> {
  const loaded = await loadKnownUser(deps, caller, input.userId);
  assertOpen(loaded.user, deps.now);
  if (!loaded.authenticators.some(isActive)) throw new Problem("not_enrolled");
  const made = { resourceId: randomId("chal"), createdAt: deps.now };
  return once(
    deps,
    { scope: loaded.app.id, request },
    async (remember) => {
      const statements = remember(made.resourceId);
      if (statements.length > 0) await deps.db.$client.batch(statements);
      return mint(deps, loaded, input, made);
    },
    (created) => mint(deps, loaded, input, created),
  );
}

/**
 * A challenge has no row until it is answered: its replay is the same id with the same expiry,
 * sealed anew.
 */
async function mint(
  deps: Deps,
  { app, user, key, authenticators, backupCodesRemaining }: KnownUser,
  input: ChallengeInput,
  { resourceId: id, createdAt }: Created,
): Promise<Challenge> {
  const active = authenticators.filter(isActive);
  const expiresAt = createdAt.getTime() + input.ttlSeconds * 1e3;
  if (expiresAt <= deps.now.getTime()) {
    throw new Problem("already_created", { detail: "That challenge has expired." });
  }
  const claims: ChallengeClaims = {
    id,
    kind: "server",
    appId: app.id,
    appEpoch: app.epoch,
    keyId: key.id,
    userId: user.id,
    externalId: user.externalId,
    userEpoch: user.epoch,
    authenticatorIds: active.map((one) => one.id),
    purpose: input.purpose ?? null,
    expiresAt,
  };
  const subject = { appId: app.id, userId: user.id, authenticators: active };
  const opened = await openAuthenticators(deps.keyring, subject);
  putSnapshot(deps, claims, { settings: app.settings, authenticators: opened });
  return {
    id,
    token: await sealToken(deps.keyring, claims),
    expiresAt: new Date(claims.expiresAt),
    methods: backupCodesRemaining > 0 ? ["totp", "backup_code"] : ["totp"],
  };
}
