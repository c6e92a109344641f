/**
 * Which passwords may be set: NIST SP 800-63B-4 §3.1.1.2, which asks for length and for a list of
 * common passwords, and against rules of composition.
 */

import { openGolombSet } from "../crypto/golomb-set";
import { Problem } from "../problem";
import { COMMON_PASSWORDS } from "./common-passwords";

/** Code points, as all lengths here. */
const MAX_LENGTH = 128;
/** Of an e-mail's local part or a user name: shorter ones are in many good passwords by chance. */
const MIN_NAME_LENGTH = 4;

export interface PasswordContext {
  email: string;
  username: string | null;
  /** 8 to 64 code points. */
  minLength: number;
}

/**
 * Throws `weak_password` with the rule that is broken in `detail` and `reason`, and never the
 * password. Of good ones it refuses one in 12,500 as common (crypto/golomb-set.ts).
 */
export function assertAcceptable(password: string, about: PasswordContext): void {
  const fault = findFault(password, about);
  if (fault !== null) {
    const { detail, ...extensions } = fault;
    throw new Problem("weak_password", { detail, extensions });
  }
}

function findFault(password: string, { email, username, minLength }: PasswordContext) {
  const folded = fold(password);
  const length = countCodePoints(password.normalize("NFC"));
  if (length < minLength) {
    const detail = `It needs at least ${minLength} characters.`;
    return { reason: "too_short", detail, length: minLength };
  }
  if (length > MAX_LENGTH) {
    const detail = `It can have at most ${MAX_LENGTH} characters.`;
    return { reason: "too_long", detail, length: MAX_LENGTH };
  }
  if (isCommon(folded)) {
    return { reason: "common", detail: "It is one of the most common passwords." };
  }
  if (namesOf(email, username).some((name) => folded.includes(name))) {
    const detail = "It contains the e-mail address, the part before its @, or the user name.";
    return { reason: "contains_name", detail };
  }
  return null;
}

/** What a password may not contain. */
function namesOf(email: string, username: string | null): string[] {
  const localPart = email.slice(0, email.lastIndexOf("@"));
  const names = [email, localPart, username ?? ""].map(fold);
  return names.filter((name) => countCodePoints(name) >= MIN_NAME_LENGTH);
}

/** In any case, and however its letters were composed. */
function fold(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

function countCodePoints(text: string): number {
  return Array.from(text).length;
}

let isListed: ((text: string) => boolean) | undefined;

function isCommon(folded: string): boolean {
  isListed ??= openGolombSet(COMMON_PASSWORDS);
  return isListed(folded);
}
