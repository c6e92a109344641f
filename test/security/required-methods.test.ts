/** What a hook requires of a challenge is kept by the service, whatever clients do and KV forgets. */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { challengeLink, pathOf, settings } from "../links";
import {
  admin,
  codeOf,
  createApp,
  enrolled,
  problemCode,
  type EnrolledUser,
  type TestApp,
} from "../service";
import { visitor } from "../visitor";
import { hooked, requires } from "../webhooks/hooks";
import { answer, attempts, challengeFor, isAccepted, storedUser } from "./support";

let app: TestApp;
let user: EnrolledUser;
beforeEach(async () => {
  app = await createApp({ settings });
  user = await enrolled(app, "ada");
});

async function forgetHints(): Promise<void> {
  const { keys } = await env.KV.list();
  await Promise.all(keys.map(({ name }) => env.KV.delete(name)));
}

describe("a challenge that takes only codes of the app", () => {
  it.each([
    ["with KV", async () => {}],
    ["after KV lost it", forgetHints],
  ])(
    "refuses a backup code %s, charges nothing, and leaves both codes good",
    async (_, meanwhile) => {
      await hooked(app, requires("totp"));
      const { token } = await challengeFor(app, "ada");
      await meanwhile();
      const [backupCode = ""] = user.backupCodes;
      for (const typed of [backupCode, backupCode.toLowerCase(), ` ${backupCode} `]) {
        const refused = await answer(token, typed);
        expect([refused.status, await problemCode(refused)]).toEqual([422, "method_not_accepted"]);
      }
      expect(await attempts("failure")).toBe(0);
      expect((await storedUser("ada")).failures).toBe(0);
      expect(await isAccepted(await answer(token, codeOf(user.phone)))).toBe(true);
      expect(await isAccepted(await app.verify("ada", backupCode))).toBe(true);
    },
  );

  it("refuses it where the challenge is repeated with its Idempotency-Key", async () => {
    await hooked(app, requires("totp"));
    const headers = { "idempotency-key": "one" };
    const ask = () => app.v1("POST", "/challenges", { body: { userId: "ada" }, headers });
    for (const response of [await ask(), await ask()]) {
      const { token, methods } = await response.json<{ token: string; methods: string[] }>();
      expect(methods).toEqual(["totp"]);
      const refused = await answer(token, user.backupCodes[0]);
      expect(await problemCode(refused)).toBe("method_not_accepted");
    }
  });

  it("stays so when the hook is gone", async () => {
    await hooked(app, requires("totp"));
    const { token } = await challengeFor(app, "ada");
    await admin("DELETE", `/apps/${app.id}/hook`);
    const refused = await answer(token, user.backupCodes[0]);
    expect(await problemCode(refused)).toBe("method_not_accepted");
  });

  it("refuses it on the page of a link too, which offers no backup code", async () => {
    await hooked(app, requires("totp"));
    const path = `${pathOf(await challengeLink(app, "ada"))}?with=backup_code`;
    const browser = visitor();
    const shown = await browser.get(path);
    expect(shown.html).toContain('autocomplete="one-time-code"');
    expect(shown.html).not.toContain("Use a backup code instead");
    const refused = await browser.submit({ code: user.backupCodes[0] ?? "" });
    expect(refused.status).toBe(422);
    expect(refused.html).toContain("This kind of code can&#39;t be used this time.");
    const left = await browser.submit({ code: codeOf(user.phone) });
    expect(left.response.headers.get("location")).toContain("result=success");
  });
});

it("a challenge that takes only backup codes refuses one of the app", async () => {
  await hooked(app, requires("backup_code"));
  const { token } = await challengeFor(app, "ada");
  expect(await problemCode(await answer(token, codeOf(user.phone)))).toBe("method_not_accepted");
  expect(await isAccepted(await answer(token, user.backupCodes[0]))).toBe(true);
});
