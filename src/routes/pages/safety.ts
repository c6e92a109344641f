/** What protects the pages: a strict content security policy, and forms that only our own pages send. */

import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { Problem } from "../../problem";
import type { AppEnv } from "../context";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // QR codes are in the page.
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/** RFC 9110 §9.2.1. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

export const pagePolicy = createMiddleware<AppEnv>(async (c, next) => {
  allowForms(c, "'self'");
  await next();
});

/** Where forms of this page may lead, redirects included (CSP Level 3 §6.4.1). */
export function allowForms(c: Context<AppEnv>, ...sources: string[]): void {
  const policy = [...POLICY, `form-action ${sources.join(" ")}`];
  c.header("content-security-policy", policy.join("; "));
}

/**
 * Whatever changes something comes from a page of ours, with or without a cookie. Browsers say so
 * by themselves: in `Sec-Fetch-Site`, and where that is not sent (on plain http, by old ones) in
 * `Origin`, which is null even here for want of a referrer.
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
 * What the address says was just done, where a page of ours led to it: a stranger's link tells
 * nobody that their password was changed.
 */
export function doneOf(c: Context<AppEnv>): string | undefined {
  return c.req.header("sec-fetch-site") === "same-origin" ? c.req.query("done") : undefined;
}
