/** What goes into a request: the address, the key, ids, proofs, and for whom it is made. */

import { Refused } from "./errors.js";
import type { ProofBody } from "./shapes.js";
import { isSigningKey, signingKeyId } from "./signature.js";

/** Of the service; the first ones are kept. */
const USER_AGENT_LENGTH = 512;
const LOOPBACK = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const IPV4 = /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$/;

/** The end user's address and browser, for the audit trail. They count for no limit. */
export interface Visitor {
  readonly ip?: string | null | undefined;
  readonly userAgent?: string | null | undefined;
}

/** Of the active factor: a code as typed, or the id of an answered `factor_change` challenge. */
export type Proof =
  | { readonly code: string; readonly challengeId?: never }
  | { readonly challengeId: string; readonly code?: never };

export type VisitorHeaders = {
  "Stepgate-User-Ip"?: string;
  "Stepgate-User-Agent"?: string;
};

/** An address that is none is left out, so that it cannot fail a log-in. */
export function visitorHeaders(visitor: Visitor = {}): VisitorHeaders {
  const headers: VisitorHeaders = {};
  if (isAddress(visitor.ip)) headers["Stepgate-User-Ip"] = visitor.ip;
  if (visitor.userAgent) headers["Stepgate-User-Agent"] = printable(visitor.userAgent);
  return headers;
}

/** @throws {TypeError} unless it is one of the two kinds. */
export function proofBody(proof: Proof | undefined): ProofBody | undefined {
  if (proof === undefined) return undefined;
  const { code, challengeId } = proof;
  if (typeof code === "string" && challengeId === undefined) return { code };
  if (typeof challengeId === "string" && code === undefined) return { challengeId };
  throw new TypeError("A proof is either a code or the id of a challenge.");
}

/**
 * An id as it can stand in a path. What is no string is refused, and not sent as a word: nobody is
 * called `undefined`.
 *
 * @throws {Refused} `invalid_request`
 */
export function checkedId(id: unknown): string {
  if (typeof id === "string" && !["", ".", ".."].includes(id) && isWellFormed(id)) return id;
  throw new Refused({
    code: "invalid_request",
    status: 422,
    title: "The request does not have the documented form.",
    detail: `${typeof id === "string" ? JSON.stringify(id) : typeof id} can be no id in a path.`,
  });
}

/**
 * The address without the slash at its end. A code and a key are sent there, so that plain http is
 * for this machine only.
 *
 * @throws {TypeError}
 */
export function checkedUrl(given: string): string {
  const url = parsedUrl(given);
  const isSafe =
    url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  if (!isSafe) throw new TypeError(`${given} is neither https nor http on this machine.`);
  if (url.search || url.hash || url.username || url.password) {
    throw new TypeError("A base URL has no query, no fragment and no password.");
  }
  return url.href.replace(/\/+$/, "");
}

export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/** @throws {TypeError} for what no header can hold, or half a signing key. It does not show the key. */
export function checkedKey(key: string): string {
  if (typeof key !== "string" || !/^[!-~]+$/.test(key)) {
    throw new TypeError("The key is empty, or has a blank or a line end in it.");
  }
  if (isSigningKey(key)) signingKeyId(key);
  return key;
}

function parsedUrl(given: string): URL {
  try {
    return new URL(given);
  } catch (cause) {
    throw new TypeError(`${given} is no URL.`, { cause });
  }
}

function isWellFormed(id: string): boolean {
  try {
    return encodeURIComponent(id) !== "";
  } catch {
    return false;
  }
}

function isAddress(ip: string | null | undefined): ip is string {
  if (!ip) return false;
  return IPV4.test(ip) || (/^[\da-f:.]+$/i.test(ip) && URL.canParse(`http://[${ip}]/`));
}

/** Header values are ASCII. */
function printable(userAgent: string): string {
  const shown = userAgent.slice(0, USER_AGENT_LENGTH).replaceAll(/[^ -~]/g, "?");
  return shown.trim() || "?";
}
