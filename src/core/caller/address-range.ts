/**
 * Where the calls of an API key may come from: ranges in CIDR notation (RFC 4632, RFC 4291 §2.3).
 * A range is stored as its first and its last address, so that one comparison of texts in SQL says
 * whether an address is in it.
 */

import { convertIPv4ToBinary, convertIPv6ToBinary, distinctRemoteAddr } from "hono/utils/ipaddr";

/** First address, last address, and the range as it is shown. */
export type AddressRange = readonly [first: string, last: string, shown: string];

const BITS = 128;
const IPV4_BITS = 32;
/** IPv4 addresses are compared where they are mapped into IPv6 (RFC 4291 §2.5.5.2). */
const IPV4_MAPPED = 0xffffn << 32n;

/** Condition on an API key `k`: the call comes from an address that the key is good for. */
export const COMES_FROM_ALLOWED =
  `(k.addresses IS NULL OR EXISTS (SELECT 1 FROM json_each(k.addresses) r
  WHERE :from BETWEEN json_extract(r.value, '$[0]') AND json_extract(r.value, '$[1]')))` as const;

/** An address as 32 hexadecimal digits, or null for a text that is none. */
export function addressNumber(address: string): string | null {
  const number = numberOf(address);
  return number === null ? null : hex(number);
}

/** Null for a text that is neither an address nor a range, or has bits behind its prefix. */
export function readRange(text: string): AddressRange | null {
  const [address = "", prefix, ...rest] = text.split("/");
  const first = numberOf(address);
  const isIpv4 = !address.includes(":");
  const length = prefix === undefined ? BITS : readLength(prefix, isIpv4);
  if (first === null || length === null || rest.length > 0) return null;
  const others = (1n << BigInt(BITS - length)) - 1n;
  return (first & others) === 0n ? [hex(first), hex(first | others), text] : null;
}

/** The length of the prefix among the 128 bits. */
function readLength(prefix: string, isIpv4: boolean): number | null {
  if (!/^\d{1,3}$/.test(prefix)) return null;
  const length = Number(prefix) + (isIpv4 ? BITS - IPV4_BITS : 0);
  return length <= BITS ? length : null;
}

function numberOf(address: string): bigint | null {
  const kind = distinctRemoteAddr(address);
  if (kind === "IPv4") return IPV4_MAPPED | convertIPv4ToBinary(address);
  return kind === "IPv6" ? convertIPv6ToBinary(address) : null;
}

function hex(number: bigint): string {
  return number.toString(16).padStart(BITS / 4, "0");
}
