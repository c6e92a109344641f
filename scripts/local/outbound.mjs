/**
 * What the Worker's own requests reach from this machine: the public internet, and this machine itself if the service is on localhost. The
 * network that the machine is in is not reached, whatever a name resolves to: the address is checked where the connection is made
 * (src/core/outgoing/target.ts checks the URL before). At Cloudflare the platform sees to that.
 */

import { lookup } from "node:dns";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { BlockList, isIP } from "node:net";
import { Readable } from "node:stream";
import { Response } from "miniflare";

/** Tells front.js that nobody answered. */
export const UNREACHABLE = "x-stepgate-unreachable";

/** Special-purpose ranges that are not globally reachable (RFC 6890), and multicast. */
const NEARBY = blockList([
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
  ["::", 128],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
]);
const LOOPBACK = blockList([
  ["127.0.0.0", 8],
  ["::1", 128],
]);

/** Answers the requests of a Worker whose origin is this one. Its mail provider may be anywhere. */
export function createOutbound(issuer, mailUrl) {
  const { hostname } = new URL(issuer);
  const isLocal = hostname === "localhost" || contains(LOOPBACK, bare(hostname));
  const mayReach = (address) =>
    contains(LOOPBACK, address) ? isLocal : !contains(NEARBY, address);
  const isMail = ({ url }) => Boolean(mailUrl) && new URL(url).origin === new URL(mailUrl).origin;
  return (request) =>
    pass(request, isMail(request) ? () => true : mayReach).catch(() => unreachable());
}

function unreachable() {
  return new Response(null, { status: 502, headers: { [UNREACHABLE]: "1" } });
}

async function pass(request, mayReach) {
  const url = new URL(request.url);
  const host = bare(url.hostname);
  if (isIP(host) && !mayReach(host)) return unreachable();
  const body = Buffer.from(await request.arrayBuffer());
  const headers = Object.fromEntries(request.headers);
  const { promise, resolve, reject } = Promise.withResolvers();
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  const sent = send(url, {
    method: request.method,
    headers: { ...headers, host: url.host, "content-length": body.length },
    lookup: guarded(mayReach),
    signal: request.signal,
  });
  sent.on("response", resolve).on("error", reject).end(body);
  const answer = await promise;
  const isEmpty = [204, 205, 304].includes(answer.statusCode);
  if (isEmpty) answer.resume();
  return new Response(isEmpty ? null : Readable.toWeb(answer), {
    status: answer.statusCode,
    headers: Object.entries(answer.headersDistinct).flatMap(([name, values]) =>
      values.map((value) => [name, value]),
    ),
  });
}

/** Resolves a name, and fails if any of its addresses must not be reached. */
function guarded(mayReach) {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error);
      if (!found.every(({ address }) => mayReach(address)))
        return callback(new Error("not public"));
      const [{ address, family }] = found;
      return options.all ? callback(null, found) : callback(null, address, family);
    });
  };
}

function blockList(ranges) {
  const list = new BlockList();
  for (const [address, length] of ranges) list.addSubnet(address, length, kindOf(address));
  return list;
}

/** IPv4 addresses that are mapped into IPv6 count as what they are. */
function contains(list, address) {
  const kind = kindOf(address);
  return kind !== null && list.check(address, kind);
}

function kindOf(address) {
  const version = isIP(address);
  return version === 0 ? null : `ipv${version}`;
}

function bare(hostname) {
  return hostname.replace(/^\[|\]$/g, "");
}
