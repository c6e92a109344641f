/** A secret that comes from elsewhere, with a phone that has it: in whatever encoding, within our bounds. */

import {
  decodeSecret,
  readOtpauthUri,
  type OtpauthUri,
  type SecretEncoding,
} from "../../crypto/shared-secret";
import { DEFAULT_PARAMETERS, type TotpAlgorithm, type TotpParameters } from "../../crypto/totp";
import { Problem } from "../../problem";
import { MAX_SECRET_BYTES, MIN_SECRET_BYTES, MIN_SHORT_SECRET_BYTES, TOTP_BOUNDS } from "../policy";

type Bytes = Uint8Array<ArrayBuffer>;

export interface GivenParameters {
  algorithm?: TotpAlgorithm | undefined;
  digits?: number | undefined;
  period?: number | undefined;
}

export interface GivenSecret extends GivenParameters {
  secret: string;
  /** Left out: Base32. */
  encoding?: SecretEncoding | undefined;
  /** Takes 80 to 127 bits, too. */
  allowShort?: boolean | undefined;
}

/** What is left out is as every app has it. */
export function parametersOf({ algorithm, digits, period }: GivenParameters): TotpParameters {
  return {
    algorithm: algorithm ?? DEFAULT_PARAMETERS.algorithm,
    digits: digits ?? DEFAULT_PARAMETERS.digits,
    period: period ?? DEFAULT_PARAMETERS.period,
  };
}

/**
 * The secret and how its codes are made. Throws `invalid_request`, with the field, for what is not
 * written as it says, has not 128 (or 80) to 1,024 bits, or says two things of one parameter.
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

/** Whether it has fewer bits than RFC 4226 asks for. */
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

/** What the URI says, else what was given; both only if they say the same. */
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

/** In any case, and with or without the dash of its proper name. */
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
  return new Problem("invalid_request", { detail: `${field}: ${why}.` });
}
