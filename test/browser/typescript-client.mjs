/** The TypeScript client, bundled, in a page: through a back end that has the key, and with a signature made in the page. */

import assert from "node:assert/strict";
import { build } from "esbuild";
import { makeApp, makeKey } from "../../scripts/test-app.mjs";
import { PLACEHOLDER, withBackEnd } from "./support/back-end.mjs";
import { phoneFor } from "./support/phone.mjs";

export const name = "the TypeScript client in a page";

const CLIENT = new URL("../../clients/typescript/src/index.ts", import.meta.url).pathname;

export async function run({ baseUrl, adminToken, openPage, step }) {
  const { id: appId, key } = await makeApp(baseUrl, adminToken);
  const { key: signingKey } = await makeKey(baseUrl, adminToken, appId, { kind: "signing" });
  const files = { "/client.js": await bundle() };
  await withBackEnd({ baseUrl, key, files }, async (origin) => {
    const page = await openPage({ baseUrl: origin });
    await page.goto("/");
    const clientOf = (settings) =>
      clientIn(page, { url: origin, issuer: baseUrl, appId, ...settings });
    const { backupCodes } = await logIn(clientOf({ key: PLACEHOLDER }), page, step);
    step("a signature");
    const signing = clientOf({ key: signingKey });
    const { method } = await signing("verify", "ada", backupCodes[1]);
    assert.equal(method, "backup_code");
    await assert.rejects(signing("verify", "ada", backupCodes[1]), /InvalidCode/);
    step("a redirect");
    const moved = clientOf({ key: PLACEHOLDER, url: `${origin}/moved` });
    await assert.rejects(moved("check"), /Unavailable: 0 without a type/);
  });
}

async function bundle() {
  const built = await build({
    entryPoints: [CLIENT],
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  return built.outputFiles[0].text;
}

/** Calls a client with these settings, which is made in the page. */
function clientIn(page, settings) {
  return (call, ...given) =>
    page.evaluate(
      async (asked) => {
        const { Stepgate } = await import("/client.js");
        return new Stepgate(asked.settings)[asked.call](...asked.given);
      },
      { settings, call, given },
    );
}

async function logIn(client, page, step) {
  step("an enrolment");
  assert.equal(await client("needsCode", "ada"), false);
  const { id, uri } = await client("enrol", "ada");
  const phone = phoneFor(uri);
  const { backupCodes } = await client("confirm", "ada", id, await phone.code());
  step("a log-in");
  assert.equal(await client("needsCode", "ada"), true);
  await client("verify", "ada", await phone.code());
  await assert.rejects(client("verify", "ada", phone.wrongCode()), /InvalidCode/);
  step("an assertion");
  const { id: challengeId, token } = await client("challenge", "ada", { purpose: "pay" });
  const assertion = await answer(page, { token, code: backupCodes[0] });
  const { userId } = await client("verifyAssertion", assertion, { challengeId, purpose: "pay" });
  assert.equal(userId, "ada");
  return { backupCodes };
}

/** What the page does with the token: it has no key for it. */
function answer(page, given) {
  return page.evaluate(async (body) => {
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    return (await (await fetch("/v1/challenges/verify", init)).json()).assertion;
  }, given);
}
