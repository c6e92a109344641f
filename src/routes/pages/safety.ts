/**
 * What protects the pages: a strict content security policy, and forms that only our own pages
 * send.
 */

import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { Problem } from "../../problem";
import type { AppEnv } from "../context";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // QR codes are part of the page.
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

export const pagePolicy = createMiddleware<AppEnv>(async (c, next) => {
  allowForms(c, "'self'");
  await next();
});

/** Says where forms of this page may lead, including redirects (CSP Level 3 §6.4.1). */
export function allowForms(c: Context<AppEnv>, ...forms: string[]): void {
  setPolicy(c, { forms });
}

/** Allows one style inside this page, which its hash names (CSP Level 3 §6.7.3.3). */
export function allowStyle(c: Context<AppEnv>, hash: string): void {
  setPolicy(c, { styles: ["'self'", hash] });
}

/** Allows frames with documents of our own. */
export function allowOwnFrames(c: Context<AppEnv>): void {
  setPolicy(c, { frames: ["'self'"] });
}

function setPolicy(
  c: Context<AppEnv>,
  change: { forms?: string[]; styles?: string[]; frames?: string[] },
): void {
  const defaults = { forms: ["'self'"], styles: ["'self'"], frames: [] };
  const allowed = { ...defaults, ...c.get("allowed"), ...change };
  c.set("allowed", allowed);
  const { forms, styles, frames } = allowed;
  const own = [
    `style-src ${styles.join(" ")}`,
    `form-action ${forms.join(" ")}`,
    ...frames.map((source) => `frame-src ${source}`),
  ];
  c.header("content-security-policy", [...POLICY, ...own].join("; "));
}

/**
 * Refuses whatever changes something and does not come from a page of ours, with or without a
 * cookie. Browsers say by themselves where a request comes from: in `Sec-Fetch-Site`, or in
 * `Origin` if they do not send that (old ones, and on plain http). `Origin` is null even for our
 * own pages, which send no referrer.
 */
export const ownFormsOnly = createMiddleware<AppEnv>(async (c, next) => {
  if (!SAFE.has(c.req.method) && !isOurs(c)) throw new Problem("origin_not_allowed");
  await next();
});

function isOurs(c: Context<AppEnv>): boolean {
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  const own = new URL(c.req.url).origin;
  if (site === undefined) return origin === own;
  return site === "same-origin" && [undefined, "null", own].includes(origin);
}

/**
 * What the address says was just done, if a page of ours led to it. A stranger's link must not tell
 * anybody that their password was changed.
 */
export function doneOf(c: Context<AppEnv>): string | undefined {
  return c.req.header("sec-fetch-site") === "same-origin" ? c.req.query("done") : undefined;
}
