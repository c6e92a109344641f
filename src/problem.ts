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
  /** What has to be corrected in the request, field by field. */
  errors?: FieldError[] | undefined;
  /** The inner reason, which only the log gets. */
  cause?: unknown;
}

/** What is wrong with one field of a request (RFC 9457 §3). Its value is not said: it may be secret. */
export interface FieldError {
  detail: string;
  /** Where the field is in the body: a JSON Pointer as a URI fragment (RFC 6901 §6). */
  pointer?: string;
  /** The name of a parameter in the path, the query or a header. */
  parameter?: string;
}

/** A field that does not fit: its path in the body, or the name of a parameter elsewhere. */
interface InvalidField {
  path: PropertyKey[];
  detail: string;
  isParameter?: boolean;
}

/** Refuses one field of the body, such as `code`. */
export function invalidField(path: string[], detail: string): Problem {
  return invalidFields([{ path, detail }]);
}

export function invalidFields(fields: InvalidField[]): Problem {
  const lines = fields.map(({ path, detail }) => [...path.map(String), detail].join(": "));
  return new Problem("invalid_request", { detail: lines.join("; "), errors: fields.map(toError) });
}

function toError({ path, detail, isParameter = false }: InvalidField): FieldError {
  if (isParameter) return { detail, parameter: path.map(String).join(".") };
  const escaped = path.map((part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1"));
  return { detail, pointer: ["#", ...escaped.map(encodeURIComponent)].join("/") };
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
  readonly errors: FieldError[] | undefined;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(code, { cause: options.cause });
    this.code = code;
    this.status = options.status ?? PROBLEMS[code].status;
    this.detail = options.detail;
    this.retryAfter = options.retryAfter;
    this.policy = options.policy;
    this.extensions = options.extensions ?? {};
    this.errors = options.errors;
  }

  /** The same problem as a plain refusal: 403 instead of the code's own status. */
  asForbidden(): Problem {
    const { code, detail, retryAfter, policy, extensions, errors, cause } = this;
    const options = { detail, retryAfter, policy, extensions, errors, cause };
    return new Problem(code, { ...options, status: 403 });
  }

  get title(): string {
    return PROBLEMS[this.code].title;
  }
}
