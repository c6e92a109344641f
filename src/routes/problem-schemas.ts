/** How problems look in the reference: each code that has members of its own has a schema of its own. */

import { z } from "@hono/zod-openapi";
import { PROBLEM_CODES } from "../problem";
import { PROBLEMS, type ProblemCode } from "../problem-table";
import { PASSWORD_FAULTS } from "../core/account/password-policy";

const lockMembers = {
  lockedUntil: z.iso
    .datetime()
    .optional()
    .openapi({ description: "When the lock ends. `Retry-After` says the same in seconds." }),
  capped: z
    .literal(true)
    .optional()
    .openapi({ description: "Present if only an operator's reset ends it." }),
};
const offsetSeconds = z
  .int()
  .openapi({ description: "By how many seconds the phone's clock is ahead; negative if behind." });

const FieldError = z
  .object({
    detail: z.string(),
    pointer: z.string().optional().openapi({
      description:
        "Where the field is in the body: a JSON Pointer as a URI fragment (RFC 6901 §6).",
      example: "#/code",
    }),
    parameter: z.string().optional().openapi({
      description: "The name of a parameter in the path, the query or a header.",
    }),
  })
  .openapi("FieldError");

/** Members besides those of RFC 9457 §3.1, by the code that has them. */
const MEMBERS = {
  locked: lockMembers,
  invalid_code: {
    attemptsRemaining: z.int().optional().openapi({
      description:
        "How many wrong codes are left, of a verification with `status=1`. `0` with the wrong code that ends a challenge.",
    }),
    ...lockMembers,
  },
  clock_skew: { offsetSeconds },
  time_zone: { offsetSeconds },
  invalid_request: {
    errors: z
      .array(FieldError)
      .optional()
      .openapi({ description: "Each field that does not fit, as far as it has a name." }),
  },
  parameters_ignored: {
    algorithm: z.enum(["SHA1", "SHA256", "SHA512"]),
    digits: z.int(),
    period: z.int().openapi({ description: "Seconds." }),
  },
  weak_password: {
    reason: z.enum(PASSWORD_FAULTS).openapi({ description: "Which rule the password breaks." }),
    length: z.int().optional().openapi({
      description: "With `too_short` and `too_long`: how many characters are needed or allowed.",
    }),
  },
} satisfies Partial<Record<ProblemCode, z.ZodRawShape>>;

type CodeWithMembers = keyof typeof MEMBERS;

const shared = {
  type: z.url().openapi({ description: "A page about this code." }),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional().openapi({ description: "What exactly is wrong this time." }),
  requestId: z.string().openapi({ description: "The same as in `X-Request-Id` and in the logs." }),
};
const stable = { description: "Stable: branch on this." };

const PlainProblem = z
  .object({
    code: z.enum(PROBLEM_CODES.filter((code) => !hasMembers(code))).openapi(stable),
    ...shared,
  })
  .openapi("Problem", { description: "Problem details (RFC 9457)." });

const SPECIAL = new Map(
  Object.entries(MEMBERS).map(([code, members]) => [code, describe(code, members)]),
);

function describe(code: string, members: z.ZodRawShape) {
  const name = code.replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
  return z
    .object({ code: z.literal(code).openapi(stable), ...shared, ...members })
    .openapi(`${name}Problem`);
}

function hasMembers(code: ProblemCode): code is CodeWithMembers {
  return code in MEMBERS;
}

/** The schema of an answer that has one of these codes. */
export function problemSchema(codes: readonly ProblemCode[]): z.ZodType {
  const special = codes.flatMap((code) => SPECIAL.get(code) ?? []);
  const [first = PlainProblem, ...others] = codes.every(hasMembers)
    ? special
    : [PlainProblem, ...special];
  return others.length === 0 ? first : z.discriminatedUnion("code", [first, ...others]);
}

const MEMBER_EXAMPLES: Record<CodeWithMembers, Record<string, unknown>> = {
  locked: { lockedUntil: "2027-03-01T10:00:30.000Z" },
  invalid_code: { attemptsRemaining: 0 },
  clock_skew: { offsetSeconds: -95 },
  time_zone: { offsetSeconds: 3600 },
  invalid_request: {
    errors: [
      { pointer: "#/code", detail: "6 to 8 digits, or a backup code of 24 letters and digits." },
    ],
  },
  parameters_ignored: { algorithm: "SHA1", digits: 6, period: 30 },
  weak_password: { reason: "too_short", length: 15 },
};

/** What no documented call answers: wrong paths, pages, and a service that is not set up. */
const ELSEWHERE = ["unknown_path", "method_not_allowed", "link_ended", "misconfigured"];

/** A whole example of each code that a documented call answers. */
export function problemExamples(): Record<string, { summary: string; value: object }> {
  const codes = PROBLEM_CODES.filter((code) => !ELSEWHERE.includes(code));
  const entries = codes.map((code) => {
    const { status, title } = PROBLEMS[code];
    const members = hasMembers(code) ? MEMBER_EXAMPLES[code] : {};
    const type = `https://2fa.example.com/problems/${code}`;
    const requestId = "7f1c2b9e-3a54-4d0e-9c61-52f0a8d3b6e7";
    return [code, { summary: title, value: { type, code, title, status, ...members, requestId } }];
  });
  return Object.fromEntries(entries);
}
