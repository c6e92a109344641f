/** The service as its clients see it, through HTTP, and otpauth as the phone. */

import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { Secret, TOTP } from "otpauth";
import { vi } from "vitest";
import type { Bindings } from "../src/env";
import worker from "../src/index";
import { currentBindings } from "./bindings";
import { TEST_SECRETS } from "./secrets";

export const ORIGIN = "https://2fa.test";

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** In the place of the usual ones: to fail, to lie or to count. */
  bindings?: Bindings;
}

/**
 * One request, answered when its deferred work is done too: what a test finds afterwards does not
 * depend on luck.
 */
export async function send(
  request: Request,
  bindings: Bindings = currentBindings(),
): Promise<Response> {
  const context = createExecutionContext();
  const response = await worker.fetch(request, bindings, context);
  await waitOnExecutionContext(context);
  return response;
}

/** One call; a body makes it JSON. */
export function call(
  method: string,
  path: string,
  { body, headers, bindings }: CallOptions = {},
): Promise<Response> {
  const json = { "content-type": "application/json" };
  const request = new Request(`${ORIGIN}${path}`, {
    method,
    headers: { ...(body !== undefined && json), ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return send(request, bindings);
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

export function admin(method: string, path: string, { headers, ...options }: CallOptions = {}) {
  const authorised = { ...bearer(TEST_SECRETS.ADMIN_TOKEN), ...headers };
  return call(method, `/admin${path}`, { ...options, headers: authorised });
}

/** An app with a key, and calls with that key. */
export interface TestApp {
  id: string;
  key: string;
  v1: (method: string, path: string, options?: CallOptions) => Promise<Response>;
  verify: (userId: string, code: unknown) => Promise<Response>;
}

export async function createApp(
  input: { settings?: object; scopes?: string[] } = {},
): Promise<TestApp> {
  const { settings, scopes } = input;
  const created = await admin("POST", "/apps", { body: { name: "Test app", settings } });
  const { id } = await created.json<{ id: string }>();
  return useKey(id, await createKey(id, { scopes }));
}

/** The same app with another key. */
export function useKey(id: string, key: string): TestApp {
  const v1: TestApp["v1"] = (method, path, { headers, ...options } = {}) =>
    call(method, `/v1${path}`, { ...options, headers: { ...bearer(key), ...headers } });
  const verify: TestApp["verify"] = (userId, code) =>
    v1("POST", `/users/${encodeURIComponent(userId)}/verify`, { body: { code } });
  return { id, key, v1, verify };
}

export async function createKey(appId: string, body: object): Promise<string> {
  const created = await admin("POST", `/apps/${appId}/keys`, { body });
  return (await created.json<{ key: string }>()).key;
}

export interface EnrolledUser {
  userId: string;
  authenticatorId: string;
  phone: TOTP;
  backupCodes: string[];
}

export interface PendingAuthenticator {
  id: string;
  secret: string;
  uri: string;
  qr: { svg: string; png: string; modules: number };
  expiresAt: string;
}

/** A pending authenticator; its parameters may be given. */
export async function enrol(app: TestApp, userId: string, body: object = {}) {
  const path = `/users/${encodeURIComponent(userId)}/authenticators`;
  const response = await app.v1("POST", path, { body });
  if (response.status !== 201) throw new Error(`enrol: ${await response.text()}`);
  return response.json<PendingAuthenticator>();
}

/** The phone that scanned this secret. */
export function phoneWith(
  secret: string,
  parameters: { algorithm?: string; digits?: number; period?: number } = {},
): TOTP {
  return new TOTP({ secret: Secret.fromBase32(secret), ...parameters });
}

/** The code that the phone shows at the set time, or so many steps from it. */
export function codeOf(phone: TOTP, stepsFromNow = 0): string {
  return phone.generate({ timestamp: Date.now() + stepsFromNow * phone.period * 1000 });
}

/** A code that no step near the set time has. */
export function wrongCodeOf(phone: TOTP): string {
  const near = Array.from({ length: 61 }, (_, at) => codeOf(phone, at - 30));
  for (let number = 0; ; number++) {
    const code = String(number).padStart(phone.digits, "0");
    if (!near.includes(code)) return code;
  }
}

/**
 * A user with an active authenticator. Leaves the clock in the step after the confirming one, so
 * that its code is fresh.
 */
export async function enrolled(
  app: TestApp,
  userId: string,
  body: object = {},
): Promise<EnrolledUser> {
  const pending = await enrol(app, userId, body);
  const phone = phoneWith(pending.secret, body);
  const path = `/users/${encodeURIComponent(userId)}/authenticators/${pending.id}/confirm`;
  const response = await app.v1("POST", path, { body: { code: codeOf(phone) } });
  if (response.status !== 200) throw new Error(`confirm: ${await response.text()}`);
  const { backupCodes = [] } = await response.json<{ backupCodes?: string[] }>();
  elapse(phone.period);
  return { userId, authenticatorId: pending.id, phone, backupCodes };
}

/** Sets the clock forward. */
export function elapse(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000);
}

/** The stable code of a problem, or the status if it is none. */
export async function problemCode(response: Response): Promise<string | number> {
  if (!response.headers.get("content-type")?.includes("problem+json")) return response.status;
  return (await response.json<{ code: string }>()).code;
}
