/**
 * Where a request comes from: the platform's word only. `X-Forwarded-For` and `Forwarded` are the
 * client's and are not read.
 */

import type { Context } from "hono";
import type { Source } from "../core/audit";
import type { Client } from "../core/attempt-counters";
import type { AppEnv } from "./context";
import { ownCookie } from "./cookies";

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
export function sourceOf(c: Context): Source {
  return { ip: addressOf(c), userAgent: c.req.header("user-agent")?.slice(0, 512) };
}

/** For the counters of wrong passwords too. */
export function clientOf(c: Context<AppEnv>): Client {
  const address = addressOf(c);
  return {
    ...sourceOf(c),
    network: addressKey(address),
    site: siteKey(address),
    browser: ownCookie(c, BROWSER) ?? "",
  };
}

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
