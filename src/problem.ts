/**
 * Problems: the codes of `problem-table.ts`, and one that ends a call which cannot be answered, with
 * what is special this time.
 */

import { PROBLEMS, type ProblemCode } from "./problem-table";

export const PROBLEM_CODES = Object.keys(PROBLEMS).filter(isProblemCode);

/** What the page about a code says; null for an unknown one. */
export function describeProblem(code: string) {
  return isProblemCode(code) ? { code, ...PROBLEMS[code] } : null;
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

interface ProblemOptions {
  /** What exactly is wrong, for the caller. Never a secret, a code or a token. */
  detail?: string | undefined;
  /** Seconds, for the Retry-After header. */
  retryAfter?: number | undefined;
  /** In place of the code's own status, for a caller that reads nothing but the status. */
  status?: 403 | undefined;
  /** The rate limit that was reached, for the RateLimit header. */
  policy?: string | undefined;
  /** Members besides those of RFC 9457 §3.1, such as `offsetSeconds`. */
  extensions?: Record<string, string | number | boolean>;
  /** The inner reason, which only the log gets. */
  cause?: unknown;
}

/**
 * Thrown anywhere below a route to end the request. `routes/openapi.ts` turns it into RFC 9457
 * problem details.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: (typeof PROBLEMS)[ProblemCode]["status"];
  readonly detail: string | undefined;
  readonly retryAfter: number | undefined;
  readonly policy: string | undefined;
  readonly extensions: Record<string, string | number | boolean>;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(code, { cause: options.cause });
    this.code = code;
    this.status = options.status ?? PROBLEMS[code].status;
    this.detail = options.detail;
    this.retryAfter = options.retryAfter;
    this.policy = options.policy;
    this.extensions = options.extensions ?? {};
  }

  /** The same problem as a plain refusal: 403 instead of the code's own status. */
  asForbidden(): Problem {
    const { code, detail, retryAfter, policy, extensions, cause } = this;
    return new Problem(code, { detail, retryAfter, policy, extensions, cause, status: 403 });
  }

  get title(): string {
    return PROBLEMS[this.code].title;
  }
}
