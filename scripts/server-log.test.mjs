import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, scrub } from "./server-log.mjs";

const SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const LINK = "lnk_5f8a1c2d3e4b5a69.Zm9vYmFyYmF6cXV4";

/** What others print, and what is left of it. */
const LINES = [
  [`fetch failed: http://localhost:8000/api/validate?secret=${SECRET}`, "http://localhost:8000/…"],
  [`GET /Validate.aspx?Pin=123456&SecretCode=abc`, "GET /Validate.aspx?…"],
  [`url = "https://2fa.example.com/enrol/${LINK}#x"; failed`, 'url = "https://2fa.example.com/…"'],
  ["https://user:password@2fa.example.com", "https://2fa.example.com/…"],
  [`POST /enrol/${LINK}`, "POST /enrol/"],
  [`authorization: Bearer sg_AbCdEfGhIjKlMnOp1234567890`, "authorization: Bearer …"],
  ["\u001B[31mworkerd/io/worker.c++:286: failed\u001B[0m", "workerd/io/worker.c++:286: failed"],
];

test("what others print is shown without queries, paths of URLs and tokens", () => {
  for (const [line, rest] of LINES) {
    const shown = scrub(line);
    assert.ok(shown.includes(rest), shown);
    assert.doesNotMatch(shown, /JBSWY|Zm9v|5f8a|123456|password|AbCd|\[31m/);
  }
});

test("what says why something failed is still there", () => {
  const lines = [
    "*** Received signal #11: Segmentation fault",
    "Handler does not export connect().",
  ];
  for (const line of lines) assert.equal(scrub(line), line);
  assert.equal(scrub("stack: /usr/bin/workerd@0x5eb645b /usr/bin/workerd@0x5ea0c63"), "");
});

test("the Worker's lines go to stdout once the log is open, the rest to stderr at once", (t) => {
  const out = t.mock.method(console, "log", () => {});
  const err = t.mock.method(console, "error", () => {});
  const log = createLog();
  log.write('{"event":"first"}');
  log.write(`failed: http://localhost/?secret=${SECRET}`);
  assert.equal(out.mock.callCount(), 0);
  log.open();
  log.write('{"event":"second"}');
  assert.deepEqual(log.lines, ['{"event":"first"}']);
  assert.deepEqual(
    out.mock.calls.map((call) => call.arguments[0]),
    ['{"event":"second"}'],
  );
  assert.deepEqual(
    err.mock.calls.map((call) => call.arguments[0]),
    ["failed: http://localhost/…"],
  );
});
