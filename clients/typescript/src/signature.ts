/**
 * Signs requests with a key that is never sent: HTTP Message Signatures (RFC 9421) with
 * HMAC-SHA-256.
 */

import { createSignature } from "http-message-sig";
import { StepgateError } from "./errors.js";
import type { Attempt } from "./exchange.js";

/** RFC 9421 §3.3.3. */
const ALGORITHM = "hmac-sha256";
/** Whatever the service reads of a request, beside its body. */
const SIGNED_FIELDS = ["idempotency-key", "stepgate-user-ip", "stepgate-user-agent"];
const SIGNING_KEY = /^sgh_([a-z2-7]{16})_[\w-]{43}$/;
const utf8 = new TextEncoder();

/** True also for half of one, and for one in quotes, so that nothing of it is taken for a bearer. */
export function isSigningKey(key: string): boolean {
  return /^\W*sgh_/i.test(key);
}

/**
 * The id that a signing key names itself by.
 *
 * @throws {TypeError} for a key that is not whole. It does not show the key.
 */
export function signingKeyId(key: string): string {
  const [, id] = SIGNING_KEY.exec(key) ?? [];
  if (id === undefined) throw new TypeError("The signing key is not whole.");
  return id;
}

/**
 * The headers that sign this attempt as of this moment, in milliseconds since 1970.
 *
 * @throws {StepgateError} where there is no Web Crypto.
 */
export async function sign(
  attempt: Attempt,
  key: string,
  now: number,
): Promise<Record<string, string>> {
  try {
    const headers = await digestHeaders(attempt.body);
    const fields = [...signedFields(attempt.headers), ...Object.entries(headers)];
    const { signature, signatureInput } = await createSignature(messageOf(attempt, fields), {
      label: "sig",
      components: ["@method", "@target-uri", ...fields.map(([name]) => name)],
      parameters: { created: Math.floor(now / 1000), keyid: signingKeyId(key) },
      signer: { algorithm: ALGORITHM, sign: (base) => hmac(key, base) },
    });
    return { ...headers, signature, "signature-input": signatureInput };
  } catch (cause) {
    throw new StepgateError("The request could not be signed.", { cause });
  }
}

function messageOf({ method, url }: Attempt, fields: [string, string][]) {
  const named = fields.map(([name, value]) => ({ name, value }));
  return { kind: "request", method, targetUri: url, fields: named } as const;
}

function signedFields(headers: Headers): [string, string][] {
  return SIGNED_FIELDS.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value]];
  });
}

/** RFC 9530 §2. */
async function digestHeaders(body: string | null): Promise<Record<string, string>> {
  if (body === null) return {};
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(body)));
  return { "content-digest": `sha-256=:${btoa(String.fromCharCode(...digest))}:` };
}

async function hmac(key: string, base: Uint8Array): Promise<Uint8Array> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", utf8.encode(key), algorithm, false, [
    "sign",
  ]);
  // A copy, whose buffer is plainly no shared one.
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, new Uint8Array(base)));
}
