/**
 * A problem that ends a call which cannot be answered: one of `problem-table.ts`, with what is
 * special this time.
 */

import { PROBLEMS, type ProblemCode } from "./problem-table";

interface ProblemOptions {
  /** What exactly is wrong, for the caller. Never a secret, a code or a token. */
  detail?: string | undefined;
  /** Seconds, for the Retry-After header. */
  retryAfter?: number | undefined;
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
  readonly detail: string | undefined;
  readonly retryAfter: number | undefined;
  readonly policy: string | undefined;
  readonly extensions: Record<string, string | number | boolean>;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(code, { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.retryAfter = options.retryAfter;
    this.policy = options.policy;
    this.extensions = options.extensions ?? {};
  }

  get status() {
    return PROBLEMS[this.code].status;
  }

  get title(): string {
    return PROBLEMS[this.code].title;
  }
}
