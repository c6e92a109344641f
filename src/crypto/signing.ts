/**
 * The ES256 keys behind every JWT (RFC 7518 §3.4). The newest one signs, and all are published as a
 * JWK set (RFC 7517).
 */

import { decodeProtectedHeader, errors, jwtVerify, SignJWT, type JWTPayload } from "jose";
import { BASE64URL, decodeCanonical } from "./base64url";

const ES256 = { name: "ECDSA", namedCurve: "P-256" } as const;

/** A public key (RFC 7517 §4, RFC 7518 §6.2.1). */
export interface PublicJwk {
  kty: "EC";
  crv: "P-256";
  alg: "ES256";
  use: "sig";
  kid: string;
  x: string;
  y: string;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: PublicJwk;
}

/** The keys, newest first. There is at least one. */
export type SigningKeys = readonly [SigningKey, ...SigningKey[]];

/**
 * Reads the SIGNING_KEYS secret: `kid:base64url-PKCS8[,kid:…]`, newest first. Throws an Error that
 * says what is wrong.
 */
export async function parseSigningKeys(text: string | undefined): Promise<SigningKeys> {
  if (!text?.trim()) throw new Error("SIGNING_KEYS is missing.");
  const keys = await Promise.all(text.split(",").map((entry) => parseSigningKey(entry.trim())));
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) {
    throw new Error("SIGNING_KEYS: two keys have the same kid.");
  }
  const [newest, ...older] = keys;
  if (!newest) throw new Error("SIGNING_KEYS: no key.");
  return [newest, ...older];
}

async function parseSigningKey(entry: string): Promise<SigningKey> {
  const [, kid, encoded] = /^([\w-]{1,32}):([\w-]+)=*$/.exec(entry) ?? [];
  if (!kid || !encoded)
    throw new Error("SIGNING_KEYS: expected kid:key, keys as PKCS #8 in base64url.");
  try {
    const pkcs8 = Uint8Array.fromBase64(encoded, BASE64URL);
    const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, ES256, true, ["sign"]);
    const jwk = await publicJwk(kid, privateKey);
    const publicKey = await crypto.subtle.importKey("jwk", jwk, ES256, true, ["verify"]);
    return { kid, privateKey, publicKey, publicJwk: jwk };
  } catch (cause) {
    throw new Error(`SIGNING_KEYS: key ${kid} is not a P-256 private key.`, { cause });
  }
}

/** Names the public members one by one, so that nothing private can slip in. */
async function publicJwk(kid: string, privateKey: CryptoKey): Promise<PublicJwk> {
  const jwk = await crypto.subtle.exportKey("jwk", privateKey);
  if (jwk instanceof ArrayBuffer || !jwk.x || !jwk.y) throw new Error("not an EC key");
  return { kty: "EC", crv: "P-256", alg: "ES256", use: "sig", kid, x: jwk.x, y: jwk.y };
}

/**
 * Signs a JWT under the newest key. `type` is its `typ` (RFC 8725 §3.11), so that no token passes
 * for another kind.
 */
export function signJwt([newest]: SigningKeys, type: string, claims: JWTPayload): Promise<string> {
  const header = { alg: "ES256", kid: newest.kid, typ: type };
  return new SignJWT(claims).setProtectedHeader(header).sign(newest.privateKey);
}

/** The algorithm is fixed (RFC 8725 §3.1). A token without an expiry is not ours. */
const REQUIRED = { algorithms: ["ES256"], requiredClaims: ["exp"] };

/**
 * Reads the claims of a JWT under any key of the ring. Null if the text is no JWT, was altered or
 * is spelled differently, has expired at `now`, or is of another type, issuer or audience (RFC 8725
 * §3).
 */
export async function verifyJwt(
  keys: SigningKeys,
  token: string,
  { type, now, ...expected }: { type: string; issuer: string; audience: string[]; now: Date },
): Promise<JWTPayload | null> {
  // RFC 7515 §2 allows one spelling. jose accepts others too.
  if (token.split(".").some((part) => !decodeCanonical(part))) return null;
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = keys.find((candidate) => candidate.kid === kid);
    if (!key) return null;
    const options = { ...expected, typ: type, currentDate: now, ...REQUIRED };
    return (await jwtVerify(token, key.publicKey, options)).payload;
  } catch (error) {
    // decodeProtectedHeader throws a TypeError for a text that is no JWS at all.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
    throw error;
  }
}

/** The keys that `/.well-known/jwks.json` shows. */
export function publicKeys(keys: SigningKeys): PublicJwk[] {
  return keys.map((key) => key.publicJwk);
}
