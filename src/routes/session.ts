/**
 * Finds out who is asking over the user API: the holder of an access token, or of the session's
 * cookie.
 */

import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { readAccessToken } from "../core/session/access-token";
import type { SessionCaller } from "../core/caller/actor";
import { rememberBrowser } from "../core/account/known-browsers";
import { ACCESS_TOKEN_LIFE_SECONDS, TRUSTED_DEVICE_LIFE } from "../core/policy";
import type { Credentials } from "../core/session/sessions";
import {
  markOf,
  parseDeviceToken,
  parseSessionCookie,
  type TokenProof,
} from "../crypto/opaque-tokens";
import { Problem } from "../problem";
import { BROWSER } from "./address";
import { bearer } from "./auth";
import type { AppEnv } from "./context";
import { ownCookie, setOwnCookie } from "./cookies";
import { assertOrigin } from "./origins";

const SESSION = "stepgate";
const DEVICE = "stepgate-device";

/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

interface Demand {
  /** Whether the call is open to a user who can do nothing but enrol. */
  enrolment?: boolean;
}

/** Requires a session. Whether it is live is checked in the query that the route makes anyway. */
export function requireSession(demand: Demand = {}) {
  return middleware(proofOf, { fresh: false, enrolment: false, ...demand });
}

/**
 * Requires a fresh session, for changes to factors, e-mail address or password, and for deletions.
 * The user must have given a code at most five minutes ago, or the password if they have no second
 * factor.
 */
export function requireFresh(demand: Demand = {}) {
  return middleware(proofOf, { fresh: true, enrolment: false, ...demand });
}

/**
 * The same for pages, which go by the cookie alone. The origin of their forms is checked before
 * (`pages/safety.ts`).
 */
export const onPages = {
  requireSession: (demand: Demand = {}) =>
    middleware(ownCookieProof, { fresh: false, enrolment: false, ...demand }),
  requireFresh: (demand: Demand = {}) =>
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

/** The session that the request proves. With an Authorization header, the cookie is ignored. */
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

/** The session that a cookie's secret proves, wherever the secret comes from. */
export async function secretProof(secret: string): Promise<Proof | null> {
  const proof = await parseSessionCookie(secret);
  return proof && { sessionId: proof.id, mark: markOf(proof.hash), secretHash: proof.hash };
}

/** Reads the session's cookie. Null if there is none. */
export async function cookieOf(c: Context<AppEnv>): Promise<TokenProof | null> {
  return parseSessionCookie(ownCookie(c, SESSION) ?? "");
}

/** Reads the cookie of a trusted device. Null if there is none. */
export async function deviceCookieOf(c: Context<AppEnv>): Promise<TokenProof | null> {
  return parseDeviceToken(ownCookie(c, DEVICE) ?? "");
}

/** Gives the client its credentials: tokens for the answer, or a cookie beside it. */
export function handOver(c: Context<AppEnv>, { cookie, ...tokens }: Credentials) {
  if (cookie) setOwnCookie(c, SESSION, cookie.value, cookie.maxAgeSeconds);
  const { accessToken, refreshToken } = tokens;
  if (accessToken === undefined || refreshToken === undefined) return {};
  return { accessToken, expiresIn: ACCESS_TOKEN_LIFE_SECONDS, refreshToken };
}

/**
 * Gives the client its credentials after a login, or after every browser was forgotten. A browser
 * that holds a cookie is also remembered as known to this user.
 */
export async function handOverLogin(
  c: Context<AppEnv>,
  { credentials, user }: { credentials: Credentials; user: { id: string } },
) {
  const tokens = handOver(c, credentials);
  if (credentials.cookie) {
    const known = await rememberBrowser(c.var.deps, ownCookie(c, BROWSER) ?? "", user.id);
    setOwnCookie(c, BROWSER, known.value, known.maxAgeSeconds);
  }
  return tokens;
}

export function handOverDevice(c: Context<AppEnv>, token: string): void {
  setOwnCookie(c, DEVICE, token, TRUSTED_DEVICE_LIFE / 1000);
}

export function dropCookie(c: Context<AppEnv>): void {
  setOwnCookie(c, SESSION, "", 0);
}
