/**
 * Opaque tokens, which clients hold:
 * - `sgr_<session>_<secret>_<newest>` refreshes a session.
 * - `sgs_<session>_<secret>` is the cookie of a session.
 * - `sgd_<device>_<secret>` belongs to a trusted device.
 * - `sgl_<link>_<secret>` is in the URL of an enrolment link.
 * - `sgb_<link>_<secret>` belongs to the browser that opened the link.
 * - `sgo_<secret>` is the cookie of the operator's console.
 *
 * They are looked up by their id, and the operator's by its hash. The secrets have 256 random bits
 * and are stored as SHA-256.
 *
 * All refresh tokens of a session share `secret`, and each has its own `newest`, of which only the
 * last one is stored. A token that has been exchanged before can thus be told from one that never
 * existed, although nothing of it is kept.
 */

import { randomBehind } from "./random";
import { sha256 } from "./sha256";

const ID = "[a-z2-7]{16}";
const SECRET = "[a-z2-7]{52}";
const REFRESH = new RegExp(`^sgr_(${ID})_(${SECRET})_(${SECRET})$`);
const COOKIE = new RegExp(`^sgs_(${ID})_(${SECRET})$`);
const DEVICE = new RegExp(`^sgd_(${ID})_(${SECRET})$`);
const OPERATOR = new RegExp(`^sgo_(${SECRET})$`);
const LINK = new RegExp(`^sgl_(${ID})_(${SECRET})$`);
const BROWSER = new RegExp(`^sgb_(${ID})_(${SECRET})$`);

export interface Secret {
  text: string;
  /** In base64url. */
  hash: string;
}

/** How many symbols of a secret's hash a signed token carries, to know the secret by: 96 bits. */
export const MARK_LENGTH = 16;

export function markOf(hash: string): string {
  return hash.slice(0, MARK_LENGTH);
}

/** Makes a secret. One that is found by its hash alone can begin with a bucket, and has 15 bits less. */
export async function createSecret(bucket = ""): Promise<Secret> {
  const text = randomBehind(bucket, 32);
  return { text, hash: await hashSecret(text) };
}

/** Formats tokens. An `id` is given as `ses_…`, `dev_…` or `link_…`. */
export const formatToken = {
  refresh: (id: string, secret: string, newest: string) => `sgr_${stem(id)}_${secret}_${newest}`,
  cookie: (id: string, secret: string) => `sgs_${stem(id)}_${secret}`,
  device: (id: string, secret: string) => `sgd_${stem(id)}_${secret}`,
  operator: (secret: string) => `sgo_${secret}`,
  link: (id: string, secret: string) => `sgl_${stem(id)}_${secret}`,
  browser: (id: string, secret: string) => `sgb_${stem(id)}_${secret}`,
};

export interface RefreshProof {
  sessionId: string;
  secret: Secret;
  refreshHash: string;
}

/** Reads a refresh token. Null for a text that cannot be one. */
export async function parseRefreshToken(token: string): Promise<RefreshProof | null> {
  const [, id, text, newest] = REFRESH.exec(token) ?? [];
  if (!id || !text || !newest) return null;
  const secret = { text, hash: await hashSecret(text) };
  return { sessionId: `ses_${id}`, secret, refreshHash: await hashSecret(newest) };
}

export interface TokenProof {
  id: string;
  hash: string;
}

/** Reads a session's cookie. Null for a text that cannot be one. */
export function parseSessionCookie(token: string): Promise<TokenProof | null> {
  return parse(COOKIE, "ses", token);
}

/** Reads the token of a trusted device. Null for a text that cannot be one. */
export function parseDeviceToken(token: string): Promise<TokenProof | null> {
  return parse(DEVICE, "dev", token);
}

/** The hash of the secret in the operator's cookie. Null for a text that cannot be one. */
export async function parseOperatorCookie(token: string): Promise<string | null> {
  const [, secret] = OPERATOR.exec(token) ?? [];
  return secret ? hashSecret(secret) : null;
}

/** Reads the token of an enrolment link. Null for a text that cannot be one. */
export function parseLinkToken(token: string): Promise<TokenProof | null> {
  return parse(LINK, "link", token);
}

/** Reads the token of the browser that opened a link. Null for a text that cannot be one. */
export function parseBrowserToken(token: string): Promise<TokenProof | null> {
  return parse(BROWSER, "link", token);
}

async function parse(form: RegExp, prefix: string, token: string): Promise<TokenProof | null> {
  const [, id, secret] = form.exec(token) ?? [];
  return id && secret ? { id: `${prefix}_${id}`, hash: await hashSecret(secret) } : null;
}

/** Hashes a secret by SHA-256, in base64url. */
export async function hashSecret(text: string): Promise<string> {
  return (await sha256(text)).toBase64({ alphabet: "base64url" });
}

function stem(id: string): string {
  return id.slice(id.indexOf("_") + 1);
}
