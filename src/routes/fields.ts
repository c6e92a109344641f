/** The fields that several routes share, each with its bounds. */

import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { IdempotentRequest } from "../core/change/idempotency";
import { MAX_DRIFT, TOTP_BOUNDS } from "../core/policy";
import { costInUri } from "../crypto/provisioning-uri";
import { DEFAULT_PARAMETERS } from "../crypto/totp";
import { SECRET_ENCODINGS } from "../crypto/shared-secret";
import { canonicalAddress } from "./address";
import type { AppEnv } from "./context";

/** Control characters of any kind, and halves of surrogate pairs, which are no characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/**
 * A text that is checked as it was given, before its ends are trimmed, so that a tab there is
 * refused too.
 */
export function printable() {
  return z.string().refine((text) => !UNPRINTABLE.test(text), "no control characters");
}

/** One line of text with 1 to `max` characters (Unicode code points, as JSON Schema counts). */
export function line(max: number) {
  return upTo(max, printable());
}

/** A name of something or somebody: a line without the blanks around it. */
export function naming(max: number) {
  return upTo(max, printable().trim());
}

function upTo(max: number, schema: z.ZodString) {
  return schema
    .min(1)
    .refine((text) => Array.from(text).length <= max, `at most ${max} characters`)
    .openapi({ maxLength: max });
}

/**
 * Part of a URI's label. A colon separates the parts (Key Uri Format). Its cost in percent-encoding
 * is bounded too, because otherwise no phone could read the QR code.
 */
export function label({ length, cost }: { length: number; cost: number }) {
  return naming(length)
    .max(length)
    .refine((text) => !text.includes(":"), "no colon")
    .refine(
      (text) => costInUri(text) <= cost,
      `at most ${cost} characters when it is percent-encoded, as in the QR code`,
    );
}

/**
 * URLs take these for steps between folders, encoded or not (WHATWG URL), so no path can name such
 * a user.
 */
const DOT_SEGMENTS = new Set([".", ".."]);

/**
 * The external id of a user. This is the one place where it comes in. Of several spellings of one
 * text, the one in NFC is kept.
 */
export const UserId = upTo(255, printable().normalize("NFC"))
  .refine((text) => !DOT_SEGMENTS.has(text), "no dot segment")
  .refine((text) => !text.includes("\ufffd"), "no replacement character")
  .openapi({
    description:
      "Your own id of the user, percent-encoded in the path. Use an id that never changes, not an e-mail address. " +
      "Ids are compared byte for byte, in Unicode's form NFC, so capitals matter. `.` and `..` are refused, because a path cannot hold them. U+FFFD is refused, because it stands for a lost character.",
    example: "user-42",
  });

/** Leaves room for a backup code with something around each of its symbols, visible or not. */
export const MAX_CODE_LENGTH = 256;

/**
 * Six to eight digits or a backup code, as typed. It is normalised before anything else looks at
 * it.
 */
export const CodeText = z
  .string()
  .min(1)
  .max(MAX_CODE_LENGTH)
  .openapi({
    description:
      "The code as the user typed or pasted it. Digits of any script are read; blanks, punctuation and invisible characters are ignored. " +
      "In a backup code, capitals do not matter, 0, 1 and 8 are read as O, I and B, and a list number in front is ignored.",
    example: "492039",
  });

/** Two codes in a row, oldest first. */
export const CodePair = z
  .array(CodeText)
  .length(2)
  .openapi({ example: ["492039", "287082"] });

const { algorithm, digits, period } = DEFAULT_PARAMETERS;
/**
 * The parameters of an authenticator. If they are left out, they are those of every authenticator
 * app, or those of the URI.
 */
export const totpFields = {
  algorithm: z.enum(["SHA1", "SHA256", "SHA512"]).optional().openapi({
    default: algorithm,
    description: "Many authenticator apps ignore anything but SHA1, 6 digits and 30 seconds.",
  }),
  digits: z
    .int()
    .min(TOTP_BOUNDS.digits.min)
    .max(TOTP_BOUNDS.digits.max)
    .optional()
    .openapi({ default: digits }),
  period: z
    .int()
    .min(TOTP_BOUNDS.period.min)
    .max(TOTP_BOUNDS.period.max)
    .optional()
    .openapi({ default: period, description: "Seconds." }),
};

/** What the other system knows of the phone's clock and of its last code. */
export const ledgerFields = {
  drift: z.int().min(-MAX_DRIFT).max(MAX_DRIFT).optional().openapi({
    default: 0,
    description:
      "By how many steps the phone's clock is off, if the other system knows it (RFC 6238 §6). Codes around that step are accepted, as well as codes around the present one.",
  }),
  lastStep: z
    .int()
    .min(0)
    .optional()
    .openapi({
      description:
        "The step of the last code that the other system accepted: the number of whole periods since 1970. Codes up to it are refused, and those up to the present step in any case. " +
        `At most ${MAX_DRIFT} steps after the present one.`,
    }),
};

export const DryRunFlag = z
  .boolean()
  .openapi({ description: "Checks everything, and writes nothing." });

/** The answer to a dry run. */
export const DryRun = z.object({ status: z.literal("importable") }).openapi("DryRun");

/** Long enough for a whole `otpauth` URI. */
export const SecretText = z.string().min(1).max(2048);

/** The form in which a secret from elsewhere is written. */
export const secretFields = {
  encoding: z
    .enum(SECRET_ENCODINGS)
    .optional()
    .openapi({
      default: "base32",
      description:
        "How `secret` is written: in `base32`, `hex` or `base64`, as the `text` whose UTF-8 bytes are the key, or as a whole `otpauth` URI, " +
        "which also gives the algorithm, the digits and the period.",
    }),
  allowShort: z.boolean().optional().openapi({
    default: false,
    description:
      "Accepts a secret of 80 to 127 bits that a phone has already. RFC 4226 asks for 128 bits, so the audit trail and the user's status say that it is short.",
  }),
};

/** An IP address, in one spelling. */
export const Address = z
  .string()
  .max(45)
  .transform((text, context) => {
    const address = canonicalAddress(text);
    if (address === null) context.addIssue("an IPv4 or IPv6 address, without zone or port");
    return address ?? z.NEVER;
  })
  .openapi({ type: "string", maxLength: 45, example: "192.0.2.1" });

export const Instant = z.date().openapi({ type: "string", format: "date-time" });
export const InstantOrNull = z
  .date()
  .nullable()
  .openapi({ type: ["string", "null"], format: "date-time" });

/** Takes RFC 3339 and gives a Date. */
export const InstantInput = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .openapi({ type: "string", format: "date-time" });

export const IdempotencyHeaders = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .openapi({
      description:
        "Any text of your own, such as a UUID. For 24 hours a repeated call with the same key and the same body makes nothing new.",
    }),
});

/** The call as an idempotent one, if its client sent an Idempotency-Key. */
export async function idempotentRequest(
  c: Context<AppEnv>,
  route: string,
): Promise<IdempotentRequest | null> {
  const key = c.req.header("idempotency-key");
  if (key === undefined) return null;
  return { key, route, content: `${c.req.path}\n${await c.req.text()}` };
}
