/** What a call throws. Whoever catches `StepgateError` and lets nobody in is safe. */

import type { ProblemAnswer } from "./shapes.js";

/** The codes of docs/problems.md, and the one that this package adds. */
export type ProblemCode = ProblemAnswer["code"] | "invalid_assertion";

/** Every error of this package. None of them is a log-in. */
export class StepgateError extends Error {
  override readonly name: string = "StepgateError";
}

/** No plain answer came: none, too late, cut off, a redirect, a page, or status 5xx. */
export class Unavailable extends StepgateError {
  override readonly name: string = "Unavailable";
}

/** What a `Refused` is made of. */
export interface Refusal {
  code: ProblemCode | (string & {});
  status: number;
  title: string;
  detail?: string | null;
  retryAfter?: number | null;
  lockedUntil?: Date | null;
  problem?: Readonly<Record<string, unknown>>;
}

/** The service refused, and said why in a problem (RFC 9457). */
export class Refused extends StepgateError {
  override readonly name: string = "Refused";
  /** It is stable: the one to branch on. */
  readonly code: ProblemCode | (string & {});
  /** Of the HTTP answer. A wrong code at `verify` is answered with 200. */
  readonly status: number;
  readonly title: string;
  readonly detail: string | null;
  /** In seconds. */
  readonly retryAfter: number | null;
  /** No code of the user is accepted until then. */
  readonly lockedUntil: Date | null;
  /** The whole answer, with members such as `capped`, `offsetSeconds` and `requestId`. */
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(`${refusal.code}: ${refusal.detail ?? refusal.title}`, options);
    this.code = refusal.code;
    this.status = refusal.status;
    this.title = refusal.title;
    this.detail = refusal.detail ?? null;
    this.retryAfter = refusal.retryAfter ?? null;
    this.lockedUntil = refusal.lockedUntil ?? null;
    this.problem = refusal.problem ?? {};
  }
}

/**
 * The code is wrong, expired or spent. With `lockedUntil`, this code has locked the user. Its `code`
 * is `invalid_request` if what was typed can be no code at all, which is not counted.
 */
export class InvalidCode extends Refused {
  override readonly name: string = "InvalidCode";

  /** How many wrong codes are left before the lock, or null if the service does not say. */
  get attemptsRemaining(): number | null {
    const value = this.problem["attemptsRemaining"];
    return typeof value === "number" ? value : null;
  }
}

/** There were too many wrong codes. Until `lockedUntil` a right one is refused too, and not spent. */
export class Locked extends Refused {
  override readonly name: string = "Locked";
}

/** No log-in is waiting for a code: it has expired, is finished, or was never begun. */
export class LogInEnded extends StepgateError {
  override readonly name: string = "LogInEnded";
}
