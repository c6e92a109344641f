/**
 * Where a request comes from: the platform's word only. `X-Forwarded-For` and `Forwarded` are the
 * client's and are not read.
 */

import type { Context } from "hono";
import type { Client } from "../core/account/attempt-counters";
import type { RequestSource } from "../env";
import type { AppEnv } from "./context";
import { ownCookie } from "./cookies";

/** What is kept of a user agent, in characters. */
export const MAX_USER_AGENT = 512;

/** Says that this browser has logged in before. */
export const BROWSER = "stepgate-browser";

/**
 * Behind Cloudflare's edge this cannot be forged; a local server passes the client's own header
 * through.
 */
export function addressOf(c: Context): string | undefined {
  return c.req.header("cf-connecting-ip");
}

/** For the audit trail. */
export function sourceOf(c: Context): Omit<RequestSource, "id"> {
  const userAgent = c.req.header("user-agent")?.slice(0, MAX_USER_AGENT) ?? null;
  return { ip: addressOf(c) ?? null, userAgent };
}

/** For the counters of wrong passwords. */
export function clientOf(c: Context<AppEnv>): Client {
  const address = addressOf(c);
  return {
    network: addressKey(address),
    site: siteKey(address),
    browser: ownCookie(c, BROWSER) ?? "",
  };
}

/**
 * One spelling of each address (RFC 5952): an IPv4 one is dotted also where it comes mapped into
 * IPv6. Null for what is none; a zone means nothing on another machine.
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

/** Whether it is one is for the URL standard to say. */
const IPV6 = /^[\da-f:.]*:[\da-f:.]*$/i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** What limits by address count by: an IPv6 customer has at least a /64, so that is one address. */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return "unknown";
  if (isIpv4(address)) return address;
  const groups = expand(address);
  return groups ? `${groups.slice(0, 4).join(":")}::/64` : "unknown";
}

/** The /48 of an IPv6 address, of which one customer may have all; null for any other. */
export function siteKey(address: string | undefined): string | null {
  const groups = address === undefined || isIpv4(address) ? null : expand(address);
  return groups && `${groups.slice(0, 3).join(":")}::/48`;
}

/** Also as mapped into IPv6 (RFC 4291 §2.5.5.2), where a /64 would be everybody. */
function isIpv4(address: string): boolean {
  return !address.includes(":") || /^::ffff:/i.test(address);
}

/**
 * The eight groups of an IPv6 address (RFC 4291 §2.2), in the normal form of the URL standard; null
 * for what is none.
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
