/** What the routes of the user API share. */

import { z } from "@hono/zod-openapi";
import {
  MAX_EMAIL,
  normaliseName,
  readEmail,
  showEmail,
  type EmailFault,
} from "../../core/user/login-names";
import { LANGUAGES } from "../../core/policy";
import { Instant, line, naming, printable } from "../fields";
import { CALL_PROBLEMS } from "../openapi";

/** Every problem with a session, and with the cookie that names it. */
export const SESSION_PROBLEMS = [
  ...CALL_PROBLEMS,
  "unauthorized",
  "origin_not_allowed",
  "rebinding_required",
  "enrolment_required",
] as const;

/** The problems of a call that needs a fresh session. */
export const FRESH_PROBLEMS = [
  ...SESSION_PROBLEMS,
  "second_factor_required",
  "password_required",
] as const;

export const security = [{ accessToken: [] }, { sessionCookie: [] }];

const EMAIL_FAULTS: Record<EmailFault, string> = {
  form: "not an e-mail address",
  local_part: "letters beyond ASCII are taken behind the @ only",
};

export const Email = z
  .string()
  .max(MAX_EMAIL)
  .transform((typed, context) => {
    const address = readEmail(typed);
    if ("email" in address) return showEmail(address.email);
    const { fault } = address;
    context.addIssue({ code: "custom", message: EMAIL_FAULTS[fault], params: { fault } });
    return z.NEVER;
  })
  .openapi({
    type: "string",
    format: "email",
    maxLength: MAX_EMAIL,
    description:
      "An address that HTML's `<input type=email>` accepts. The domain may have letters beyond ASCII. The part before the @ may not.",
    example: "ada@example.com",
  });
export const Username = printable()
  .max(256)
  .transform(normaliseName)
  .pipe(line(64).refine((text) => !text.includes("@"), "no @"))
  .openapi({
    type: "string",
    maxLength: 64,
    description: "An e-mail address is not a user name.",
    example: "ada",
  });
/** Null removes the user name. */
export const UsernameOrNull = Username.nullable().openapi({ type: ["string", "null"] });
export const PersonName = naming(100).openapi({ example: "Ada" });
/** The password as typed. Whether it is good enough is decided elsewhere. */
export const Password = z.string().min(1).max(1024).openapi({ format: "password" });

export const MailLanguage = z.enum(LANGUAGES).openapi({
  description: "The language of mail to the user.",
  example: "en",
});

export const RegistrationSchema = z.strictObject({
  email: Email,
  password: Password,
  username: Username.optional(),
  name: PersonName.optional(),
  language: MailLanguage.optional().openapi({
    description: "The language of mail to the user. If it is left out, `Accept-Language` says it.",
  }),
});

export const Holding = z.boolean().optional().openapi({
  description:
    "For browsers: the session is held by an `HttpOnly` cookie. The answer has no tokens, and `Origin` is checked.",
});

export const Tokens = z
  .object({
    accessToken: z
      .string()
      .optional()
      .openapi({ description: "A JWT (RFC 9068). Absent if a cookie was asked for." }),
    expiresIn: z
      .int()
      .optional()
      .openapi({ description: "How many seconds the access token is good for." }),
    refreshToken: z
      .string()
      .optional()
      .openapi({ description: "Good for one exchange at `/auth/refresh`." }),
  })
  .openapi("Tokens", { description: "All three are absent if the session is held by a cookie." });

export const AccountSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    username: z.string().nullable(),
    name: z.string().nullable(),
    language: z.enum(LANGUAGES).nullable().openapi({
      description:
        "The language of mail to the user. Null: it is not known, so that mail is in English.",
    }),
    emailProven: z.boolean().openapi({
      description:
        "Whether a code that was sent to the address came back. Nothing relies on it before.",
    }),
    twoFactor: z.boolean(),
    createdAt: Instant,
  })
  .openapi("Account");

export const Authenticated = Tokens.extend({
  status: z.literal("authenticated"),
  user: AccountSchema,
}).openapi("LoggedIn");
