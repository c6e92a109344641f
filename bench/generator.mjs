/**
 * The load generator, a process of its own: closed loop, `concurrency` keep-alive connections, each sending its next request when the
 * answer to the last one is there. Codes are computed when they are sent. Every answer has to be the expected one.
 */

import { Agent, request as send } from "node:http";
import { codeNow } from "./phone.mjs";

const VALID = { status: 200, has: { valid: true } };

process.on("message", async (job) => {
  try {
    process.send({ result: await run(job) });
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});

/**
 * All requests, and then what follows on the answers: who has to type a code does not have it at hand the moment that the password is
 * accepted. The time of a request is its own and that of what follows on it. `collect` keeps the bodies of the first answers.
 */
async function run({ port, concurrency, requests, collect }) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const through = { agent, port, concurrency };
  const first = await sendAll(through, requests);
  const sequels = requests.flatMap(({ next }, at) =>
    next ? [sequel(next, first.bodies[at])] : [],
  );
  const second = await sendAll(through, sequels);
  agent.destroy();
  return {
    seconds: first.seconds + second.seconds,
    milliseconds: first.milliseconds.map((own, at) => own + (second.milliseconds[at] ?? 0)),
    bodies: collect ? first.bodies : [],
  };
}

/** A request that carries one field of an answer, or nothing. */
function sequel({ carry, ...request }, body) {
  return carry === undefined ? request : { ...request, body: { [carry]: body[carry] } };
}

/** `milliseconds` and `bodies` in the order of the requests. */
async function sendAll({ agent, port, concurrency }, requests) {
  const milliseconds = [];
  const bodies = [];
  let next = 0;
  const started = performance.now();
  const worker = async () => {
    while (next < requests.length) {
      const at = next++;
      const sent = performance.now();
      const answer = await call(agent, port, requests[at]);
      milliseconds[at] = performance.now() - sent;
      bodies[at] = readBody(answer, requests[at]);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { seconds: (performance.now() - started) / 1000, milliseconds, bodies };
}

function readBody({ status, body: text }, { path, expected = VALID }) {
  // Of a page, which is no JSON, its end.
  const { includes } = expected;
  if (includes !== undefined && status === expected.status && text.includes(includes)) return null;
  const body = JSON.parse(text);
  const fields = Object.entries(expected.has ?? {});
  if (status === expected.status && fields.every(([name, value]) => body[name] === value)) {
    return body;
  }
  throw new Error(`wrong answer: ${status} ${text} to ${path}`);
}

function call(agent, port, { method = "POST", path, headers, body, secret, stepsAhead }) {
  const json = JSON.stringify(secret ? { ...body, code: codeNow(secret, stepsAhead) } : body);
  const text = method === "GET" ? "" : json;
  const sent = { "content-type": "application/json", "content-length": text.length };
  return new Promise((resolve, reject) => {
    const outgoing = send({
      agent,
      port,
      host: "127.0.0.1",
      method,
      path,
      headers: { ...(method !== "GET" && sent), ...headers },
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
