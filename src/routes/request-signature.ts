/**
 * Requests that are signed instead of carrying a key (HTTP Message Signatures, RFC 9421, with
 * HMAC-SHA-256). Whoever reads such a request can repeat it for a minute at most, and cannot make
 * another one.
 */

import type { Context } from "hono";
import { isSignatureError, verifySignature } from "http-message-sig";
import type { ApiKeyProof } from "../crypto/api-key";
import { sha256 } from "../crypto/sha256";
import { findSigner } from "../crypto/signing-key";
import { timingSafeEqual } from "../crypto/timing-safe-equal";
import { Problem } from "../problem";
import type { AppEnv } from "./context";

const ALGORITHM = "hmac-sha256";
/** How far `created` may be from the service's clock, in either direction. */
const WINDOW_SECONDS = 60;
const COVERED = ["@method", "@target-uri"];

export function isSigned(c: Context): boolean {
  return c.req.header("signature-input") !== undefined;
}

/**
 * Finds the key that signed this request. Throws `invalid_signature` unless method, target and body
 * are signed, less than a minute ago.
 */
export async function signerOf(c: Context<AppEnv>): Promise<ApiKeyProof> {
  const { deps } = c.var;
  const body = await rawBody(c);
  const signers: ApiKeyProof[] = [];
  try {
    await verifySignature(c.req.raw, {
      policy: {
        algorithms: [ALGORITHM],
        requiredComponents: body.byteLength > 0 ? [...COVERED, "content-digest"] : COVERED,
        requiredParameters: ["created", "keyid"],
        // Beside the difference between the two clocks.
        maxAge: 0,
        clockSkew: WINDOW_SECONDS,
        now: Math.floor(deps.now.getTime() / 1000),
      },
      resolveVerifier: ({ parameters: { keyid = "" } }) => ({
        algorithm: ALGORITHM,
        verify: async (signed, signature) => {
          const signer = await findSigner(deps.keyring, keyid, { signed, signature });
          if (signer) signers.push(signer);
          return signer !== null;
        },
      }),
    });
  } catch (error) {
    if (!isSignatureError(error)) throw error;
    throw new Problem("invalid_signature", { detail: `${error.message}.`, cause: error.code });
  }
  const [signer] = signers;
  if (!signer) throw new Problem("invalid_signature");
  await assertDigest(c.req.header("content-digest"), body);
  return signer;
}

/**
 * Checks the digest that was signed (RFC 9530 §2) against the body that came. A body that was taken
 * away is found out too: it has another digest.
 */
async function assertDigest(given: string | undefined, body: ArrayBuffer): Promise<void> {
  if (given === undefined) return;
  const [, sent = ""] = /(?:^|[\s,])sha-256=:([A-Za-z0-9+/=]+):/.exec(given) ?? [];
  const own = (await sha256(body)).toBase64();
  if (timingSafeEqual(sent, own)) return;
  throw new Problem("invalid_signature", {
    detail: "Content-Digest: not the SHA-256 of the body.",
  });
}

/** The bytes as they came, which were read before. */
async function rawBody(c: Context): Promise<ArrayBuffer> {
  return c.req.raw.body === null ? new ArrayBuffer(0) : c.req.arrayBuffer();
}
