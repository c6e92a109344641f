/** What the tests of new passwords share. */

import { assertAcceptable, type PasswordContext } from "../../../src/core/account/password-policy";
import { Problem } from "../../../src/problem";

const ADA: PasswordContext = {
  email: "ada.l@example.com",
  username: "countess",
  name: null,
  minLength: 8,
};
/** Where a password is the only factor. */
export const ALONE = { minLength: 15 };
export const GOOD = "seven grey herons";

function problemOf(password: string, about: Partial<PasswordContext> = {}): Problem | null {
  try {
    assertAcceptable(password, { ...ADA, ...about });
  } catch (error) {
    if (error instanceof Problem && error.code === "weak_password") return error;
    throw error;
  }
  return null;
}

/** What is wrong with the password; null if nothing is. */
export function faultOf(password: string, about: Partial<PasswordContext> = {}): string | null {
  const problem = problemOf(password, about);
  return problem && (problem.detail ?? "");
}

export function reasonOf(password: string, about: Partial<PasswordContext> = {}) {
  return problemOf(password, about)?.extensions["reason"] ?? null;
}
