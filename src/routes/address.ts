/**
 * The address that a request comes from, according to the platform alone. `X-Forwarded-For` and
 * `Forwarded` come from the client and are not read.
 */

import type { Context } from "hono";
import type { Client } from "../core/account/attempt-counters";
import type { RequestSource } from "../env";
import type { AppEnv } from "./context";
import { ownCookie } from "./cookies";

/** How many characters of a user agent are kept. */
export const MAX_USER_AGENT = 512;

/** The cookie that says that this browser has logged in before. */
export const BROWSER = "stepgate-browser";

/**
 * The client's address. Behind Cloudflare's edge this cannot be forged. A local server passes the
 * client's own header through.
 */
export function addressOf(c: Context): string | undefined {
  return c.req.header("cf-connecting-ip");
}

/** The address and the browser, for the audit trail. */
export function sourceOf(c: Context): Pick<RequestSource, "ip" | "userAgent"> {
  const userAgent = c.req.header("user-agent")?.slice(0, MAX_USER_AGENT) ?? null;
  return { ip: addressOf(c) ?? null, userAgent };
}

/** The client, for the counters of wrong passwords. */
export function clientOf(c: Context<AppEnv>): Client {
  const address = addressOf(c);
  return {
    network: addressKey(address),
    site: siteKey(address),
    browser: ownCookie(c, BROWSER) ?? "",
  };
}

/**
 * Gives the one spelling of an address (RFC 5952). An IPv4 address is dotted even if it comes
 * mapped into IPv6. Null for a text that is no address. An address with a zone is none, because a
 * zone means nothing on another machine.
 */
export function canonicalAddress(text: string): string | null {
  if (IPV4.test(text)) return text;
  const groups = IPV6.test(text) ? expand(text) : null;
  if (!groups) return null;
  const mapped = /^0:0:0:0:0:ffff:(\w+):(\w+)$/.exec(groups.join(":"));
  if (!mapped) return new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const octets = mapped.slice(1).flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return octets.join(".");
}

/** A rough check. The URL standard decides whether it is an address. */
const IPV6 = /^[\da-f:.]*:[\da-f:.]*$/i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/**
 * The key that limits by address count by. An IPv6 customer has at least a /64, so a /64 counts as
 * one address.
 */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return "unknown";
  if (isIpv4(address)) return address;
  const groups = expand(address);
  return groups ? `${groups.slice(0, 4).join(":")}::/64` : "unknown";
}

/**
 * The /48 of an IPv6 address, because one customer may have all of it. Null for any other address.
 */
export function siteKey(address: string | undefined): string | null {
  const groups = address === undefined || isIpv4(address) ? null : expand(address);
  return groups && `${groups.slice(0, 3).join(":")}::/48`;
}

/**
 * An IPv4 address mapped into IPv6 (RFC 4291 §2.5.5.2) counts as IPv4, because its /64 would be
 * everybody's.
 */
function isIpv4(address: string): boolean {
  return !address.includes(":") || /^::ffff:/i.test(address);
}

/**
 * The eight groups of an IPv6 address (RFC 4291 §2.2), in the normal form of the URL standard. Null
 * for a text that is no address.
 */
function expand(address: string): string[] | null {
  const url = URL.parse(`http://[${address}]/`);
  if (!url) return null;
  const [head = "", tail] = url.hostname.slice(1, -1).split("::");
  const left = head.split(":").filter(Boolean);
  const right = (tail ?? "").split(":").filter(Boolean);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right];
}
