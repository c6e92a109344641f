/** A client of AuthenticatorAPI.com, its base URL changed, and the phone of its user. */

import { Secret, TOTP } from "otpauth";
import { expect } from "vitest";
import { ORIGIN, send, wrongCodeOf } from "../service";
import { freshAddress, rows } from "../security/support";

export const SECRET = "12345678BXYT";
export const KEY = "GEZDGNBVGY3TQQSYLFKA";
export const DATA = `otpauth%3A%2F%2Ftotp%2FJohn%3Fsecret%3D${KEY}%26issuer%3DMyApp`;
export const PAIR_QUERY = `AppName=MyApp&AppInfo=John&SecretCode=${SECRET}`;

/** What the phone's app scanned: the key is the text of the secret. */
export function phoneOf(secret: string): TOTP {
  return new TOTP({ secret: Secret.fromLatin1(secret) });
}

/** The pin of the instant at which every test starts, and one that is none near it. */
export const PIN = phoneOf(SECRET).generate({ timestamp: Date.UTC(2026, 9, 1, 12, 0, 10) });
export const WRONG = `${(Number(PIN[0]) + 1) % 10}${PIN.slice(1)}`;

export function pairedWith(key: string, data: string): string {
  return `<a title='Manually pair with ${key}' href='https://www.authenticatorapi.com'><img src='${ORIGIN}/qr.aspx?size=300x300&data=${data}' border=0></a>`;
}

export const FORM = { "content-type": "application/x-www-form-urlencoded" };
export const AJAX = { "content-type": "application/json; charset=utf-8" };

export interface Sent {
  headers?: Record<string, string>;
  body?: string | undefined;
  bindings?: Env | undefined;
}

/** `GET /pair.aspx?…` and so on; every request from an address of its own. */
export function exchange(request: string, { headers, body, bindings }: Sent = {}) {
  const [method = "", path = ""] = request.split(" ");
  const init = { method, headers: { ...freshAddress(), ...headers }, body: body ?? null };
  return send(new Request(`${ORIGIN}${path}`, init), bindings);
}

export async function validate(pin: string, secret = SECRET, bindings?: Env): Promise<string> {
  const query = `Pin=${encodeURIComponent(pin)}&SecretCode=${encodeURIComponent(secret)}`;
  return (await exchange(`GET /Validate.aspx?${query}`, { bindings })).text();
}

/** Status, the headers that matter, and the body. */
export async function seen(response: Response) {
  const { status, headers } = response;
  return {
    status,
    type: headers.get("content-type"),
    cache: headers.get("cache-control"),
    policy: headers.get("content-security-policy"),
    cors: [...headers.keys()].filter((name) => name.startsWith("access-control")),
    body: await response.text(),
  };
}

/** What is to be seen of every good answer. */
export function answered(type: string, body: string) {
  const policy = "default-src 'none'; frame-ancestors 'none'";
  return { status: 200, type, cache: "no-store", policy, cors: [], body };
}

/** So many wrong pins, each answered False. */
export async function fail(times: number, secret = SECRET): Promise<void> {
  const wrong = wrongCodeOf(phoneOf(secret));
  for (let at = 0; at < times; at++) expect(await validate(wrong, secret)).toBe("False");
}

export interface StoredSecret {
  digest: string;
  last_step: number;
  failures: number;
  locked_until: number | null;
  expires_at: number;
}

export const storedSecrets = () => rows<StoredSecret>("SELECT * FROM bare_secrets");
