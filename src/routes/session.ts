/** Who is asking over the user API: the holder of an access token, or of the session's cookie. */

import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { readAccessToken } from "../core/access-token";
import type { SessionCaller } from "../core/actor";
import { ACCESS_TOKEN_LIFE_SECONDS, TRUSTED_DEVICE_LIFE } from "../core/policy";
import type { Credentials } from "../core/sessions";
import {
  markOf,
  parseDeviceToken,
  parseSessionCookie,
  type TokenProof,
} from "../crypto/session-token";
import { Problem } from "../problem";
import { bearer } from "./auth";
import type { AppEnv } from "./context";
import { assertOrigin } from "./origins";

const SESSION = "stepgate";
const DEVICE = "stepgate-device";

/** RFC 9110 §9.2.1. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

interface Demand {
  /** Whether a user may call it who can do nothing but enrol. */
  enrolment?: boolean;
}

/** A live session. Whether it is, is asked in the query that the route makes anyway. */
export function requireSession(demand: Demand = {}) {
  return middleware(proofOf, { fresh: false, enrolment: false, ...demand });
}

/**
 * What changes factors, e-mail or password, or deletes: a code given less than five minutes ago, or
 * by a user without a second factor the password.
 */
export function requireAal2(demand: Demand = {}) {
  return middleware(proofOf, { fresh: true, enrolment: false, ...demand });
}

/** For pages: by the cookie alone. Where their forms come from is checked before (`pages/safety.ts`). */
export const onPages = {
  requireSession: (demand: Demand = {}) =>
    middleware(ownCookieProof, { fresh: false, enrolment: false, ...demand }),
  requireAal2: (demand: Demand = {}) =>
    middleware(ownCookieProof, { fresh: true, enrolment: false, ...demand }),
};

function middleware(
  proofOfCaller: (c: Context<AppEnv>) => Promise<Proof | null>,
  demand: Pick<SessionCaller, "fresh" | "enrolment">,
) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const proof = await proofOfCaller(c);
    if (!proof) throw new Problem("unauthorized", { cause: "no session" });
    c.set("session", { ...proof, ...demand });
    await next();
  });
}

export type Proof = Pick<SessionCaller, "sessionId" | "secretHash" | "mark">;

/** With an Authorization header the cookie is ignored. */
function proofOf(c: Context<AppEnv>): Promise<Proof | null> {
  if (c.req.header("authorization") === undefined) return cookieProof(c);
  return tokenProof(c, bearer(c) ?? "");
}

export async function tokenProof(c: Context<AppEnv>, token: string): Promise<Proof | null> {
  const claims = await readAccessToken(c.var.deps, token);
  return claims && { ...claims, secretHash: null };
}

export async function cookieProof(c: Context<AppEnv>): Promise<Proof | null> {
  if (c.req.header("authorization") !== undefined) return null;
  const proof = await ownCookieProof(c);
  if (proof && !SAFE.has(c.req.method)) await assertOrigin(c);
  return proof;
}

function ownCookieProof(c: Context<AppEnv>): Promise<Proof | null> {
  return secretProof(ownCookie(c, SESSION) ?? "");
}

/** Of the secret that a cookie holds, wherever it comes from. */
export async function secretProof(secret: string): Promise<Proof | null> {
  const proof = await parseSessionCookie(secret);
  return proof && { sessionId: proof.id, mark: markOf(proof.hash), secretHash: proof.hash };
}

/** What the session's cookie says; null if there is none. */
export async function cookieOf(c: Context<AppEnv>): Promise<TokenProof | null> {
  return parseSessionCookie(ownCookie(c, SESSION) ?? "");
}

/** What the cookie of a trusted device says. */
export async function deviceCookieOf(c: Context<AppEnv>): Promise<TokenProof | null> {
  return parseDeviceToken(ownCookie(c, DEVICE) ?? "");
}

/** What the client gets to hold: tokens for the answer, or a cookie beside it. */
export function handOver(c: Context<AppEnv>, { cookie, ...tokens }: Credentials) {
  if (cookie) setOwnCookie(c, SESSION, cookie.value, cookie.maxAgeSeconds);
  const { accessToken, refreshToken } = tokens;
  if (accessToken === undefined || refreshToken === undefined) return {};
  return { accessToken, expiresIn: ACCESS_TOKEN_LIFE_SECONDS, refreshToken };
}

export function handOverDevice(c: Context<AppEnv>, token: string): void {
  setOwnCookie(c, DEVICE, token, TRUSTED_DEVICE_LIFE / 1000);
}

/** A cookie of our manners: no script reads it, no other site sends it along. */
export function setOwnCookie(
  c: Context<AppEnv>,
  name: string,
  value: string,
  maxAge: number,
  sameSite: "Lax" | "Strict" = "Lax",
): void {
  const secure = isSecure(c);
  setCookie(c, nameOf(c, name), value, { path: "/", httpOnly: true, sameSite, secure, maxAge });
}

export function ownCookie(c: Context<AppEnv>, name: string): string | undefined {
  return getCookie(c, nameOf(c, name));
}

export function dropCookie(c: Context<AppEnv>): void {
  setOwnCookie(c, SESSION, "", 0);
}

/** RFC 6265bis §4.1.3.2: no other host and no plain connection can set it; only where there is TLS. */
function nameOf(c: Context<AppEnv>, name: string): string {
  return isSecure(c) ? `__Host-${name}` : name;
}

function isSecure(c: Context<AppEnv>): boolean {
  return c.var.config.settings.issuerUrl.startsWith("https:");
}
