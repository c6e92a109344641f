/**
 * A secret that was made elsewhere and that a phone has already. It may come in any of several
 * encodings, and must be within our bounds.
 */

import {
  decodeSecret,
  readOtpauthUri,
  type OtpauthUri,
  type SecretEncoding,
} from "../../crypto/shared-secret";
import { DEFAULT_PARAMETERS, type TotpAlgorithm, type TotpParameters } from "../../crypto/totp";
import { invalidField, type Problem } from "../../problem";
import { MAX_SECRET_BYTES, MIN_SECRET_BYTES, MIN_SHORT_SECRET_BYTES, TOTP_BOUNDS } from "../policy";

type Bytes = Uint8Array<ArrayBuffer>;

export interface GivenParameters {
  algorithm?: TotpAlgorithm | undefined;
  digits?: number | undefined;
  period?: number | undefined;
}

export interface GivenSecret extends GivenParameters {
  secret: string;
  /** Base32 if left out. */
  encoding?: SecretEncoding | undefined;
  /** Whether secrets of 80 to 127 bits are accepted too. */
  allowShort?: boolean | undefined;
}

/**
 * Completes the parameters. Those that are left out get the values that every authenticator app
 * knows.
 */
export function parametersOf({ algorithm, digits, period }: GivenParameters): TotpParameters {
  return {
    algorithm: algorithm ?? DEFAULT_PARAMETERS.algorithm,
    digits: digits ?? DEFAULT_PARAMETERS.digits,
    period: period ?? DEFAULT_PARAMETERS.period,
  };
}

/**
 * Reads the secret and the parameters of its codes. Throws `invalid_request`, naming the field, if
 * the secret is not in the encoding that it is said to have, if it is not 128 (or 80) to 1,024 bits
 * long, or if two values are given for one parameter.
 */
export function readSecret(given: GivenSecret): { secret: Bytes; parameters: TotpParameters } {
  const { secret: text, encoding = "base32" } = given;
  if (encoding !== "otpauth") {
    const secret = decodeSecret(text, encoding);
    return { secret: assertLength(secret, encoding, given), parameters: parametersOf(given) };
  }
  const uri = readUri(text);
  const secret = assertLength(decodeSecret(uri.secret, "base32"), "base32", given);
  return { secret, parameters: agree(given, uri.parameters) };
}

/** Whether the secret has fewer bits than RFC 4226 asks for. */
export function isShort(secret: Bytes): boolean {
  return secret.byteLength < MIN_SECRET_BYTES;
}

function assertLength(secret: Bytes | null, encoding: string, { allowShort }: GivenSecret): Bytes {
  if (!secret) throw refuse("secret", `not ${encoding}, or cut off; \`encoding\` may name another`);
  const bits = secret.byteLength * 8;
  const least = allowShort ? MIN_SHORT_SECRET_BYTES : MIN_SECRET_BYTES;
  if (secret.byteLength >= least && secret.byteLength <= MAX_SECRET_BYTES) return secret;
  const bounds = `${bits} bits, not ${least * 8} to ${MAX_SECRET_BYTES * 8} (RFC 4226, requirement R6)`;
  const way = !allowShort && secret.byteLength >= MIN_SHORT_SECRET_BYTES;
  throw refuse("secret", way ? `${bounds}; \`allowShort\` takes it` : bounds);
}

function readUri(text: string): OtpauthUri {
  try {
    return readOtpauthUri(text);
  } catch (error) {
    throw refuse("secret", error instanceof Error ? error.message : "not an otpauth:// URI");
  }
}

/** Takes what the URI says, or else what was given. If both say something, they must agree. */
function agree(given: GivenParameters, { algorithm, digits, period }: OtpauthUri["parameters"]) {
  const said = {
    algorithm: algorithm && readAlgorithm(algorithm),
    digits: digits && readNumber("digits", digits),
    period: period && readNumber("period", period),
  };
  const pick = <K extends keyof GivenParameters>(name: K, value: GivenParameters[K] | "") => {
    if (!value) return given[name];
    if (given[name] === undefined || given[name] === value) return value;
    throw refuse(name, "the otpauth:// URI says another");
  };
  return parametersOf({
    algorithm: pick("algorithm", said.algorithm),
    digits: pick("digits", said.digits),
    period: pick("period", said.period),
  });
}

/** Reads the name of an algorithm in upper or lower case, with or without its dash. */
function readAlgorithm(text: string): TotpAlgorithm {
  const name = text.toUpperCase().replace("-", "");
  const known = (["SHA1", "SHA256", "SHA512"] as const).find((one) => one === name);
  if (!known) throw refuse("secret", "an otpauth:// URI with an algorithm that is not supported");
  return known;
}

function readNumber(name: keyof typeof TOTP_BOUNDS, text: string): number {
  const { min, max } = TOTP_BOUNDS[name];
  const number = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (number >= min && number <= max) return number;
  throw refuse("secret", `an otpauth:// URI with ${name} other than ${min} to ${max}`);
}

function refuse(field: string, why: string): Problem {
  return invalidField([field], `${why}.`);
}
