/**
 * Decides which passwords may be set (NIST SP 800-63B-4 §3.1.1.2). The standard asks for a minimum
 * length, for a list of common passwords, and for the user's own names to be refused; it forbids
 * rules of composition. docs/decisions/0012 explains the way in which passwords are judged here.
 */

import { isHashable } from "../../crypto/password-hash";
import { Problem } from "../../problem";
import type { Names } from "../user/account";
import { findRuns } from "./keyboard-runs";
import { findListed, isListed } from "./listed-words";
import { findNames, wholeNames } from "./own-names";
import { lengthSaidOnce, measureStrength, type Weakness } from "./password-strength";
import { MIN_PASSWORD_LENGTH } from "../policy";

/** In code points, like all lengths here. */
const MAX_LENGTH = 128;
/** The share of the required characters that must not follow from the others. */
const CHOSEN = 2 / 3;

/** What may be wrong with a password: `reason` of `weak_password`. */
export const PASSWORD_FAULTS = [
  ...(["not_text", "too_short", "too_long", "unchanged"] as const),
  ...(["common", "contains_name", "repeated", "sequence"] as const satisfies Weakness[]),
] as const;
type PasswordFault = { reason: (typeof PASSWORD_FAULTS)[number]; detail: string; length?: number };

export interface PasswordContext extends Names {
  /** 8 to 64 code points. */
  minLength: number;
}

/**
 * Throws `weak_password`, with the broken rule in `detail` and `reason`, and never with the
 * password. It refuses one good password in 12,500 as common (crypto/golomb-set.ts).
 */
export function assertAcceptable(password: string, about: PasswordContext): void {
  const fault = findFault(password, about);
  if (fault !== null) {
    const { detail, ...extensions } = fault;
    throw new Problem("weak_password", { detail, extensions });
  }
}

/** Throws `weak_password` if the new password is the old one. */
export function assertAnother(newPassword: string, oldPassword: string): void {
  if (newPassword.normalize("NFC") !== oldPassword.normalize("NFC")) return;
  const detail = "It is the password that the account has already.";
  throw new Problem("weak_password", { detail, extensions: { reason: "unchanged" } });
}

function findFault(password: string, about: PasswordContext): PasswordFault | null {
  if (!isHashable(password)) {
    const detail =
      "It contains U+0000, U+FFFD or half of a surrogate pair, which nobody types on purpose.";
    return { reason: "not_text", detail };
  }
  const length = Array.from(password.normalize("NFC")).length;
  if (length < about.minLength) {
    const detail = `It needs at least ${about.minLength} characters.`;
    return { reason: "too_short", detail, length: about.minLength };
  }
  if (length > MAX_LENGTH) {
    const detail = `It can have at most ${MAX_LENGTH} characters.`;
    return { reason: "too_long", detail, length: MAX_LENGTH };
  }
  return findWeakness(fold(password), about);
}

const DETAILS: Record<Weakness, string> = {
  common: "It is little more than one of the most common passwords.",
  contains_name: "It is little more than the e-mail address, the user name or the name.",
  repeated: "It says the same thing again and again.",
  sequence: "It is little more than a sequence, such as 12345, abcde or qwerty, or a year.",
};

function findWeakness(folded: string, about: PasswordContext): PasswordFault | null {
  if (isListed(folded)) {
    return { reason: "common", detail: "It is one of the most common passwords." };
  }
  if (wholeNames(about).some((name) => folded.includes(fold(name)))) {
    const detail =
      "It contains the e-mail address, the part before its @, the user name or the name.";
    return { reason: "contains_name", detail };
  }
  // NFKC may have made the text longer.
  const points = Array.from(folded).slice(0, MAX_LENGTH);
  const weakness =
    lengthSaidOnce(points) < about.minLength ? "repeated" : mainWeakness(points, about);
  return weakness && { reason: weakness, detail: DETAILS[weakness] };
}

/** What makes too much of the password predictable, or null if enough of it was chosen freely. */
function mainWeakness(points: readonly string[], about: PasswordContext): Weakness | null {
  const found = [...findRuns(points), ...findListed(points), ...findNames(points, about)];
  const { choices, weakness } = measureStrength(points, found);
  const asked = Math.min(about.minLength, MIN_PASSWORD_LENGTH.optional) * CHOSEN;
  return choices < asked ? weakness : null;
}

/** The text in lower case, with its letters composed in one way. */
function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
