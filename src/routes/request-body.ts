/**
 * The body of a request. It is taken in whole and read once, bounded in size and time, and refused
 * if it could be read in two ways. Whatever asks Hono for it later gets what was read here.
 */

import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { LOGO_BOUNDS } from "../core/policy";
import { invalidField, Problem } from "../problem";
import type { AppEnv } from "./context";

/** No request of ours comes near this. */
const MAX_BODY_BYTES = 16 * 1024;
const BODY_DEADLINE_MS = 10_000;
/** The two calls whose body holds a picture, and no text (`admin/logos.ts`, `console/brand.tsx`). */
const PICTURE_CALL = /^(PUT \/admin|POST \/console)\/apps\/[^/]+\/logo$/;
/** What a form has around its file. */
const FORM_BYTES = 1024;

/** The media types that Hono takes for JSON. */
const JSON_TYPE = /^application\/([\w.-]+\+)?json$/;
const FORM_TYPE = "application/x-www-form-urlencoded";
const CHARSET = /;\s*charset\s*=\s*"?([^";,\s]*)/gi;

/** Drops a byte order mark, which RFC 8259 §8.1 allows, and throws for what is not UTF-8. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** The media type in lower case, without parameters. */
export function mediaTypeOf(c: Context): string {
  return c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
}

/**
 * Reads the body. It runs before the clock is read, so that all of the request has arrived by then.
 */
export const readBody = createMiddleware<AppEnv>(async (c, next) => {
  if (PICTURE_CALL.test(`${c.req.method} ${c.req.path}`)) {
    Object.assign(c.req.bodyCache, { arrayBuffer: Promise.resolve(await readPicture(c)) });
    return next();
  }
  const text = c.req.raw.body ? await withDeadline(takeIn(c).catch(refuseBrokenOff)) : "";
  // An empty body gives no field, as an empty object does.
  const isEmptyJson = text === "" && JSON_TYPE.test(mediaTypeOf(c));
  Object.assign(c.req.bodyCache, { text: Promise.resolve(isEmptyJson ? "{}" : text) });
  return next();
});

const limitText = limitTo(MAX_BODY_BYTES);
const limitPicture = limitTo(LOGO_BOUNDS.bytes);
const limitUpload = limitTo(LOGO_BOUNDS.bytes + FORM_BYTES);

function limitTo(maxSize: number) {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new Problem("request_too_large", { detail: `At most ${maxSize} bytes.` });
    },
  });
}

async function readPicture(c: Context<AppEnv>): Promise<ArrayBuffer> {
  if (!c.req.raw.body) return new ArrayBuffer();
  const limit = c.req.method === "PUT" ? limitPicture : limitUpload;
  return withDeadline(takeBytes(c, limit).catch(refuseBrokenOff));
}

async function takeBytes(c: Context<AppEnv>, limit: typeof limitText): Promise<ArrayBuffer> {
  assertPlain(c);
  let bytes = new ArrayBuffer();
  await limit(c, async () => {
    bytes = await c.req.arrayBuffer();
  });
  return bytes;
}

async function takeIn(c: Context<AppEnv>): Promise<string> {
  const text = decode(await takeBytes(c, limitText));
  const type = mediaTypeOf(c);
  if (type === FORM_TYPE) {
    Object.assign(c.req.bodyCache, { formData: Promise.resolve(parseForm(text)) });
  }
  if (JSON_TYPE.test(type)) assertWellFormed(text);
  return text;
}

/** Refuses what makes the platform throw: a body that ends early, or malformed chunks. */
function refuseBrokenOff(cause: unknown): never {
  if (cause instanceof Problem) throw cause;
  throw new Problem("malformed_request", { detail: "The body did not arrive whole.", cause });
}

async function withDeadline<T>(arrival: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Problem("request_timeout")), BODY_DEADLINE_MS);
  });
  return Promise.race([arrival, deadline]).finally(() => clearTimeout(timer ?? null));
}

/** Throws `unsupported_media_type` for any charset but UTF-8 and for a compressed body. */
function assertPlain(c: Context): void {
  const charsets = (c.req.header("content-type") ?? "").matchAll(CHARSET);
  if ([...charsets].some(([, charset = ""]) => !/^utf-?8$/i.test(charset))) {
    throw new Problem("unsupported_media_type", { detail: "The only charset is utf-8." });
  }
  const coding = c.req.header("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (coding === "identity" || coding === "") return;
  // RFC 9110 §15.5.16 asks for this header.
  c.header("accept-encoding", "identity");
  throw new Problem("unsupported_media_type", { detail: "Send the body uncompressed." });
}

function decode(bytes: ArrayBuffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Problem("malformed_request", { detail: "The body is not valid UTF-8." });
  }
}

/** Reads a form by the URL standard. workerd's own reader drops a `%` that encodes nothing. */
function parseForm(text: string): FormData {
  assertUtf8(text, "body");
  const form = new FormData();
  for (const [name, value] of new URLSearchParams(text)) form.append(name, value);
  return form;
}

/**
 * Throws `malformed_request` for percent-encoded octets that are not UTF-8. They would be read as
 * U+FFFD, so that two texts would become one. A `%` that encodes nothing is read as itself (WHATWG
 * URL §5.1).
 */
export function assertUtf8(text: string, where: "body" | "query"): void {
  try {
    for (const [octets] of text.matchAll(/(?:%[\da-f]{2})+/gi)) decodeURIComponent(octets);
  } catch {
    throw new Problem("malformed_request", { detail: `The ${where} is not valid UTF-8.` });
  }
}

/**
 * Throws `invalid_request` for halves of surrogate pairs. Only an escape can bring them in, and
 * they are no characters (RFC 8259 §8.2). All of them would be stored and hashed as U+FFFD.
 */
function assertWellFormed(text: string): void {
  if (!text.includes("\\u")) return;
  try {
    const at = findHalved(JSON.parse(text));
    if (at)
      throw invalidField(
        at.map((name) => name.toWellFormed()),
        "half of a surrogate pair",
      );
  } catch (error) {
    // A text that is no JSON is for the route to refuse.
    if (error instanceof Problem) throw error;
  }
}

/** The path to the first name or text that is not well formed. */
function findHalved(value: unknown): string[] | null {
  if (typeof value === "string") return value.isWellFormed() ? null : [];
  if (typeof value !== "object" || value === null) return null;
  for (const [name, inner] of Object.entries(value)) {
    const path = name.isWellFormed() ? findHalved(inner) : [];
    if (path) return [name, ...path];
  }
  return null;
}
