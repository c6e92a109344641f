import { normaliseCode, type Code } from "../../crypto/code";
import { invalidField } from "../../problem";

/**
 * Reads a code. Throws `invalid_request` for a text that cannot be one: that is a mistake in the
 * form, not a guess, and is not counted.
 */
export function parseCode(text: string): Code {
  const code = normaliseCode(text);
  if (code) return code;
  throw invalidField(["code"], "6 to 8 digits, or a backup code of 24 letters and digits.");
}
