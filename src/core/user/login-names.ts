/**
 * What people log in with, in the one spelling that is stored and compared, and as it is shown.
 *
 * E-mail addresses are taken as browsers take them in `<input type="email">` (WHATWG HTML
 * §4.10.5.1.5), and so are domains in letters beyond ASCII. These are stored in the form that the DNS has (A-labels,
 * UTS 46), so that every spelling of a domain is one, and shown in their letters.
 *
 * Letters beyond ASCII before the @ (SMTPUTF8, RFC 6531) are not taken: whether two spellings are one
 * mailbox is for the host to say, and much mail software cannot write to them.
 */

import { toUnicode } from "punycode/punycode.es6.js";

/**
 * One spelling of a user name: NFKC, lower case, trimmed. What is equal so is the same; done twice it
 * changes nothing.
 */
export function normaliseName(text: string): string {
  return text.normalize("NFKC").toLowerCase().normalize("NFKC").trim();
}

/** RFC 5321 §4.5.3.1.3, without the angle brackets. */
export const MAX_EMAIL = 254;

const LOCAL_PART = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+$/;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
/** Of a domain that is not all ASCII; anything else would mean something in a URL. */
const DOMAIN_LETTERS = /^[a-z0-9.\u{80}-\u{10ffff}-]+$/u;

/** Why a text is no address here. */
export type EmailFault = "local_part" | "form";

/** In the one spelling that is stored and compared. */
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

/** In A-labels; null for what is no domain. */
function toDomain(typed: string): string | null {
  const isPlain = /^[\0-\x7f]*$/.test(typed);
  const lower = isPlain ? typed.toLowerCase() : typed;
  const isEncoded = /(^|\.)xn--/.test(lower);
  const ascii = isPlain && !isEncoded ? lower : encode(typed);
  return ascii !== null && DOMAIN.test(ascii) ? ascii : null;
}

/** By the URL standard, which also checks what is encoded already. */
function encode(typed: string): string | null {
  if (!DOMAIN_LETTERS.test(typed.replaceAll(/[A-Z]/g, ""))) return null;
  return URL.parse(`http://${typed}/`)?.hostname ?? null;
}

/** What somebody logs in with, in the spelling in which it is stored: an address, or a user name. */
export function toLoginName(typed: string): string {
  const address = readEmail(typed);
  return "email" in address ? address.email : normaliseName(typed);
}

/** For people: with the letters of the domain. */
export function showEmail(email: string): string {
  const at = email.lastIndexOf("@") + 1;
  const domain = email.slice(at);
  const shown = decode(domain);
  // What would be read as another domain is shown as it is.
  return toDomain(shown) === domain ? email.slice(0, at) + shown : email;
}

function decode(domain: string): string {
  try {
    return toUnicode(domain);
  } catch {
    return domain;
  }
}

/** The beginning of an address as it is stored: what follows the @ in A-labels, where that is a domain. */
export function toSearchedEmail(query: string): string {
  const folded = normaliseName(query);
  const at = folded.lastIndexOf("@") + 1;
  const domain = at > 0 ? toDomain(folded.slice(at)) : null;
  return folded.slice(0, at) + (domain ?? folded.slice(at));
}
