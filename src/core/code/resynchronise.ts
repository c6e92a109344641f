/**
 * Finds a token again whose clock has drifted too far since its last code (RFC 6238 §6). The user
 * gives two codes in a row, up to `MAX_DRIFT` steps from now. Both are spent, and from then on
 * codes around that step are right. The attempt is charged like a verification and proves nothing
 * else, because codes this old let nobody in.
 */

import { normaliseCode } from "../../crypto/code";
import type { Deps } from "../../env";
import { invalidField } from "../../problem";
import type { Caller } from "../caller/actor";
import { invalidCode, lockOutOf } from "./lock-out";
import { attemptDirectly, attemptPair } from "./verify";

/**
 * Answers which authenticator the codes belong to. Throws `invalid_code` alike for codes that are
 * wrong, too far off, not in a row or spent, and otherwise what `verifyCode` throws.
 */
export async function resynchronise(
  deps: Deps,
  caller: Caller,
  codes: string[],
): Promise<{ authenticatorId: string }> {
  const pair = parsePair(codes);
  const result = await attemptDirectly(deps, caller, {}, (subject) =>
    attemptPair(deps, subject, pair),
  );
  const { authenticatorId } = result;
  if (result.verdict !== "passed" || authenticatorId === undefined) {
    throw invalidCode(deps, lockOutOf(result));
  }
  return { authenticatorId };
}

/** Throws `invalid_request` for texts that cannot be two codes in a row. That is no guess. */
function parsePair(texts: string[]): [string, string] {
  const [first = "", second = ""] = texts.map((text) => {
    const code = normaliseCode(text);
    return code?.method === "totp" ? code.digits : "";
  });
  if (first !== "" && first.length === second.length && first !== second) return [first, second];
  throw invalidField(["codes"], "two different codes of 6 to 8 digits, one after the other.");
}
