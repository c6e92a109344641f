/** A server each of whose first path segments answers in another way that is not plain. */

import { createServer } from "node:http";

export const APP = "app_here";
/** That a client of the slow paths waits. The others do not depend on how busy the machine is. */
export const PATIENCE_MS = 400;
export const SLOW = ["silent", "trickle", "trickledHead"];

const JSON_TYPE = { "content-type": "application/json" };
const PROBLEM_TYPE = { "content-type": "application/problem+json" };
const PORTAL = "<!doctype html><title>Log in to the network</title>";

/** Somebody without a second factor: the one answer that lets in. */
export function userAnswer(userId, changed = {}) {
  return {
    appId: APP,
    userId,
    known: false,
    twoFactor: false,
    authenticators: [],
    backupCodes: { remaining: 0 },
    lockedUntil: null,
    capped: false,
    rebindingRequired: false,
    disabled: false,
    ...changed,
  };
}

const APP_ANSWER = {
  id: APP,
  name: "Here",
  issuer: "Here",
  key: { scopes: ["verify"], expiresAt: null },
};

/** For the user of the path; also what a verification gets. The check of the key goes well. */
export const FAULTS = {
  otherApp: (to, id) => json(to, userAnswer(id, { appId: "app_other" })),
  otherUser: (to) => json(to, userAnswer("somebody-else")),
  otherForm: (to) => json(to, userAnswer("e\u0301")),
  textFalse: (to, id) => json(to, userAnswer(id, { twoFactor: "false" })),
  zero: (to, id) => json(to, userAnswer(id, { twoFactor: 0 })),
  null: (to, id) => json(to, userAnswer(id, { twoFactor: null })),
  missing: (to, id) => json(to, userAnswer(id, { twoFactor: undefined })),
  inherited: (to, id) => send(to, 200, JSON_TYPE, withPrototype(userAnswer(id))),
  empty: (to) => json(to, {}),
  nothing: (to) => send(to, 200, JSON_TYPE, ""),
  listed: (to, id) => json(to, [userAnswer(id)]),
  noContent: (to) => send(to, 204, {}, ""),
  created: (to, id) => json(to, userAnswer(id), 201),
  accepted: (to, id) => json(to, userAnswer(id), 202),
  status500: (to, id) => json(to, userAnswer(id), 500),
  problem503: (to) => problem(to, 503, "unavailable"),
  page404: (to, id) => json(to, userAnswer(id), 404),
  page429: (to, id) =>
    send(to, 429, { "content-type": "text/html" }, JSON.stringify(userAnswer(id))),
  portal: (to) => send(to, 200, { "content-type": "text/html" }, PORTAL),
  portalAsJson: (to) => send(to, 200, JSON_TYPE, PORTAL),
  jsonAsPage: (to, id) =>
    send(to, 200, { "content-type": "text/html" }, JSON.stringify(userAnswer(id))),
  typeless: (to, id) => send(to, 200, {}, JSON.stringify(userAnswer(id))),
  truncated: (to, id) => send(to, 200, JSON_TYPE, JSON.stringify(userAnswer(id)).slice(0, -1)),
  notText: (to, id) =>
    send(to, 200, JSON_TYPE, Buffer.from(JSON.stringify(userAnswer(id, { x: "é" })), "latin1")),
  redirect: (to, id) => json(to, userAnswer(id), 302, { location: `/plain/v1/users/${id}` }),
  keptRedirect: (to, id) => json(to, userAnswer(id), 307, { location: `/plain/v1/users/${id}` }),
  huge: (to, id) => json(to, userAnswer(id, { filler: "x".repeat(1024 * 1024) })),
  endless,
  half,
  cut,
  hangUp: (to) => to.destroy(),
  silent: () => {},
  trickle,
  trickledHead,
};

/** Those that the service itself could have answered. */
export const REFUSALS = {
  status429: (to) => problem(to, 429, "rate_limited", { "retry-after": "60" }),
  status401: (to) => problem(to, 401, "unauthorized"),
};

const FINE = { plain: (to, id) => json(to, userAnswer(id)), needed: answerNeeded };
/** The key is not good, or is of another app, or it is another server altogether. */
const WRONG_APP = {
  wrongKey: (to) => problem(to, 401, "unauthorized"),
  otherKey: (to) => json(to, { ...APP_ANSWER, id: "app_other" }),
  otherServer: (to) => send(to, 200, { "content-type": "text/html" }, "<h1>It works!</h1>"),
};
export const WRONG_APPS = Object.keys(WRONG_APP);

/** The time limit for a client of a path, in milliseconds. */
export function timeoutFor(path) {
  return SLOW.some((fault) => path.endsWith(fault)) ? PATIENCE_MS : 10_000;
}

/** Listens until `close()`. `seen` has every request but the checks of the key. */
export async function startFaulty() {
  const seen = [];
  const server = createServer(async (request, response) => {
    const [, fault, , ...rest] = request.url.split("/");
    const [name, under = name] = fault.split("+");
    let body = "";
    for await (const chunk of request) body += chunk;
    if (rest[0] === "app") {
      (WRONG_APP[name] ?? answerApp)(response);
      return;
    }
    seen.push({ method: request.method, path: request.url, headers: request.headers, body });
    const isVerification = request.method === "POST" && under !== name;
    const answer = { ...FAULTS, ...REFUSALS, ...FINE }[isVerification ? under : name];
    (answer ?? FINE.plain)(response, decodeURIComponent(rest[1] ?? ""), request);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const close = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, seen, close };
}

function answerApp(to) {
  json(to, APP_ANSWER);
}

/** A user with a factor, whose every code is right. */
function answerNeeded(to, id, request) {
  if (request.method === "GET") return json(to, userAnswer(id, { known: true, twoFactor: true }));
  json(to, { valid: true, method: "totp", backupCodes: { remaining: 10 } });
}

function withPrototype(answer) {
  const { twoFactor, ...rest } = answer;
  return `{"__proto__":{"twoFactor":${twoFactor}},${JSON.stringify(rest).slice(1)}`;
}

function half(to, id) {
  const text = JSON.stringify(userAnswer(id));
  to.writeHead(200, { ...JSON_TYPE, "content-length": text.length * 2 });
  to.write(text, () => to.destroy());
}

/** Ends in the middle, as chunks do whose connection breaks. */
function cut(to, id) {
  to.writeHead(200, JSON_TYPE);
  to.write(JSON.stringify(userAnswer(id)), () => setTimeout(() => to.destroy(), 20));
}

function endless(to) {
  to.writeHead(200, JSON_TYPE);
  const chunk = " ".repeat(64 * 1024);
  const more = () => {
    while (!to.destroyed && to.write(chunk));
  };
  to.on("drain", more);
  more();
}

/** A piece comes well before each read would give up, and all of it too late. */
function trickle(to, id) {
  const text = JSON.stringify(userAnswer(id));
  to.writeHead(200, { ...JSON_TYPE, "content-length": text.length });
  drip(text, (piece) => to.write(piece));
}

function trickledHead(to) {
  drip("HTTP/1.1 200 OK\r\nx-filler: aaaaaaaaaaaaaaaaaaaaaaaaa\r\n", (piece) =>
    to.socket?.write(piece),
  );
}

function drip(text, write) {
  const size = Math.ceil(text.length / 20);
  const timer = setInterval(() => {
    write(text.slice(0, size));
    text = text.slice(size);
    if (text === "") clearInterval(timer);
  }, PATIENCE_MS / 5);
  timer.unref();
}

function problem(to, status, code, headers = {}) {
  send(to, status, { ...PROBLEM_TYPE, ...headers }, JSON.stringify({ code, title: "No.", status }));
}

function json(to, body, status = 200, headers = {}) {
  send(to, status, { ...JSON_TYPE, ...headers }, JSON.stringify(body));
}

function send(to, status, headers, body) {
  to.writeHead(status, headers).end(body);
}
