import { beforeEach, describe, expect, it } from "vitest";
import { loadOpenedLink } from "../../src/core/enrolment-link/browser";
import { admin, createApp, enrolled, problemCode, type TestApp } from "../service";
import {
  askForChallengeLink,
  askForLink,
  enrolmentLink,
  inCore,
  opened,
  RETURN_URL,
  settings,
} from "../links";
import { contents } from "./support";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings });
});

/** Addresses that look like the registered one to somebody who does not take care. */
const TRICKS = [
  "https://evil.test/2fa/done",
  `${RETURN_URL}/more`,
  `${RETURN_URL}x`,
  "https://shop.example.net/2fa/done/../other",
  "https://shop.example.net/2fa",
  "https://shop.example.net/",
  "https://shop.example.net.evil.test/2fa/done",
  "https://shop.example.net@evil.test/2fa/done",
  "https://user@shop.example.net/2fa/done",
  "https://shop.example.net:8443/2fa/done",
  "http://shop.example.net/2fa/done",
  "https://evil.test\\@shop.example.net/2fa/done",
  "https://shop.example.net\\@evil.test/2fa/done",
  "https:\\\\evil.test/2fa/done",
  "https://shop.example.net/2fa%2Fdone",
  "https://shop.example.net/2FA/done",
  "javascript:location='https://shop.example.net/2fa/done'",
  "data:text/html,https://shop.example.net/2fa/done",
];
const NO_URLS = ["/2fa/done", "//shop.example.net/2fa/done", "shop.example.net", `${RETURN_URL}#x`];

describe("a return URL", () => {
  it.each(TRICKS)("%s is refused", async (returnUrl) => {
    await enrolled(app, "ada");
    const before = await contents();
    for (const ask of [askForLink, askForChallengeLink]) {
      const response = await ask(app, "ada", { returnUrl });
      expect([response.status, await problemCode(response)]).toEqual([
        422,
        "return_url_not_registered",
      ]);
    }
    expect(await contents()).toEqual(before);
  });

  it.each([...NO_URLS, `${RETURN_URL}?result=success`, `${RETURN_URL}?a=1&code=stolen`])(
    "%s is no address that a result could be added to",
    async (returnUrl) => {
      for (const ask of [askForLink, askForChallengeLink]) {
        expect(await problemCode(await ask(app, "ada", { returnUrl }))).toBe("invalid_request");
      }
    },
  );

  it.each([
    "https://*/done",
    "https://*.example.net/done",
    "https://a;sandbox/done",
    "https://a,b/",
  ])(
    "%s is not registered: its host would be read as something else in a policy",
    async (returnUrl) => {
      const body = { name: "Shop", settings: { returnUrls: [returnUrl] } };
      expect(await problemCode(await admin("POST", "/apps", { body }))).toBe("invalid_request");
      const kept = await admin("PATCH", `/apps/${app.id}`, { body: { settings: body.settings } });
      expect(await problemCode(kept)).toBe("invalid_request");
    },
  );

  it("is kept as a browser reads it", async () => {
    const returnUrl = " https://SHOP.example.net:443/2fa/./done?a=\t1";
    const link = await enrolmentLink(app, "ada", { returnUrl });
    const browser = await opened(link);
    const page = await inCore((deps) => loadOpenedLink(deps, browser));
    expect(page.returnUrl).toBe(`${RETURN_URL}?a=1`);
  });

  it("is refused to an app that has registered none", async () => {
    const bare = await createApp();
    const refused = await askForLink(bare, "ada", { returnUrl: RETURN_URL });
    expect(await problemCode(refused)).toBe("return_url_not_registered");
  });
});
