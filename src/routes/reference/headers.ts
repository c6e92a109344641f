/** The headers of answers, which every route shares. */

import type { OpenAPIHono } from "@hono/zod-openapi";

type PathItem = NonNullable<ReturnType<OpenAPIHono["getOpenAPI31Document"]>["paths"]>[string];
export type Operation = NonNullable<PathItem["get"]>;

export const HEADERS = {
  RequestId: {
    description: "Names this request in the logs and in the audit trail.",
    schema: { type: "string", format: "uuid" },
    example: "7f1c2b9e-3a54-4d0e-9c61-52f0a8d3b6e7",
  },
  RetryAfter: {
    description: "How many seconds to wait before the next try (RFC 9110 section 10.2.3).",
    schema: { type: "integer", minimum: 1 },
    example: 30,
  },
  RateLimit: {
    description:
      "With `rate_limited`: which limit was reached, and in how many seconds it is open again at the latest. The form is that of the draft draft-ietf-httpapi-ratelimit-headers.",
    schema: { type: "string" },
    example: '"user";r=0;t=60',
  },
  ServerTiming: {
    description:
      "Where the database answered, for each time that it was asked: its region, whether the primary or a replica, and for how many milliseconds SQL ran. A problem has it too. The form is that of W3C Server Timing.",
    schema: { type: "string" },
    example: 'd1;dur=0.31;desc="WEUR replica", d1;dur=0.87;desc="ENAM primary"',
  },
} as const;

/** Codes that may come with Retry-After. `invalid_code` does so if it locks the user. */
const RETRIED = ["rate_limited", "locked", "conflict", "invalid_code"];
/** The only success that does: `RefusedCode`. */
const REFUSES = "verifyCode";
/** What `server-timing.ts` tells of. */
const TIMED = ["verifyCode", "resyncAuthenticator"];

/** The validator knows headers in small letters only; people write this one as the draft does. */
const IDEMPOTENCY_KEY = "Idempotency-Key";

export function describeHeaders(operation: Operation): void {
  for (const parameter of operation.parameters ?? []) {
    const isKey = "name" in parameter && parameter.name === IDEMPOTENCY_KEY.toLowerCase();
    if (isKey) parameter.name = IDEMPOTENCY_KEY;
  }
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    const codes = Number(status) < 400 ? [] : String(response.description).split(", ");
    const isRetried =
      codes.some((code) => RETRIED.includes(code)) ||
      (status === "200" && operation.operationId === REFUSES);
    response.headers = {
      "X-Request-Id": refer("RequestId"),
      ...(isRetried && { "Retry-After": refer("RetryAfter") }),
      ...(codes.includes("rate_limited") && { RateLimit: refer("RateLimit") }),
      ...(codes.length === 0 &&
        TIMED.includes(operation.operationId ?? "") && { "Server-Timing": refer("ServerTiming") }),
    };
  }
}

function refer(name: keyof typeof HEADERS) {
  return { $ref: `#/components/headers/${name}` };
}
