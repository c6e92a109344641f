/**
 * Where the service sends requests of its own: to URLs that the operator named, on the public internet. A URL
 * is checked when it is stored and again whenever it is called.
 *
 * A name may still resolve to a private address. At Cloudflare no request from a Worker reaches one, and the
 * local engine connects to none (scripts/local/engine.mjs).
 */

import type { Settings } from "../../env";
import { invalidField } from "../../problem";

/** A URL takes so many characters at most, in the spelling in which it is stored and called. */
export const MAX_URL = 2048;
/** Names that mean a machine nearby (RFC 6761 §6, RFC 6762 §3, RFC 8375, RFC 9476). */
const NEARBY =
  /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|lan|home|corp|home\.arpa|test|invalid|alt|onion)$/;
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

type Own = Pick<Settings, "issuerUrl">;

/** Gives the URL as it is stored. Throws `invalid_request` for one that must not be called. */
export function assertTarget(settings: Own, path: string[], text: string): string {
  const fault = faultOf(settings, text);
  if (fault !== null) throw invalidField(path, fault);
  return new URL(text).href;
}

/** What is wrong with a URL, or null. While the service is on localhost, so may be what it calls. */
export function faultOf({ issuerUrl }: Own, text: string): string | null {
  const url = URL.parse(text);
  if (!url) return "a URL that begins with https://.";
  if (url.href.length > MAX_URL) return `a URL of at most ${MAX_URL} characters.`;
  if (url.username || url.password) return "a URL without a user name and a password.";
  if (url.hash) return "a URL without a fragment.";
  if (isLoopback(url)) return isLoopback(new URL(issuerUrl)) ? null : "no address of this machine.";
  if (url.protocol !== "https:") return "a URL that begins with https://.";
  if (url.port !== "") return "a URL without a port.";
  return isPublicName(url.hostname) ? null : "a public host name, and no address.";
}

function isLoopback({ protocol, hostname }: URL): boolean {
  return /^https?:$/.test(protocol) && LOOPBACK.test(hostname);
}

/** An IPv4 address ends in a digit in every spelling, once it is parsed; an IPv6 address is in brackets. */
function isPublicName(hostname: string): boolean {
  const name = hostname.replace(/\.$/, "");
  return /^[^[]+\.[^.[\]]*[^\d.[\]]$/.test(name) && !NEARBY.test(name);
}
