/**
 * Signatures of Standard Webhooks 1.0: HMAC-SHA-256 over `id.timestamp.body`, in Base64 behind `v1,`. A secret
 * is written as `whsec_` and its bytes in Base64.
 */

import { randomBytes } from "./random";

const PREFIX = "whsec_";
/** The standard asks for 24 to 64 bytes. */
const SECRET_BYTES = 32;
const utf8 = new TextEncoder();

/** What is sent, and when: the identifier stays the same when it is sent again. */
export interface SignedMessage {
  id: string;
  sentAt: Date;
  body: string;
}

export function createWebhookSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toBase64();
}

/**
 * The three headers of a message, signed with each of the secrets: while one replaces another, a receiver
 * that knows either can verify it.
 */
export async function signatureHeaders(
  secrets: readonly string[],
  { id, sentAt, body }: SignedMessage,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const signed = utf8.encode(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(secrets.map((secret) => signature(secret, signed)));
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}

async function signature(secret: string, signed: BufferSource): Promise<string> {
  const raw = Uint8Array.fromBase64(secret.slice(PREFIX.length));
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", raw, hmac, false, ["sign"]);
  return `v1,${new Uint8Array(await crypto.subtle.sign("HMAC", key, signed)).toBase64()}`;
}
