/**
 * Buckets. Every user is in one of 32,768, for good, and whatever is found by its own id and belongs to a
 * user carries the user's bucket as the first three symbols of that id. So a request says by itself which
 * database it is about, and no directory has to be asked (docs/decisions/0017-many-databases.md).
 */

import { BUCKET_SYMBOLS } from "../../crypto/random";
import { sha256 } from "../../crypto/sha256";
import { ACCOUNTS_APP, REGIONS, type Region } from "../policy";

/**
 * The symbols of Base32 in the order of ASCII, which is also their value here. Buckets are thus in the
 * same order as texts and as numbers.
 */
const SYMBOLS = "234567abcdefghijklmnopqrstuvwxyz";
const SYMBOL_BITS = 5;
/** The bits that come from the digest; the three before them are the app's region. */
const HASH_BITS = 12;

export const FIRST_BUCKET = "222";
export const LAST_BUCKET = "zzz";

/**
 * The bucket of everybody with an account. They stay together because their names to log in with are
 * unique among all of them.
 */
export const ACCOUNTS_BUCKET = FIRST_BUCKET;

/** The bucket of the user whom this app calls by this name. An app's region never changes. */
export async function bucketOf(
  app: { id: string; region: Region | null },
  externalId: string,
): Promise<string> {
  if (app.id === ACCOUNTS_APP) return ACCOUNTS_BUCKET;
  const [first = 0, second = 0] = await sha256(`${app.id}\0${externalId}`);
  const hash = ((first << 8) | second) >> (16 - HASH_BITS);
  return symbolsOf((sliceOf(app.region) << HASH_BITS) | hash);
}

/** The first and the last bucket of the users of apps with this region. Null: without one. */
export function bucketsOf(region: Region | null): { first: string; last: string } {
  const slice = sliceOf(region);
  return {
    first: symbolsOf(slice << HASH_BITS),
    last: symbolsOf(((slice + 1) << HASH_BITS) - 1),
  };
}

/** The bucket that an id carries, such as `usr_…`. Null for a text that is no such id. */
export function bucketIn(id: string): string | null {
  return /^(?:auth|chal|dev|link|ses|usr)_([a-z2-7]{3})[a-z2-7]{13}$/.exec(id)?.[1] ?? null;
}

/**
 * The bucket of whatever has this id. A text that carries none names nothing, which every database can
 * tell.
 */
export function bucketOfId(id: string): string {
  return bucketIn(id) ?? ACCOUNTS_BUCKET;
}

/** The bucket that a secret carries which is found by its hash (`crypto/opaque-tokens.ts`). */
export function bucketInSecret(text: string): string {
  return /^([a-z2-7]{3})[a-z2-7]{49}$/.exec(text)?.[1] ?? ACCOUNTS_BUCKET;
}

/** The bucket of the link that a token names, read from the token's form alone. */
export function bucketInToken(token: string): string {
  return /^sg[bl]_([a-z2-7]{3})/.exec(token)?.[1] ?? ACCOUNTS_BUCKET;
}

/** The bucket before or behind this one. Null if there is none. */
export function neighbour(bucket: string, by: 1 | -1): string | null {
  const number = numberOf(bucket) + by;
  return number < 0 || number > numberOf(LAST_BUCKET) ? null : symbolsOf(number);
}

/** How many buckets there are from one to another, with both. */
export function countBuckets(first: string, last: string): number {
  return numberOf(last) - numberOf(first) + 1;
}

function sliceOf(region: Region | null): number {
  return region === null ? 0 : 1 + REGIONS.indexOf(region);
}

function symbolsOf(number: number): string {
  const digits = Array.from({ length: BUCKET_SYMBOLS }, (_, at) => {
    return (number >> (SYMBOL_BITS * (BUCKET_SYMBOLS - 1 - at))) & (SYMBOLS.length - 1);
  });
  return digits.map((digit) => SYMBOLS.charAt(digit)).join("");
}

function numberOf(bucket: string): number {
  return Array.from(bucket).reduce((sum, one) => sum * SYMBOLS.length + SYMBOLS.indexOf(one), 0);
}
