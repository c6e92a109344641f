/** The signed assertion that a challenge was answered: a JWT of the service, checked offline. */

import { decodeProtectedHeader, errors, importJWK, type JWTPayload, jwtVerify } from "jose";
import { Refused, Unavailable } from "./errors.js";
import { present, rows, text } from "./fields.js";
import type { JwksAnswer } from "./shapes.js";

const ALGORITHM = "ES256";
const TYPE = "assertion+jwt";
const REQUIRED = ["iss", "aud", "sub", "jti", "iat", "exp"];
/** In seconds, by which the clocks may differ. */
const LEEWAY = 10;
/** A key that was withdrawn is trusted no longer than that. */
const KEYS_LIFE_MS = 3_600_000;

type Key = Awaited<ReturnType<typeof importJWK>>;

/** That a user answered a challenge. Forget the challenge's id, so that it counts once. */
export interface Assertion {
  readonly challengeId: string;
  readonly userId: string;
  readonly purpose: string | null;
  /** RFC 8176: `otp`, and `backup_code` for one of those. */
  readonly amr: readonly string[];
  readonly expiresAt: Date;
}

/** What an assertion has to say. */
export interface Expected {
  readonly issuer: string;
  readonly appId: string;
  readonly challengeId: string;
  readonly purpose: string | null;
}

/** The public keys of the service, as of a moment. */
export interface KeySet {
  readonly keys: ReadonlyMap<string, Key>;
  readonly fetchedAt: number;
}

export const NO_KEYS: KeySet = { keys: new Map(), fetchedAt: -Infinity };

/**
 * Keys of another kind are passed over: ES256 is the only one.
 *
 * @throws {Unavailable} for keys that cannot be read.
 */
export async function readKeys(fields: JwksAnswer | undefined, now: number): Promise<KeySet> {
  const ours = rows(present(fields), "keys").filter(({ crv }) => crv === "P-256");
  try {
    const entries = ours.map(async (row) => [text(row, "kid"), await importKey(row)] as const);
    return { keys: new Map(await Promise.all(entries)), fetchedAt: now };
  } catch (cause) {
    throw new Unavailable("The service's keys cannot be read.", { cause });
  }
}

/** Undefined also for a set that is too old. */
export function findKey({ keys, fetchedAt }: KeySet, id: string, now: number): Key | undefined {
  const age = now - fetchedAt;
  return age >= 0 && age < KEYS_LIFE_MS ? keys.get(id) : undefined;
}

/** @throws {Refused} for what is no assertion by its header. */
export function keyIdOf(assertion: string): string {
  const { kid, typ, alg } = headerOf(assertion);
  if (typ !== TYPE || alg !== ALGORITHM || typeof kid !== "string" || kid === "") {
    throw bad("It is a JWT of another kind.");
  }
  return kid;
}

/**
 * RFC 7519 §7.2, for one app, one challenge and one purpose.
 *
 * @throws {Refused} `invalid_assertion` unless signature, `iss`, `aud`, `iat`, `exp`, `jti` and
 *   `purpose` are all right.
 */
export async function checkAssertion(
  assertion: string,
  key: Key | undefined,
  expected: Expected,
  now: number,
): Promise<Assertion> {
  if (key === undefined) throw bad("Its key is none of the service's.");
  const claims = await claimsOf(assertion, key, expected, now);
  const { aud, jti, sub, iat, exp, amr } = claims;
  const purpose = claims["purpose"] ?? null;
  if (aud !== expected.appId || jti !== expected.challengeId) {
    throw bad("It answers another challenge.");
  }
  if (purpose !== expected.purpose) throw bad("It is for another purpose.");
  if (!isInstant(iat) || !isInstant(exp) || iat * 1000 > now + LEEWAY * 1000) {
    throw bad("It is of another time.");
  }
  if (typeof sub !== "string" || sub === "") throw bad("It names nobody.");
  const expiresAt = new Date(exp * 1000);
  return { challengeId: jti, userId: sub, purpose: expected.purpose, amr: textsOf(amr), expiresAt };
}

async function claimsOf(
  assertion: string,
  key: Key,
  { issuer, appId }: Expected,
  now: number,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer,
      audience: appId,
      requiredClaims: REQUIRED,
      clockTolerance: LEEWAY,
      currentDate: new Date(now),
    });
    return payload;
  } catch (cause) {
    throw bad(cause instanceof errors.JOSEError ? cause.message : "It cannot be read.", cause);
  }
}

async function importKey(row: JwksAnswer["keys"][number]): Promise<Key> {
  const { kty, crv, x, y } = row;
  return importJWK({ kty, crv, x, y, alg: ALGORITHM });
}

function headerOf(assertion: string): { kid?: unknown; typ?: unknown; alg?: unknown } {
  try {
    return decodeProtectedHeader(assertion);
  } catch (cause) {
    throw bad("It is no JWT.", cause);
  }
}

function isInstant(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function bad(detail: string, cause?: unknown): Refused {
  const title = "The assertion does not prove what was asked for.";
  return new Refused({ code: "invalid_assertion", status: 401, title, detail }, { cause });
}
