/**
 * Challenge links: challenges that are answered on a page of ours. The browser brings back a
 * one-time code and never the assertion itself. The app's back end exchanges that code for the
 * assertion with its key.
 */

import { createSecret, hashSecret } from "../../crypto/opaque-tokens";
import { effect } from "../../db/effect";
import type { apps } from "../../db/app-schema";
import type { challengeResults } from "../../db/page-schema";
import type { Named, Row } from "../../db/row";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { KeyCaller } from "../caller/actor";
import { answerChallenge, openChallenge } from "./answer";
import { signAssertion } from "./assertion";
import { recordWhere } from "../audit/event";
import type { ChallengeClaims } from "./token";
import { createChallenge, type Challenge, type ChallengeInput } from "./challenges";
import { CHALLENGE_IS_OVER, hasScope, KEY_IS_GOOD, SAME_EPOCH } from "../caller/live";
import type { IdempotentRequest } from "../change/idempotency";
import { COMES_FROM_ALLOWED } from "../caller/address-range";
import { assertKey, CHECK_KEY, HAS_KEY, type CheckedKey } from "../caller/by-key";
import { CHALLENGE_RESULT_LIFE } from "../policy";
import { returnTo } from "../app/return-url";
import { speakerOf, type Speaker } from "../brand";
import { parseCode } from "../code/parse-code";
import { bucketInSecret, bucketOfId } from "../shard/bucket";
import { placed } from "../shard/placement";

export interface ChallengeLink extends Omit<Challenge, "token"> {
  url: string;
}

/** What the back end gets for the one-time code. */
export interface Redemption {
  /** The challenge's id. */
  id: string;
  /** The app's own name for the user. */
  userId: string;
  method: "totp" | "backup_code";
  purpose: string | null;
  assertion: string;
}

/**
 * Selects a row if the app has the same epoch and the key that made the link is good. `isOver` says
 * that the challenge was answered, that its attempts are used up, or that something has ended the
 * challenges of this user.
 */
const STANDS = statement(`
  SELECT ${CHALLENGE_IS_OVER}
    OR NOT EXISTS (SELECT 1 FROM users WHERE users.id = :userId AND ${SAME_EPOCH}) AS isOver,
    a.id, a.name, a.issuer, a.brand
  FROM apps a JOIN api_keys k ON k.app_id = a.id
  WHERE a.id = :appId AND a.epoch = :appEpoch AND a.deleted_at IS NULL AND k.id = :keyId AND ${KEY_IS_GOOD}`);

type StandingRow = Pick<Row<typeof apps>, "id" | "name" | "issuer" | "brand"> & { isOver: number };

const INSERT = effect(
  `INSERT INTO challenge_results
    (hash, challenge_id, app_id, app_epoch, key_id, user_id, user_epoch, purpose, method, expires_at)
  SELECT :hash, :challengeId, app_id, :appEpoch, :keyId, id, epoch, :purpose, :method, :expiresAt
  FROM users`,
  "id = :userId",
);

/** The user of the challenge, while it is open. */
const WHO_IS_ASKED = `FROM users WHERE users.id = :userId AND ${SAME_EPOCH}
    AND NOT ${CHALLENGE_IS_OVER}` as const;
/**
 * Records the end of the challenge. It comes before the statement that makes its condition untrue.
 */
const recordCancelled = recordWhere(`EXISTS (SELECT 1 ${WHO_IS_ASKED})`);
/** Spends the challenge by no code, so that nothing depends on it. */
const CANCEL = statement(`
  INSERT INTO challenges (expires_at, id, user_id, attempts, strikes, spent_at)
  SELECT :challengeExpiresAt, :challengeId, users.id, 0, 0, :now ${WHO_IS_ASKED}
  ON CONFLICT (expires_at, id) DO UPDATE SET spent_at = excluded.spent_at`);

/**
 * Redeems a result once, with a good key of the same app. The user and the app must have the same
 * epochs, and the key that made the link must still be good.
 */
const REDEEM = statement(`
  DELETE FROM challenge_results AS r WHERE r.hash = :codeHash AND r.expires_at > :now
    AND EXISTS (SELECT 1 FROM api_keys k WHERE ${HAS_KEY} AND ${COMES_FROM_ALLOWED} AND k.app_id = r.app_id AND ${hasScope(":scope")})
    AND EXISTS (SELECT 1 FROM api_keys k WHERE k.id = r.key_id AND ${KEY_IS_GOOD})
    AND EXISTS (SELECT 1 FROM apps a WHERE a.id = r.app_id AND a.epoch = r.app_epoch AND a.deleted_at IS NULL)
    AND EXISTS (SELECT 1 FROM users u WHERE u.id = r.user_id AND u.epoch = r.user_epoch AND u.disabled_at IS NULL)
  RETURNING challenge_id AS id, app_id AS appId, purpose, method,
    (SELECT u.external_id FROM users u WHERE u.id = user_id) AS externalId`);

type Redeemed = Pick<Row<typeof challengeResults>, "appId" | "purpose" | "method"> &
  Named<Row<typeof challengeResults>, { id: "challengeId" }> & { externalId: string };

/** Creates a challenge link. Throws what `createChallenge` throws. */
export async function createChallengeLink(
  deps: Deps,
  caller: KeyCaller,
  asked: { input: ChallengeInput & { returnUrl: string }; request: IdempotentRequest | null },
): Promise<ChallengeLink> {
  const { token, ...challenge } = await createChallenge(deps, caller, asked);
  return { ...challenge, url: `${deps.settings.issuerUrl}/challenge/${token}` };
}

/**
 * Opens a challenge link, if it may still speak in its app's name and lead back to the app. Also
 * says in whose name the page speaks, and whether it is certain that no more codes are accepted. Throws `invalid_challenge`.
 */
export async function openChallengeLink(
  given: Deps,
  token: string,
): Promise<{ claims: ChallengeClaims; app: Speaker; isOver: boolean }> {
  const claims = await openChallenge(given, "link", token);
  const deps = placed(given, bucketOfId(claims.userId));
  const { appId, appEpoch, userId, userEpoch, keyId } = claims;
  const minted = { ...rowOf(claims), appId, appEpoch, userId, userEpoch, keyId };
  const values = { ...minted, now: deps.now.getTime() };
  const row = await STANDS(deps, values).first<StandingRow>();
  if (row) return { claims, app: speakerOf(row), isOver: row.isOver === 1 };
  throw new Problem("invalid_challenge", { cause: "its app changed, or its key is revoked" });
}

/**
 * Answers the challenge, and answers the URL that the browser goes to. Throws what
 * `answerChallenge` throws.
 */
export async function answerChallengeLink(
  deps: Deps,
  claims: ChallengeClaims,
  code: string,
): Promise<string> {
  const { text, hash } = await createSecret(bucketOfId(claims.userId));
  const { method } = parseCode(code);
  const { id: challengeId, appEpoch, keyId, purpose } = claims;
  const expiresAt = deps.now.getTime() + CHALLENGE_RESULT_LIFE;
  const result = { hash, challengeId, appEpoch, keyId, purpose, method, expiresAt };
  await answerChallenge(deps, claims, {
    code,
    origin: null,
    afterPass: [INSERT(result)],
  });
  return returnTo(returnUrlOf(claims), { result: "success", code: text });
}

/**
 * Ends the challenge, so that no more codes are accepted. Answers the URL that the browser goes to.
 */
export async function cancelChallengeLink(given: Deps, claims: ChallengeClaims): Promise<string> {
  const deps = placed(given, bucketOfId(claims.userId));
  const { id, appId, userId, userEpoch } = claims;
  const values = { ...rowOf(claims), userId, userEpoch, now: deps.now.getTime() };
  const type = "challenge.cancelled" as const;
  await deps.db.$client.batch([
    recordCancelled(deps, { type, actor: `challenge:${id}`, appId, userId }, values),
    CANCEL(deps, values),
  ]);
  return leaveChallengeLink(claims);
}

/** What the row of a challenge is found by. */
function rowOf({ id, expiresAt }: ChallengeClaims) {
  return { challengeId: id, challengeExpiresAt: expiresAt };
}

/** The URL that the browser goes to without a code. */
export function leaveChallengeLink(claims: ChallengeClaims): string {
  return returnTo(returnUrlOf(claims), { result: "cancelled" });
}

function returnUrlOf({ page }: ChallengeClaims): string {
  if (!page) throw new Problem("invalid_challenge", { cause: "not of a page" });
  return page.returnUrl;
}

/**
 * Redeems a one-time code. Throws `not_found` for a code that is wrong, used, expired or of another
 * app, and what `assertKey` throws.
 */
export async function redeemChallengeLink(
  given: Deps,
  caller: Omit<KeyCaller, "userId">,
  code: string,
): Promise<Redemption> {
  const deps = placed(given, bucketInSecret(code));
  const { id, hash, scope, from } = caller;
  const codeHash = await hashSecret(code);
  const values = { id, hash, scope, from, codeHash, now: deps.now.getTime() };
  // The batch has one type for the rows of both statements. Each row belongs to one of them.
  const [checked, redeemed] = await deps.db.$client.batch<CheckedKey & Redeemed>([
    CHECK_KEY(deps, values),
    REDEEM(deps, values),
  ]);
  assertKey(deps, caller, checked?.results[0]);
  const [found] = redeemed?.results ?? [];
  if (!found) throw new Problem("not_found", { detail: "No such result." });
  const { externalId: userId, method, purpose } = found;
  const assertion = await signAssertion(deps, found, method);
  return { id: found.id, userId, method, purpose, assertion };
}
