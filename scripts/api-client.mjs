/** Calls the API and tells what the calls do: method, path, and the answer in a few words. */

import { Refusal } from "./refusal.mjs";

const PATIENCE_MS = 15_000;

/**
 * Makes a caller for one server. It answers `{ status, body, retryAfter }`, the last in seconds, and
 * throws a Refusal if no answer comes. `manners` are header fields that go with every call.
 */
export function connect(baseUrl, manners = {}) {
  return async (method, path, { token, json, say } = {}) => {
    const answer = await send(baseUrl, { method, path, token, json, manners });
    if (say !== undefined) console.log(narrate({ method, path, json, answer, say }));
    return answer;
  };
}

async function send(baseUrl, { method, path, token, json, manners }) {
  const headers = {
    ...manners,
    ...(token && { authorization: `Bearer ${token}` }),
    ...(json && { "content-type": "application/json" }),
  };
  try {
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers,
      ...(json && { body: JSON.stringify(json) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const retryAfter = Number(response.headers.get("retry-after") ?? 0);
    return { status: response.status, body: parse(await response.text()), retryAfter };
  } catch (error) {
    const start = "Start it in another terminal with `npm start`.";
    throw new Refusal(`No answer from ${baseUrl}. ${start}`, { cause: error });
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function narrate({ method, path, json, answer: { status, body }, say }) {
  const sent = json ? ` ${JSON.stringify(json, shortenTexts)}` : "";
  const told = body?.code ? body.code : typeof say === "function" ? say(body) : say;
  return `   ${method} ${path}${sent}\n     → ${status} ${told}`;
}

/** Shortens each text, so that a long token hides nothing of what is sent beside it. */
function shortenTexts(_name, value) {
  return typeof value === "string" ? shorten(value, 32) : value;
}

/** Keeps the beginning and the end, because tokens of one session begin alike. */
export function shorten(text, length) {
  return text.length > length ? `${text.slice(0, length - 5)}…${text.slice(-4)}` : text;
}

/**
 * Gives the body if the answer has this status. Otherwise throws a Refusal that says what was
 * answered.
 */
export function expectStatus(expected, { status, body }, what) {
  if (status === expected) return body;
  const told = body?.code ? ` ${body.code}: ${body.title} ${body.detail ?? ""}` : "";
  throw new Refusal(`${what}: expected ${expected}, got ${status}${told}`.trim());
}
