/**
 * The load generator, a process of its own: closed loop, `concurrency` keep-alive connections, each sending its next request when the
 * answer to the last one is there. Codes are computed when they are sent. Every answer has to be a 200 with `valid: true`.
 */

import { createHmac } from "node:crypto";
import { Agent, request as send } from "node:http";

const PERIOD_MS = 30_000;

process.on("message", async (job) => {
  try {
    process.send({ result: await run(job) });
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});

/** `collect` keeps the bodies (for challenges made in advance); otherwise each must say `valid: true`. */
async function run({ port, concurrency, requests, collect }) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const milliseconds = [];
  const bodies = [];
  let next = 0;
  const started = performance.now();
  const worker = async () => {
    while (next < requests.length) {
      const at = next++;
      const sent = performance.now();
      const { status, body } = await call(agent, port, requests[at]);
      milliseconds.push(performance.now() - sent);
      if (collect) bodies[at] = JSON.parse(body);
      else if (status !== 200 || JSON.parse(body).valid !== true) {
        throw new Error(`wrong answer: ${status} ${body} to ${requests[at].path}`);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  return { seconds, milliseconds, bodies };
}

function call(agent, port, { path, headers, body, secret }) {
  const text = JSON.stringify(secret ? { ...body, code: codeNow(secret) } : body);
  return new Promise((resolve, reject) => {
    const outgoing = send({
      agent,
      port,
      host: "127.0.0.1",
      method: "POST",
      path,
      headers: { "content-type": "application/json", "content-length": text.length, ...headers },
    });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.end(text);
  });
}

/** RFC 6238, by Node: what the phone shows. */
function codeNow(secret) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / PERIOD_MS)));
  const mac = createHmac("sha1", Buffer.from(secret, "hex")).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 0x0f) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}
