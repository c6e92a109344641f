/** The addresses of an app's own pages: the origins that may ask, and where a page may lead back to. */

import { z } from "@hono/zod-openapi";

/**
 * Only loopback may be unencrypted: whatever leaves the machine like that could be read and
 * changed.
 */
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** The characters of a host. Any other would mean something in a content security policy. */
const PLAIN_HOST = /^([a-z0-9._-]+|\[[0-9a-f:]+\])$/;

/**
 * The origin of a page or of an app's web view, as its `Origin` header gives it (RFC 6454 §6.2).
 * The URL standard knows no origin for `capacitor://localhost` or for an extension, so those are
 * checked here. There are no wildcards: a browser sends none, and one would let in whoever gets a
 * host below the domain.
 */
export const Origin = z
  .string()
  .max(255)
  .refine((text) => !text.includes("*"), "no wildcard: name every origin")
  .refine(isOrigin, "an origin as browsers send it, such as https://example.com")
  .openapi({ example: "https://example.com" });

/** Schemes that have no host, or that are never in an `Origin` header. */
const NO_ORIGINS = new Set(["about", "blob", "data", "file", "ftp", "javascript", "ws", "wss"]);

function isOrigin(text: string): boolean {
  if (/^https?:/.test(text)) return URL.parse(text)?.origin === text;
  const [, scheme = "", host = ""] = /^([a-z][a-z0-9+.-]*):\/\/([^:]+)(?::\d+)?$/.exec(text) ?? [];
  return PLAIN_HOST.test(host) && !NO_ORIGINS.has(scheme);
}

/**
 * A page of the app's own, or a URL with its private-use scheme (RFC 8252 §7.1), which has a dot in
 * it.
 */
export const ReturnUrl = z
  .string()
  .max(512)
  .refine(isReturnUrl, "https://…, http://localhost…, or a scheme of the app's own, without query")
  // URLs are compared as text later, so they are stored in one spelling.
  .transform((text) => new URL(text).href)
  .openapi({ type: "string", maxLength: 512, example: "https://example.com/2fa/done" });

/** A registered URL, to which the link may add a query. The page adds the result. */
export const ReturnTarget = z
  .string()
  .max(1024)
  .refine(isReturnTarget, "a URL of at most 1024 characters, without fragment, result and code")
  .openapi({
    description:
      "One of the app's `returnUrls`. It may have a query, but not with `result` or `code`.",
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

/** Where users find help. It is shown as a link, so that no other scheme may be in it. */
export const SupportUrl = z
  .string()
  .max(512)
  .refine(isSupportUrl, "https://… or mailto:…")
  .transform((text) => new URL(text).href)
  .openapi({ type: "string", maxLength: 512, example: "mailto:help@example.com" });

function isSupportUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.href.length > 512 || url.username !== "" || url.password !== "") return false;
  if (url.protocol === "https:") return PLAIN_HOST.test(url.hostname);
  return url.protocol === "mailto:" && /^[^@\s]+@[^@\s]+$/.test(url.pathname);
}
