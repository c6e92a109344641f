/** The fields that several routes share, each with its bounds. */

import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { IdempotentRequest } from "../core/idempotency";
import { DEFAULT_PARAMETERS } from "../crypto/totp";
import type { AppEnv } from "./context";

/** Control characters of any kind, and halves of surrogate pairs, which are no characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** One line of text of 1 to `max` characters (Unicode code points, as JSON Schema counts). */
export function line(max: number) {
  return lineOf(z.string(), max);
}

/** What something or somebody is called: a line, without the blanks around it. */
export function naming(max: number) {
  return lineOf(z.string().trim(), max);
}

function lineOf(schema: z.ZodString, max: number) {
  return schema
    .min(1)
    .refine((text) => Array.from(text).length <= max, `at most ${max} characters`)
    .refine((text) => !UNPRINTABLE.test(text), "no control characters")
    .openapi({ maxLength: max });
}

/** Part of a URI's label, whose parts a colon separates (Key Uri Format). */
export function label(max: number) {
  return naming(max)
    .max(max)
    .refine((text) => !text.includes(":"), "no colon");
}

/** Encoded or not, URLs take these for steps between folders (WHATWG URL): no path names such a user. */
const DOT_SEGMENTS = new Set([".", ".."]);

export const UserId = line(255)
  .refine((text) => !DOT_SEGMENTS.has(text), "no dot segment")
  .openapi({
    description:
      "Your own name for the user, percent-encoded in the path. Not `.` or `..`, which no path can hold.",
    example: "user-42",
  });

/**
 * Six to eight digits or a backup code, as typed: it is normalised before anything else looks at
 * it.
 */
export const CodeText = z.string().min(1).max(64).openapi({ example: "492039" });

/** Two codes in a row, oldest first. */
export const CodePair = z
  .array(CodeText)
  .length(2)
  .openapi({ example: ["492039", "287082"] });

/** How an authenticator makes its codes; left out, as every app does. */
export const totpFields = {
  algorithm: z.enum(["SHA1", "SHA256", "SHA512"]).default(DEFAULT_PARAMETERS.algorithm).openapi({
    description: "Many authenticator apps ignore anything but SHA1, 6 digits and 30 seconds.",
  }),
  digits: z.int().min(6).max(8).default(DEFAULT_PARAMETERS.digits),
  period: z
    .int()
    .min(15)
    .max(120)
    .default(DEFAULT_PARAMETERS.period)
    .openapi({ description: "Seconds." }),
};

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
