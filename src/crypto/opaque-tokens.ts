/**
 * What clients hold of a session: `sgr_<session>_<secret>_<newest>` to refresh with, or
 * `sgs_<session>_<secret>` as a cookie; `sgd_<device>_<secret>` of a trusted device; of an enrolment
 * link `sgl_<link>_<secret>`, in its URL, or `sgb_<link>_<secret>`, the browser that opened it; and
 * `sgo_<secret>`, the cookie of the operator's console. Opaque, and looked up by id, the operator's by
 * its hash; the secrets have 256 random bits and are stored as SHA-256.
 *
 * All refresh tokens of a session share `secret`, and only the newest has `newest`: one that has
 * been exchanged before is thereby told from one that never was, with nothing kept of it.
 */

import { randomBase32 } from "./random";
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
  /** Base64url. */
  hash: string;
}

/** What a signed token may say of the secret: enough of its hash to know it by, 96 bits. */
export const MARK_LENGTH = 16;

export function markOf(hash: string): string {
  return hash.slice(0, MARK_LENGTH);
}

export async function createSecret(): Promise<Secret> {
  const text = randomBase32(32).toLowerCase();
  return { text, hash: await hashSecret(text) };
}

/** `id` as `ses_…`, `dev_…` or `link_…`. */
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

/** Null for what cannot be one. */
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

/** Null for what cannot be one. */
export function parseSessionCookie(token: string): Promise<TokenProof | null> {
  return parse(COOKIE, "ses", token);
}

/** Null for what cannot be one. */
export function parseDeviceToken(token: string): Promise<TokenProof | null> {
  return parse(DEVICE, "dev", token);
}

/** The hash of the secret; null for what cannot be one. */
export async function parseOperatorCookie(token: string): Promise<string | null> {
  const [, secret] = OPERATOR.exec(token) ?? [];
  return secret ? hashSecret(secret) : null;
}

/** Null for what cannot be one. */
export function parseLinkToken(token: string): Promise<TokenProof | null> {
  return parse(LINK, "link", token);
}

/** Of the browser that opened a link. Null for what cannot be one. */
export function parseBrowserToken(token: string): Promise<TokenProof | null> {
  return parse(BROWSER, "link", token);
}

async function parse(form: RegExp, prefix: string, token: string): Promise<TokenProof | null> {
  const [, id, secret] = form.exec(token) ?? [];
  return id && secret ? { id: `${prefix}_${id}`, hash: await hashSecret(secret) } : null;
}

/** Base64url. */
export async function hashSecret(text: string): Promise<string> {
  return (await sha256(text)).toBase64({ alphabet: "base64url" });
}

function stem(id: string): string {
  return id.slice(id.indexOf("_") + 1);
}
