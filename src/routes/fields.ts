/** The fields that several routes share, each with its bounds. */

import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { IdempotentRequest } from "../core/change/idempotency";
import { TOTP_BOUNDS } from "../core/policy";
import { costInUri } from "../crypto/provisioning-uri";
import { DEFAULT_PARAMETERS } from "../crypto/totp";
import { SECRET_ENCODINGS } from "../crypto/shared-secret";
import { canonicalAddress } from "./address";
import type { AppEnv } from "./context";

/** Control characters of any kind, and halves of surrogate pairs, which are no characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** Text as it was given, before anything is taken off its ends: a tab there is refused too. */
export function printable() {
  return z.string().refine((text) => !UNPRINTABLE.test(text), "no control characters");
}

/** One line of text of 1 to `max` characters (Unicode code points, as JSON Schema counts). */
export function line(max: number) {
  return upTo(max, printable());
}

/** What something or somebody is called: a line, without the blanks around it. */
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
 * Part of a URI's label, whose parts a colon separates (Key Uri Format). What it costs percent-encoded
 * is bounded too: else no phone could read the QR code.
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

/** Encoded or not, URLs take these for steps between folders (WHATWG URL): no path names such a user. */
const DOT_SEGMENTS = new Set([".", ".."]);

/** The one place where an external id comes in: of two spellings of one text (NFC), one is kept. */
export const UserId = upTo(255, printable().normalize("NFC"))
  .refine((text) => !DOT_SEGMENTS.has(text), "no dot segment")
  .refine((text) => !text.includes("\ufffd"), "no replacement character")
  .openapi({
    description:
      "Your own name for the user, percent-encoded in the path: best an id that never changes, not an e-mail address. " +
      "Capitals matter: compared byte for byte, in Unicode's form NFC. Not `.` or `..`, which no path can hold, nor with U+FFFD, which stands for what was lost.",
    example: "user-42",
  });

/** Room for a backup code with something around each of its symbols, seen or not. */
export const MAX_CODE_LENGTH = 256;

/**
 * Six to eight digits or a backup code, as typed: it is normalised before anything else looks at
 * it.
 */
export const CodeText = z.string().min(1).max(MAX_CODE_LENGTH).openapi({
  description:
    "As typed or pasted: digits of any script, with blanks, punctuation and invisible characters. A backup code in any case, with 0, 1 and 8 for O, I and B, behind its number in a list.",
  example: "492039",
});

/** Two codes in a row, oldest first. */
export const CodePair = z
  .array(CodeText)
  .length(2)
  .openapi({ example: ["492039", "287082"] });

const { algorithm, digits, period } = DEFAULT_PARAMETERS;
/** How an authenticator makes its codes; left out, as every app does, or as the URI says. */
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

/** Long enough for a whole `otpauth` URI. */
export const SecretText = z.string().min(1).max(2048);

/** How a secret from elsewhere is written. */
export const secretFields = {
  encoding: z
    .enum(SECRET_ENCODINGS)
    .optional()
    .openapi({
      default: "base32",
      description:
        "How `secret` is written: in `base32`, `hex` or `base64`, as the `text` whose UTF-8 bytes are the key, or as a whole `otpauth` URI, " +
        "which also says algorithm, digits and period.",
    }),
  allowShort: z.boolean().optional().openapi({
    default: false,
    description:
      "Takes a secret of 80 to 127 bits, which a phone has already. RFC 4226 asks for 128; the audit trail and the user's status name such a one.",
  }),
};

/** Somebody's IP address, in one spelling. */
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

/** RFC 3339 in, Date out. */
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
      description: "A repeated call with the same key and body makes nothing new, for 24 h.",
    }),
});

/** The call as an idempotent one, if its client made it one. */
export async function idempotentRequest(
  c: Context<AppEnv>,
  route: string,
): Promise<IdempotentRequest | null> {
  const key = c.req.header("idempotency-key");
  if (key === undefined) return null;
  return { key, route, content: `${c.req.path}\n${await c.req.text()}` };
}

/** Loopback only: what leaves the machine unencrypted could be read and changed. */
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whatever else a URL's host may have in it means something in a content security policy. */
const PLAIN_HOST = /^([a-z0-9._-]+|\[[0-9a-f:]+\])$/;

/**
 * Where a page or an app's web view comes from, as its `Origin` header says it (RFC 6454 §6.2). That
 * of `capacitor://localhost` or of an extension is no origin to the URL standard. None with a
 * wildcard: a browser sends none, and whoever gets a host below the domain would be let in.
 */
export const Origin = z
  .string()
  .max(255)
  .refine((text) => !text.includes("*"), "no wildcard: name every origin")
  .refine(isOrigin, "an origin as browsers send it, such as https://example.com")
  .openapi({ example: "https://example.com" });

/** What has no host, or never stands in an `Origin` header. */
const NO_ORIGINS = new Set(["about", "blob", "data", "file", "ftp", "javascript", "ws", "wss"]);

function isOrigin(text: string): boolean {
  if (/^https?:/.test(text)) return URL.parse(text)?.origin === text;
  const [, scheme = "", host = ""] = /^([a-z][a-z0-9+.-]*):\/\/([^:]+)(?::\d+)?$/.exec(text) ?? [];
  return PLAIN_HOST.test(host) && !NO_ORIGINS.has(scheme);
}

/** A page of the app's own, or its private-use scheme (RFC 8252 §7.1), which has a dot in it. */
export const ReturnUrl = z
  .string()
  .max(512)
  .refine(isReturnUrl, "https://…, http://localhost…, or a scheme of the app's own, without query")
  // What is compared later is compared as text.
  .transform((text) => new URL(text).href)
  .openapi({ type: "string", maxLength: 512, example: "https://example.com/2fa/done" });

/** One of those, with a query of the link's own behind it, to which the page adds the result. */
export const ReturnTarget = z
  .string()
  .max(1024)
  .refine(isReturnTarget, "a URL of at most 1024 characters, without fragment, result and code")
  .openapi({
    description: "One of the app's `returnUrls`; it may have a query, without `result` and `code`.",
    maxLength: 1024,
    example: "https://example.com/2fa/done?flow=7",
  });

function isReturnTarget(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.href.length > 1024 || text.includes("#")) return false;
  return !url.searchParams.has("result") && !url.searchParams.has("code");
}

function isReturnUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || /[?#]/.test(text) || url.username !== "" || url.password !== "") return false;
  if (url.protocol === "http:") return LOOPBACK.has(url.hostname);
  if (url.protocol === "https:") return PLAIN_HOST.test(url.hostname);
  return /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/.test(url.protocol);
}
