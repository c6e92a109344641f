/** What an app's hook has decided. Whatever it does not say as documented is a failure. */

import { z } from "zod";
import { METHODS, type Method } from "../../crypto/code";
import { ANSWER_BYTES, type Answer } from "../outgoing/post";
import { parseObject } from "../settings";

export type Ruling =
  | { decision: "allow" }
  | { decision: "require"; methods: Method[] }
  | { decision: "deny"; reason: string | null }
  | { decision: "failed"; why: string };

/** The beginning of a denial that is too long to be read to its end, or ends in something else. */
const CUT_DENIAL = /^\s*\{\s*"decision"\s*:\s*"deny"/;
/** So many characters of a reason are kept. */
const MAX_REASON = 100;
/** Letters, digits, punctuation, symbols and plain spaces: nothing that hides or turns the text around it. */
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

const Passing = z.discriminatedUnion("decision", [
  z.strictObject({ decision: z.literal("allow") }),
  z.strictObject({ decision: z.literal("require"), methods: z.array(z.enum(METHODS)).min(1) }),
]);

/**
 * Reads the answer about a user who has these methods. A denial counts however else the answer is wrong: with
 * another status, or with more in it than there should be.
 */
export function ruleBy({ status, body, fault }: Answer, available: readonly Method[]): Ruling {
  const said = parseObject(body);
  const denial = readDenial(said ?? (CUT_DENIAL.test(body) ? { decision: "deny" } : null));
  if (denial) return denial;
  if (fault !== null) return failed(fault);
  if (status !== 200) return failed(`answered ${status}`);
  // No more than this is read, so that an answer of this size may be the beginning of a longer one.
  if (new TextEncoder().encode(body).length >= ANSWER_BYTES)
    return failed("the answer is too long");
  const { data } = Passing.safeParse(said);
  if (!data) return failed("the answer is not as documented");
  if (data.decision === "allow") return data;
  const methods = available.filter((one) => data.methods.includes(one));
  const isMet = data.methods.every((one) => available.includes(one));
  return isMet ? { ...data, methods } : failed("it requires a method that the user does not have");
}

function readDenial(said: object | null): Ruling | null {
  const { decision, reason }: { decision?: unknown; reason?: unknown } = said ?? {};
  if (decision !== "deny") return null;
  return { decision, reason: typeof reason === "string" ? printable(reason) : null };
}

function printable(text: string): string | null {
  const kept = text.replaceAll(UNPRINTABLE, "").trim();
  return Array.from(kept).slice(0, MAX_REASON).join("") || null;
}

function failed(why: string): Ruling {
  return { decision: "failed", why };
}
