/** Sends requests that no client library would send, for tests. */

import { connect } from "node:net";

const HOST = "Host: localhost\r\nX-Real-Ip: 192.0.2.200\r\n";
const JSON_BODY = `${HOST}Content-Type: application/json\r\n`;
const CHUNKED = `POST /auth/login HTTP/1.1\r\n${JSON_BODY}Transfer-Encoding: chunked\r\n\r\n`;

/** Malformed requests, by what is wrong with them. */
export const MALFORMED = {
  "two Host headers": `GET /readyz HTTP/1.1\r\n${HOST}Host: other.example\r\n\r\n`,
  "no Host header": "GET /readyz HTTP/1.1\r\n\r\n",
  "a Host header that is none": "GET /readyz HTTP/1.1\r\nHost: a b/%%\r\n\r\n",
  "a chunk size beyond every number": `${CHUNKED}FFFFFFFFFFFFFFFFFFFF\r\nabc`,
  "a chunk size that is no number": `${CHUNKED}zz\r\nabc`,
  "OPTIONS *": `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`,
  "2,000 headers": `GET /readyz HTTP/1.1\r\n${HOST}${manyHeaders(2000, 10)}\r\n`,
  "2,000 long headers": `GET /readyz HTTP/1.1\r\n${HOST}${manyHeaders(2000, 1000)}\r\n`,
  "two lengths": `POST /auth/login HTTP/1.1\r\n${JSON_BODY}Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}abc`,
  "a negative length": `POST /auth/login HTTP/1.1\r\n${JSON_BODY}Content-Length: -5\r\n\r\n{}`,
  "no HTTP": "\u0016\u0003\u0001\u0002\u0000\r\n\r\n",
};

function manyHeaders(count, length) {
  const fields = Array.from({ length: count }, (_, at) => `X-${at}: ${"a".repeat(length)}\r\n`);
  return fields.join("");
}

/** The service waits ten seconds for the body. */
export const BODY_THAT_NEVER_COMES = `POST /auth/login HTTP/1.1\r\n${JSON_BODY}Content-Length: 100\r\n\r\n`;

/**
 * Sends `text` and answers everything that comes back until the server closes, or has been quiet
 * for `quietMs` after an answer.
 */
export function sendRaw(port, text, { host = "127.0.0.1", quietMs = 300 } = {}) {
  return new Promise((done) => {
    let answer = "";
    let timer;
    const socket = connect(port, host, () => socket.write(text));
    socket.setEncoding("latin1").on("data", (chunk) => {
      answer += chunk;
      clearTimeout(timer);
      timer = setTimeout(() => socket.destroy(), quietMs);
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      done({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0), answer });
    });
  });
}
