/**
 * Login names: the one spelling that is stored and compared, and the spelling that people are
 * shown.
 *
 * An e-mail address is accepted if browsers accept it in `<input type="email">` (WHATWG HTML
 * §4.10.5.1.5). Domains with letters beyond ASCII are accepted as well. They are stored as the DNS
 * has them (A-labels, UTS 46), so that every spelling of a domain becomes one, and they are shown
 * in their own letters.
 *
 * Letters beyond ASCII before the @ (SMTPUTF8, RFC 6531) are refused: only the mail host can say
 * whether two spellings are one mailbox, and much mail software cannot write to them.
 */

import { toUnicode } from "punycode/punycode.es6.js";

/**
 * Gives the one spelling of a user name: NFKC, lower case, trimmed. Two names with the same result
 * are the same name. The function is idempotent.
 */
export function normaliseName(text: string): string {
  return text.normalize("NFKC").toLowerCase().normalize("NFKC").trim();
}

/** The longest e-mail address: RFC 5321 §4.5.3.1.3, without the angle brackets. */
export const MAX_EMAIL = 254;

const LOCAL_PART = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+$/;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
/**
 * The characters that a domain with letters beyond ASCII may have. Any other character would have a
 * meaning in a URL.
 */
const DOMAIN_LETTERS = /^[a-z0-9.\u{80}-\u{10ffff}-]+$/u;

/** Why a text is not accepted as an e-mail address. */
export type EmailFault = "local_part" | "form";

/** Reads an e-mail address and gives its stored spelling, or says why the text is none. */
export function readEmail(text: string): { email: string } | { fault: EmailFault } {
  const typed = text.normalize("NFKC").trim();
  const at = typed.lastIndexOf("@");
  const localPart = typed.slice(0, at).toLowerCase();
  const domain = toDomain(typed.slice(at + 1));
  const email = `${localPart}@${domain ?? ""}`;
  if (at < 0 || domain === null || email.length > MAX_EMAIL) return { fault: "form" };
  if (LOCAL_PART.test(localPart)) return { email };
  return { fault: /[^\0-\x7f]/.test(localPart) ? "local_part" : "form" };
}

/** Gives the domain in A-labels, or null if the text is no domain. */
function toDomain(typed: string): string | null {
  const isPlain = /^[\0-\x7f]*$/.test(typed);
  const lower = isPlain ? typed.toLowerCase() : typed;
  const isEncoded = /(^|\.)xn--/.test(lower);
  const ascii = isPlain && !isEncoded ? lower : encode(typed);
  return ascii !== null && DOMAIN.test(ascii) ? ascii : null;
}

/**
 * Encodes a domain by the URL standard, which also checks A-labels that are in the text already.
 */
function encode(typed: string): string | null {
  if (!DOMAIN_LETTERS.test(typed.replaceAll(/[A-Z]/g, ""))) return null;
  return URL.parse(`http://${typed}/`)?.hostname ?? null;
}

/** Gives the stored spelling of a login name, which is an e-mail address or a user name. */
export function toLoginName(typed: string): string {
  const address = readEmail(typed);
  return "email" in address ? address.email : normaliseName(typed);
}

/** Gives an address as people are shown it: with the letters of its domain. */
export function showEmail(email: string): string {
  const at = email.lastIndexOf("@") + 1;
  const domain = email.slice(at);
  const shown = decode(domain);
  // A domain whose letters would be read as another domain stays in A-labels.
  return toDomain(shown) === domain ? email.slice(0, at) + shown : email;
}

function decode(domain: string): string {
  try {
    return toUnicode(domain);
  } catch {
    return domain;
  }
}

/**
 * Gives the stored spelling of the beginning of an address. The part after the @ is converted to
 * A-labels if it is a domain.
 */
export function toSearchedEmail(query: string): string {
  const folded = normaliseName(query);
  const at = folded.lastIndexOf("@") + 1;
  const domain = at > 0 ? toDomain(folded.slice(at)) : null;
  return folded.slice(0, at) + (domain ?? folded.slice(at));
}
