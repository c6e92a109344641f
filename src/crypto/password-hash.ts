/**
 * Password hashes: argon2id (RFC 9106) as PHC strings, with salt and tag in unpadded Base64:
 * `$argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<tag>`.
 *
 * A password is hashed as NFC (NIST SP 800-63B-4 §3.1.1.2) in UTF-8, so that it is the same
 * whichever way a keyboard composes its letters.
 */

import { argon2id, type Argon2Costs } from "./argon2id";
import { timingSafeEqual } from "./timing-safe-equal";

interface PasswordHash {
  costs: Argon2Costs;
  salt: Uint8Array;
  tag: Uint8Array;
}

/** OWASP's choice for argon2id. When these change, DUMMY_HASH has to be made anew. */
const COSTS: Argon2Costs = { memoryKib: 19_456, passes: 2, lanes: 1 };
/** RFC 9106 §3.1 recommends 16 bytes for passwords. */
const SALT_BYTES = 16;
const TAG_BYTES = 32;

/**
 * The most that a hash from elsewhere may ask for. Memory and lanes are those of RFC 9106 §4,
 * second option, and take half of an isolate's 128 MB.
 */
const MOST: Argon2Costs = { memoryKib: 65_536, passes: 10, lanes: 4 };

/** Four times what core/account/password-policy.ts lets through. */
const MAX_BYTES = 2048;

const FORM =
  /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/;
const BASE64 = { omitPadding: true } as const;
const utf8 = new TextEncoder();

/**
 * Stands in for the hash of an unknown account. It costs the same work, and no password is known to
 * match.
 */
export const DUMMY_HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$ctWHqxfWNhbiPk6mft7wBw$0+hfaBNcsg69KZWM+QKtMtcdptIaSiLR08fj4oUItBE";

/**
 * Whether UTF-8 keeps the password as it is, and no failed conversion left a mark in it. Half of a
 * surrogate pair would be hashed as U+FFFD, so that two passwords would have one hash. C programs
 * end a text at U+0000.
 */
export function isHashable(password: string): boolean {
  return password.isWellFormed() && !/[\0\ufffd]/.test(password);
}

/**
 * Hashes a password for storage. Throws a RangeError if it is longer than 2048 bytes of UTF-8, or
 * not hashable.
 */
export async function hashPassword(password: string): Promise<string> {
  if (!isHashable(password)) throw new RangeError("The password is not text.");
  const message = encode(password);
  if (message.byteLength > MAX_BYTES) throw new RangeError("The password is too long to hash.");
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const tag = argon2id({ message, salt, costs: COSTS, tagBytes: TAG_BYTES });
  return format({ costs: COSTS, salt, tag });
}

/**
 * Whether this is the password that was hashed, at the costs in the hash. A text that is not
 * hashable takes the same time and never matches.
 *
 * Throws an Error if the hash is no PHC string of argon2id or asks for more than an isolate can
 * give. A hash that cannot be read is a fault, and not a password that does not match.
 */
export async function verifyPassword(hash: string, password: string): Promise<boolean> {
  const { costs, salt, tag } = parse(hash);
  const message = encode(password);
  // A password that is too long takes the same time as every other.
  const hashed = message.subarray(0, MAX_BYTES);
  const computed = argon2id({ message: hashed, salt, costs, tagBytes: tag.byteLength });
  const matches = timingSafeEqual(computed.toBase64(BASE64), tag.toBase64(BASE64));
  return matches && message.byteLength <= MAX_BYTES && isHashable(password);
}

/** Whether it is a hash that `verifyPassword` can check, wherever it was made. */
export function isPasswordHash(text: string): boolean {
  try {
    return parse(text).salt.byteLength > 0;
  } catch {
    return false;
  }
}

/** Whether the hash has other parameters than today's. Throws what `verifyPassword` throws. */
export function needsRehash(hash: string): boolean {
  const { costs, salt, tag } = parse(hash);
  return (
    costs.memoryKib !== COSTS.memoryKib ||
    costs.passes !== COSTS.passes ||
    costs.lanes !== COSTS.lanes ||
    salt.byteLength !== SALT_BYTES ||
    tag.byteLength !== TAG_BYTES
  );
}

function encode(password: string): Uint8Array {
  return utf8.encode(password.normalize("NFC"));
}

function format({ costs, salt, tag }: PasswordHash): string {
  const { memoryKib, passes, lanes } = costs;
  const values = `${salt.toBase64(BASE64)}$${tag.toBase64(BASE64)}`;
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${values}`;
}

/** Reads a hash. Throws for anything that `format` would not have written. */
function parse(hash: string): PasswordHash {
  const [, memory, passes, lanes, salt = "", tag = ""] = FORM.exec(hash) ?? [];
  const costs = { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) };
  if (!areAffordable(costs)) throw new Error("Not an argon2id hash, or one that costs too much.");
  const parsed = { costs, salt: Uint8Array.fromBase64(salt), tag: Uint8Array.fromBase64(tag) };
  if (format(parsed) !== hash) throw new Error("Not an argon2id hash in its one form.");
  return parsed;
}

/** The lower bounds are those of RFC 9106 §3.1. NaN is outside all bounds. */
function areAffordable({ memoryKib, passes, lanes }: Argon2Costs): boolean {
  return (
    passes >= 1 &&
    passes <= MOST.passes &&
    lanes >= 1 &&
    lanes <= MOST.lanes &&
    memoryKib >= 8 * lanes &&
    memoryKib <= MOST.memoryKib
  );
}
