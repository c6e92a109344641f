/**
 * In front of the Worker on a machine of one's own, in the same isolate: what Cloudflare's edge does there. It says where a request comes
 * from, refuses what is no proper request, answers assets before the Worker, compresses pages, counts rate limits in memory, and runs what
 * is scheduled.
 * `worker.js` is the Worker's bundle.
 */

import { inTurns } from "./turns.js";
import worker from "./worker.js";

/** Of a browser about 20. */
const MAX_HEADERS = 100;
const READS = ["GET", "HEAD"];
/** Pages and what they load. An answer of the API is small. */
const COMPRESSED = /^(?:text\/(?:html|css|javascript)|image\/svg)/;

/** Nobody answered, as outbound.mjs says: then there is no answer, as at Cloudflare. */
const reach = globalThis.fetch;
globalThis.fetch = async (...request) => {
  const response = await reach(...request);
  if (response.headers.has("x-stepgate-unreachable")) throw new Error("no connection");
  return response;
};

/** Made once, because the Worker keeps its configuration by the identity of it. */
let local;

// oxlint-disable-next-line import/no-default-export -- A Worker is its module's default export.
export default {
  async fetch(request, env, context) {
    local ??= { ...withMemoryLimits(env), DB: inTurns(env.DB) };
    const { LOCAL } = env;
    // From the starter: nobody else knows the token.
    if (request.headers.get("x-stepgate-token") === LOCAL.cronToken) {
      const cron = request.headers.get("x-stepgate-cron");
      await worker.scheduled({ scheduledTime: Date.now(), cron }, local, context);
      return new Response(null, { status: 204 });
    }
    const fault = findFault(request);
    if (fault) return refuse(fault, env.ISSUER_URL);
    return compress(request, await answer(asReceived(request, env), env, context));
  },
};

async function answer(request, { ASSETS }, context) {
  const isAsset = new URL(request.url).pathname.startsWith("/assets/");
  if (isAsset && READS.includes(request.method)) {
    const asset = await ASSETS.fetch(request);
    if (asset.status !== 404) return asset;
  }
  return worker.fetch(request, local, context);
}

/** The runtime does it, where the header says so. */
function compress({ headers }, response) {
  const accepted = /\bgzip\b/.test(headers.get("accept-encoding") ?? "");
  const type = response.headers.get("content-type") ?? "";
  if (!accepted || !response.body || !COMPRESSED.test(type)) return response;
  const compressed = new Response(response.body, response);
  compressed.headers.delete("content-length");
  compressed.headers.set("content-encoding", "gzip");
  compressed.headers.append("vary", "accept-encoding");
  return compressed;
}

/** Header fields of one name come joined by commas. */
function findFault({ url, headers }) {
  if (headers.get("host")?.includes(",")) return "There is more than one Host.";
  if (!URL.canParse(url)) return "The Host is not one.";
  if ([...headers.keys()].length > MAX_HEADERS) return `More than ${MAX_HEADERS} header fields.`;
  return null;
}

/** As the Worker would (RFC 9457). */
function refuse(detail, issuer) {
  const code = "malformed_request";
  const title = "The request could not be read.";
  const problem = { type: `${issuer}/problems/${code}`, code, title, status: 400, detail };
  return Response.json(problem, {
    status: 400,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });
}

/** With the address that it came from in the header of the platform, and the scheme that the client sees: a proxy in front ends TLS. */
function asReceived(request, { ISSUER_URL, LOCAL }) {
  const url = new URL(request.url);
  const issuer = new URL(ISSUER_URL);
  if (url.host === issuer.host) url.protocol = issuer.protocol;
  const headers = new Headers(request.headers);
  // Never the client's own word.
  headers.delete("cf-connecting-ip");
  const address = addressOf(request, LOCAL.addressHeader);
  if (address) headers.set("cf-connecting-ip", address);
  return new Request(new Request(url, request), { headers });
}

/** The proxy's word where the operator says that there is one, of a list the end, which is its own; else who connected. */
function addressOf({ headers, cf }, header) {
  const told = header && headers.get(header)?.split(",").at(-1).trim();
  return told || cf?.clientIp?.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
}

/** Those of miniflare are a Durable Object with a SQL write a request, dearer than what they are in front of. */
function withMemoryLimits(env) {
  const limits = env.LOCAL.limits.map(({ name, simple }) => [name, memoryLimit(simple)]);
  return { ...env, ...Object.fromEntries(limits) };
}

/** So many of a key in each period; all are forgotten at its end. `periodSeconds` is counted from the epoch, as miniflare does. */
function memoryLimit({ limit, period: periodSeconds }) {
  let current;
  let counts;
  return {
    async limit({ key }) {
      const period = Math.floor(Date.now() / 1000 / periodSeconds);
      if (period !== current) [current, counts] = [period, new Map()];
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return { success: count <= limit };
    },
  };
}
