/** What holds for a log-in in any framework. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Stepgate } from "stepgate";
import { APP, FAULTS, REFUSALS, timeoutFor, WRONG_APPS } from "./faulty.mjs";

const NOBODY_LISTENS = "http://127.0.0.1:9";

/**
 * `open(client)` gives a browser of an app that has POST /log-in (`user`), POST /code (`code`) and
 * GET /me, which answers the user's id. `serverUrl()` is that of the faulty server.
 */
export function describeLogIn(open, serverUrl) {
  const clientOf = (fault, changed = {}) => {
    const url = `${serverUrl()}/${fault}`;
    return new Stepgate({
      url,
      key: "sg_key",
      appId: APP,
      timeoutMs: timeoutFor(fault),
      ...changed,
    });
  };
  const isOut = async (browser, page = "/log-in") => {
    const { status, location } = await browser.send("/me");
    assert.deepEqual([status, location], [303, page]);
  };
  const logIn = (browser) => browser.send("/log-in", { user: "ada" });
  const sendCode = (browser) => browser.send("/code", { code: "123456" });

  test("without a factor the password is enough", async () => {
    const browser = await open(clientOf("plain"));
    await isOut(browser);
    assert.equal((await logIn(browser)).location, "/me");
    assert.equal((await browser.send("/me")).text, "ada");
  });

  test("with a factor nothing is reachable before the code", async () => {
    const browser = await open(clientOf("needed+needed"));
    assert.equal((await logIn(browser)).location, "/code");
    await isOut(browser, "/code");
    assert.equal((await sendCode(browser)).location, "/me");
    assert.equal((await browser.send("/me")).text, "ada");
  });

  for (const fault of [...Object.keys(FAULTS), ...Object.keys(REFUSALS), ...WRONG_APPS]) {
    test(`the password logs nobody in where the service answers ${fault}`, async () => {
      const browser = await open(clientOf(fault));
      assert.equal((await logIn(browser)).status, 503);
      await isOut(browser);
    });
  }

  for (const fault of [...Object.keys(FAULTS), ...Object.keys(REFUSALS)]) {
    test(`the code logs nobody in where the service answers ${fault}`, async () => {
      const browser = await open(clientOf(`needed+${fault}`));
      await logIn(browser);
      assert.equal((await sendCode(browser)).status, 503);
      await isOut(browser, "/code");
    });
  }

  test("while the service is down nobody comes in", async () => {
    const browser = await open(clientOf("", { url: NOBODY_LISTENS }));
    assert.equal((await logIn(browser)).status, 503);
    await isOut(browser);
  });

  test("a log-in that fails ends the one before", async () => {
    let fault = "plain";
    const fetch = (url, init) => globalThis.fetch(url.replace("/any/", `/${fault}/`), init);
    const browser = await open(clientOf("any", { fetch }));
    await logIn(browser);
    assert.equal((await browser.send("/me")).text, "ada");
    fault = "portal";
    assert.equal((await logIn(browser)).status, 503);
    await isOut(browser);
  });

  test("the code has to come in five minutes, by a clock that does not run back", async () => {
    let moment = Date.now();
    const browser = await open(clientOf("needed+needed", { now: () => moment }));
    await logIn(browser);
    for (const seconds of [301, -10]) {
      moment += seconds * 1000;
      await isOut(browser);
      assert.equal((await sendCode(browser)).status, 401);
      moment -= seconds * 1000;
    }
    moment += 299_000;
    assert.equal((await sendCode(browser)).location, "/me");
  });

  test("a pending log-in is finished once, also by two at the same time", async () => {
    const browser = await open(clientOf("needed+needed"));
    await logIn(browser);
    const late = browser.copy();
    const copies = [browser, browser.copy(), browser.copy()];
    const answers = await Promise.all(copies.map(sendCode));
    const statuses = answers.map(({ status }) => String(status));
    assert.deepEqual(statuses.toSorted(), ["302", "401", "401"]);
    assert.equal((await sendCode(browser)).status, 401);
    await isOut(late);
  });

  test("a code without a log-in logs nobody in", async () => {
    const browser = await open(clientOf("needed+needed"));
    assert.equal((await sendCode(browser)).status, 401);
    await isOut(browser);
  });

  for (const [code, status, retryAfter] of [
    ["invalid_code", 422, null],
    ["locked", 429, "30"],
  ]) {
    test(`${code} is answered with ${status}, and the log-in goes on waiting`, async () => {
      const fetch = refusing(code);
      const browser = await open(clientOf("needed", { fetch }));
      await logIn(browser);
      const answer = await sendCode(browser);
      assert.deepEqual([answer.status, answer.retryAfter], [status, retryAfter]);
      await isOut(browser, "/code");
    });
  }
}

/** Asks the service, but for verifications. */
function refusing(code) {
  const headers = { "content-type": "application/problem+json" };
  if (code === "locked") headers["retry-after"] = "30";
  return async (url, init) => {
    if (init.method === "GET") return globalThis.fetch(url, init);
    return Response.json(
      { code, title: "No." },
      { status: code === "locked" ? 429 : 422, headers },
    );
  };
}
