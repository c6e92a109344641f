/**
 * Verifies codes of a secret that the caller holds and sends with every code. There is no app, no
 * user and no key. Nothing is stored but what single use and the limit of guesses need. Besides
 * `code/verify.ts` this is the only place that accepts a code, because there is no user whose guard
 * could decide.
 *
 * One batch decides, and its result is the answer. Anybody can make up secrets, so a secret gets a
 * row only after its first right code or its third failure. Until then its failures are counted
 * together with those of all secrets whose digests begin alike. That takes a fixed number of rows,
 * and the shared count is never lower than the secret's own. The number of new rows a minute is
 * capped. Beyond the cap, every code of a secret without a row is refused, right or wrong: these
 * callers lose an answer, and nobody gains a guess.
 */

import { hmacKeyBlock } from "../../crypto/hmac-key-block";
import { digests } from "../../crypto/keyring";
import { DEFAULT_PARAMETERS, matchStep, stepsAround, timeStep } from "../../crypto/totp";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { lockEnd } from "./commit";
import { BARE_SECRETS, DEFAULT_SETTINGS } from "../policy";

const { life, rowAtFailure, newPerMinute } = BARE_SECRETS;
const { window, failuresBeforeLock } = DEFAULT_SETTINGS;
const MINUTE = 60_000;

/**
 * How many symbols of Base64 select a shared count. Two make 12 bits, so there are at most 4,096
 * rows of shared counts.
 */
const SHARED_PREFIX = 2;

/** The secret's row, whichever key of the ring made its digest. */
const OWN_ROW = `SELECT digest FROM bare_secrets WHERE digest IN (SELECT value FROM json_each(:digests))
    ORDER BY last_step DESC LIMIT 1`;

const HAS_ROW = `EXISTS (${OWN_ROW})` as const;

/** The shared count is high enough for a row. It includes this attempt if the attempt failed. */
const COUNTED_ENOUGH = `EXISTS (SELECT 1 FROM bare_secret_counts
    WHERE key = :shared AND ends_at > :now AND count >= ${rowAtFailure})` as const;

/**
 * Counts a failure in the shared count. The count stops at the number that makes a row, so a flood
 * of made-up secrets soon writes nothing here.
 */
const COUNT_FAILURE = statement(`
  INSERT INTO bare_secret_counts (key, count, ends_at)
  SELECT :shared, 1, :now + ${life} WHERE :step < 0 AND NOT ${HAS_ROW}
  ON CONFLICT (key) DO UPDATE SET
    count = iif(ends_at <= :now, 1, count + 1), ends_at = iif(ends_at <= :now, excluded.ends_at, ends_at)
  WHERE ends_at <= :now OR count < ${rowAtFailure}`);

/** Counts a new row. The count goes one above the cap, which says that the cap is reached. */
const COUNT_NEW_ROW = statement(`
  INSERT INTO bare_secret_counts (key, count, ends_at)
  SELECT 'new', 1, :now + ${MINUTE} WHERE NOT ${HAS_ROW} AND (:step >= 0 OR ${COUNTED_ENOUGH})
  ON CONFLICT (key) DO UPDATE SET
    count = iif(ends_at <= :now, 1, count + 1), ends_at = iif(ends_at <= :now, excluded.ends_at, ends_at)
  WHERE ends_at <= :now OR count <= ${newPerMinute}`);

const MAY_HAVE_ROW = `(:step >= 0 OR ${COUNTED_ENOUGH}) AND EXISTS (SELECT 1 FROM bare_secret_counts
    WHERE key = 'new' AND ends_at > :now AND count <= ${newPerMinute})` as const;

/** The number of failures including this one. A row that has expired starts from zero. */
const NEXT_FAILURES = `(iif(bare_secrets.expires_at <= :now, 0, bare_secrets.failures) + 1)`;

const PASSES = `excluded.last_step > bare_secrets.last_step`;

/**
 * Decides about the attempt. A failed attempt leaves at least one failure, so `failures = 0` says
 * that this one passed. If the secret is locked or the code is spent, nothing is written and
 * nothing is returned, as `code/commit.ts` does for users.
 */
const DECIDE = statement(`
  INSERT INTO bare_secrets (digest, last_step, failures, expires_at)
  SELECT coalesce((${OWN_ROW}), :digest), :step, iif(:step < 0, ${rowAtFailure}, 0), :now + ${life}
  WHERE ${HAS_ROW} OR (${MAY_HAVE_ROW})
  ON CONFLICT (digest) DO UPDATE SET
    last_step = max(bare_secrets.last_step, excluded.last_step),
    failures = iif(${PASSES}, 0, ${NEXT_FAILURES}),
    locked_until = iif(${PASSES} OR ${NEXT_FAILURES} < :failuresBeforeLock, NULL, ${lockEnd(NEXT_FAILURES)}),
    expires_at = excluded.expires_at
  WHERE coalesce(bare_secrets.locked_until, 0) <= :now
    AND (excluded.last_step < 0 OR ${PASSES})
  RETURNING failures, locked_until AS lockedUntil`);

export interface BareVerification {
  /**
   * Whether the code is right and was not used before. Wrong, spent, locked and refused codes look
   * alike.
   */
  valid: boolean;
  /** Set if this code locked the secret. */
  lockedUntil: Date | null;
}

/**
 * Says whether a code is right. A text that is not six ASCII digits is no guess and is not counted.
 *
 * The accepted steps are those around now. No drift is recorded, because a row lives for a day. If
 * a clock that went back leaves the last spent step in the future, right codes are refused without
 * being charged until time has caught up or the row has expired, because there is nobody who could
 * unlock.
 */
export async function verifyBareSecret(
  deps: Deps,
  { secret, code }: { secret: Uint8Array<ArrayBuffer>; code: string },
): Promise<BareVerification> {
  if (!/^\d{6}$/.test(code)) return { valid: false, lockedUntil: null };
  const key = await hmacKeyBlock(secret);
  const steps = stepsAround(timeStep(deps.now, DEFAULT_PARAMETERS.period), window);
  const step = await matchStep(key, [code], { steps, parameters: DEFAULT_PARAMETERS });
  const values = await bindings(deps, key, step ?? -1);
  const d1 = deps.db.$client;
  const statements = [COUNT_FAILURE, COUNT_NEW_ROW, DECIDE].map((bind) => bind(deps, values));
  const results = await d1.batch<{ failures: number; lockedUntil: number | null }>(statements);
  const { failures, lockedUntil = null } = results.at(-1)?.results[0] ?? {};
  return {
    valid: failures === 0,
    lockedUntil: lockedUntil === null ? null : new Date(lockedUntil),
  };
}

async function bindings({ keyring, now }: Deps, key: Uint8Array<ArrayBuffer>, step: number) {
  const all = await digests(keyring, "bare-secret", key);
  const [digest = ""] = all;
  const mac = digest.slice(digest.indexOf(".") + 1);
  return {
    now: now.getTime(),
    step,
    digest,
    digests: JSON.stringify(all),
    shared: `failures:${mac.slice(0, SHARED_PREFIX)}`,
    failuresBeforeLock,
  };
}
