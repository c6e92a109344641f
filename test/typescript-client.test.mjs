/** The TypeScript client in workerd, as a back end that is itself a Worker uses it. */

import { beforeEach, describe, expect, it } from "vitest";
import { InvalidCode, Refused, Stepgate, Unavailable } from "../clients/typescript/src/index";
import { admin, codeOf, createApp, enrolled, ORIGIN, phoneWith, send } from "./service";

let app;
let client;
beforeEach(async () => {
  app = await createApp();
  client = stepgate();
});

function stepgate(settings = {}) {
  const fetch = (url, init) => send(new Request(url, init));
  return new Stepgate({ url: ORIGIN, key: app.key, appId: app.id, fetch, ...settings });
}

describe("the TypeScript client in a Worker", () => {
  it("enrols, confirms, and takes a code once", async () => {
    const { id, secret } = await client.enrol("ada");
    expect(await client.needsCode("ada")).toBe(false);
    const code = codeOf(phoneWith(secret));
    const { backupCodes } = await client.confirm("ada", id, code);
    expect(await client.needsCode("ada")).toBe(true);
    await expect(client.verify("ada", code)).rejects.toThrow(InvalidCode);
    expect(await client.verify("ada", backupCodes[0])).toMatchObject({
      method: "backup_code",
    });
  });

  it("checks an assertion offline, for the challenge that was asked for", async () => {
    const { phone } = await enrolled(app, "ada");
    const { id: challengeId, token } = await client.challenge("ada", { purpose: "payment:4711" });
    const answer = await send(
      new Request(`${ORIGIN}/v1/challenges/verify`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token, code: codeOf(phone) }),
      }),
    );
    const { assertion } = await answer.json();
    const asked = { challengeId, purpose: "payment:4711" };
    expect(await client.verifyAssertion(assertion, asked)).toMatchObject({ userId: "ada" });
    const other = { challengeId, purpose: "payment:4712" };
    await expect(client.verifyAssertion(assertion, other)).rejects.toThrow(Refused);
  });

  it("signs its requests with a key for signing", async () => {
    const created = await admin("POST", `/apps/${app.id}/keys`, { body: { kind: "signing" } });
    const { key } = await created.json();
    const signing = stepgate({ key });
    const { id, secret } = await signing.enrol("ada");
    await signing.confirm("ada", id, codeOf(phoneWith(secret)));
    expect(await signing.needsCode("ada")).toBe(true);
  });

  it("answers nothing with another app's key, or where nobody answers", async () => {
    const other = await createApp();
    await expect(stepgate({ key: other.key }).needsCode("ada")).rejects.toThrow(app.id);
    const silent = new Stepgate({
      url: ORIGIN,
      key: app.key,
      appId: app.id,
      fetch: async () => {
        throw new TypeError("network");
      },
    });
    await expect(silent.needsCode("ada")).rejects.toThrow(Unavailable);
  });
});
