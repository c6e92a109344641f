/**
 * Answers a challenge. It takes no API key and no cookie, only the token and a code, and it makes
 * one round trip to D1: the commit.
 */

import type { Method } from "../../crypto/code";
import type { Effect } from "../../db/effect";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { Actor } from "../caller/actor";
import { countBackupCodes, type BackupCodesLeft } from "../code/backup-codes";
import { takeSnapshot, type ChallengeSnapshot } from "./snapshot";
import { FACTOR_CHANGE, openToken, type ChallengeClaims, type ChallengeKind } from "./token";
import { openAuthenticators } from "../code/match";
import { assertOpen } from "../user/guard";
import { noteRefusal } from "../audit/refusals";
import { isKnownUsed } from "../code/used";
import { CHALLENGE_ATTEMPTS } from "../policy";
import { bucketOfId } from "../shard/bucket";
import { placed } from "../shard/placement";
import { isActive, loadUserById } from "../user/record";
import { invalidCode, lockOutOf } from "../code/lock-out";
import { attemptCode } from "../code/verify";
import { parseCode } from "../code/parse-code";

export interface ChallengeAnswer {
  code: string;
  /** Where the answer comes from, according to the browser. Null if the browser did not say. */
  origin: string | null;
  /** What else a right answer does. */
  afterPass?: readonly Effect[] | undefined;
}

export interface AnsweredChallenge {
  method: "totp" | "backup_code";
  backupCodes: BackupCodesLeft;
}

/**
 * Opens a challenge token. Throws `invalid_challenge` if it is no token, is of another kind or has
 * expired.
 */
export async function openChallenge(
  { keyring, now }: Deps,
  kind: ChallengeKind,
  token: string,
): Promise<ChallengeClaims> {
  const claims = await openToken(keyring, token);
  if (!claims) throw new Problem("invalid_challenge", { cause: "not a token" });
  if (claims.kind !== kind) throw new Problem("invalid_challenge", { cause: "wrong kind" });
  if (claims.expiresAt <= now.getTime()) {
    throw new Problem("invalid_challenge", { cause: "expired" });
  }
  return claims;
}

/**
 * Answers a challenge. Throws `invalid_code`, with `attemptsRemaining: 0` if that was the last
 * attempt and `lockedUntil` if it locked the user. Throws `invalid_challenge`, `locked`,
 * `method_not_accepted`, `origin_not_allowed` or `invalid_request`. Only an `invalid_code` is charged, and not if the code
 * is spent.
 */
export async function answerChallenge(
  given: Deps,
  claims: ChallengeClaims,
  { code: text, origin, ...answer }: ChallengeAnswer,
): Promise<AnsweredChallenge> {
  const deps = placed(given, bucketOfId(claims.userId));
  const code = parseCode(text);
  assertAccepted(claims, code.method);
  const digits = code.method === "totp" ? code.digits : null;
  const [snapshot, knownUsed] = await Promise.all([
    takeSnapshot(deps, claims),
    digits !== null && isKnownUsedByAny(deps, claims.authenticatorIds, digits),
  ]);
  const { settings, authenticators } = snapshot ?? (await snapshotFromD1(deps, claims));
  if (claims.kind === "server") assertOrigin(settings.allowedOrigins, origin);
  if (knownUsed) await refuseReplay(deps, claims);
  const { appId, userId } = claims;
  const subject = {
    ...answer,
    actor: challengeActor(claims),
    authenticators,
    app: {
      id: appId,
      epoch: claims.appEpoch,
      settings,
    },
    user: {
      id: userId,
      epoch: claims.userEpoch,
      failures: 0,
    },
    challenge: {
      id: claims.id,
      expiresAt: claims.expiresAt,
      provesChange: claims.purpose === FACTOR_CHANGE,
    },
  };
  const result = await attemptCode(deps, subject, code);
  if (!result) throw await explainRefusal(deps, claims);
  if (result.verdict !== "passed") {
    const isLast = result.challengeAttempts >= CHALLENGE_ATTEMPTS;
    throw invalidCode(deps, lockOutOf(result), isLast ? { attemptsRemaining: 0 } : {});
  }
  return {
    method: code.method,
    backupCodes: countBackupCodes(result.backupCodesRemaining),
  };
}

/** What the app's hook demanded is sealed into the token, so that it depends on no hint and no client. */
function assertAccepted({ methods }: ChallengeClaims, method: Method): void {
  if (methods && !methods.includes(method)) throw new Problem("method_not_accepted");
}

/** The actor is whoever holds the token. The key that minted the token must still be good. */
function challengeActor({ id, kind, keyId }: ChallengeClaims): Actor {
  const name = `${kind === "login" ? kind : "challenge"}:${id}`;
  return { keyId, scope: "verify", session: null, link: null, name };
}

async function isKnownUsedByAny(deps: Deps, ids: string[], digits: string): Promise<boolean> {
  const known = await Promise.all(ids.map((id) => isKnownUsed(deps, id, digits)));
  return known.includes(true);
}

/**
 * Refuses a code that is known as spent. A locked user is told so, and a dead challenge is reported
 * as dead, as with any other code.
 */
async function refuseReplay(deps: Deps, claims: ChallengeClaims): Promise<never> {
  const { app, user } = await loadAnswerable(deps, claims);
  noteRefusal(deps, { appId: app.id, userId: user.id, reason: "replayed_code" });
  throw new Problem("invalid_code", { cause: "KV knows the code as used" });
}

/** Reads what KV did not have. Throws what `loadAnswerable` throws. */
async function snapshotFromD1(deps: Deps, claims: ChallengeClaims): Promise<ChallengeSnapshot> {
  const { app, user, authenticators } = await loadAnswerable(deps, claims);
  const active = authenticators.filter(isActive);
  const opened = await openAuthenticators(deps.keyring, {
    appId: app.id,
    userId: user.id,
    authenticators: active,
  });
  return { settings: app.settings, authenticators: opened };
}

/**
 * Loads the user if the challenge could still be answered. Throws `locked` or `invalid_challenge`.
 */
async function loadAnswerable(deps: Deps, claims: ChallengeClaims) {
  const record = await loadUserById(deps, claims.userId);
  if (!record) throw new Problem("invalid_challenge", { cause: "unknown user" });
  const { app, user } = record;
  if (app.epoch !== claims.appEpoch || user.epoch !== claims.userEpoch) {
    throw new Problem("invalid_challenge", { cause: "another epoch" });
  }
  try {
    assertOpen(user, deps.now);
  } catch (refusal) {
    noteRefusal(deps, { appId: app.id, userId: user.id, reason: "locked" });
    if (refusal instanceof Problem && refusal.code === "locked") throw refusal;
    throw new Problem("invalid_challenge", { cause: refusal });
  }
  return record;
}

/** Finds out why the commit changed nothing. */
async function explainRefusal(deps: Deps, claims: ChallengeClaims): Promise<Problem> {
  try {
    await loadAnswerable(deps, claims);
  } catch (refusal) {
    if (refusal instanceof Problem) return refusal;
    throw refusal;
  }
  return new Problem("invalid_challenge", { cause: "answered, exhausted, or its key is revoked" });
}

function assertOrigin(allowed: string[], origin: string | null): void {
  if (allowed.length === 0 || (origin !== null && allowed.includes(origin))) return;
  throw new Problem("origin_not_allowed");
}
