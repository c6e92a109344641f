/** What an answer says: a plain success, a refusal, or nothing that can be relied on. */

import { InvalidCode, Locked, Refused, type Refusal, Unavailable } from "./errors.js";
import type { Answer } from "./exchange.js";
import { flag, instant, maybe, present, text } from "./fields.js";
import type { ProblemAnswer, VerifyAnswer } from "./shapes.js";

const SUCCESSES = [200, 201];
/** What `detail` begins with where the field of the code is at fault. */
const NO_CODE = /^(proof: )?codes?(\[\d\]|\.\d)?:/;

/**
 * Passes on a plain success, with its body parsed, or undefined for 204.
 *
 * @throws {Refused} for a problem, {@link Unavailable} for everything else.
 */
export function readAnswer(answer: Answer): object | undefined {
  const { status, mediaType } = answer;
  if (status === 204) return undefined;
  if (SUCCESSES.includes(status) && mediaType === "application/json") {
    return plain<object>(() => JSON.parse(answer.text));
  }
  if (status >= 400 && status < 500 && mediaType === "application/problem+json") {
    throw refused(answer);
  }
  throw new Unavailable(`${status} ${mediaType || "without a type"} is no plain answer.`);
}

/**
 * The fields of a right code. A wrong one is the same error as everywhere else.
 *
 * @throws {InvalidCode} for `valid: false`.
 */
export function assertValid(
  fields: VerifyAnswer,
  retryAfter: string | null,
): asserts fields is VerifyAnswer & { valid: true } {
  if (flag(fields, "valid")) return;
  throw new InvalidCode({
    code: "invalid_code",
    status: 200,
    title: "The code is wrong, expired or already used.",
    retryAfter: retryAfter === null ? null : Number(retryAfter),
    lockedUntil: maybe(instant, fields, "lockedUntil"),
    problem: { ...fields },
  });
}

function refused(answer: Answer): Refused {
  const problem = plain<ProblemAnswer>(() => JSON.parse(answer.text));
  const refusal = {
    code: text(problem, "code"),
    status: answer.status,
    title: text(problem, "title"),
    detail: maybe(text, problem, "detail"),
    retryAfter: answer.retryAfter,
    lockedUntil: maybe(instant, problem, "lockedUntil"),
    problem: { ...problem },
  };
  return new (kindOf(refusal))(refusal);
}

/** What was typed and can be no code is wrong, too, for whoever asked for one. */
function kindOf({ code, detail }: Refusal): typeof Refused {
  const isNoCode = code === "invalid_request" && NO_CODE.test(detail ?? "");
  if (isNoCode || code === "invalid_code") return InvalidCode;
  return code === "locked" ? Locked : Refused;
}

/** An object for certain, whose fields are then read one by one. */
function plain<Body extends object>(parse: () => Body): Body {
  try {
    return present(parse());
  } catch (cause) {
    throw cause instanceof Unavailable ? cause : new Unavailable("No JSON.", { cause });
  }
}
