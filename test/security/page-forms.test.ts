import { beforeEach, describe, expect, it } from "vitest";
import { register } from "../account";
import { textOf, visitor, type Visitor } from "../visitor";
import { words } from "../words";

let people = 0;
let browser: Visitor;

/** Logged in, without a second factor. */
beforeEach(async () => {
  const { email, password } = await register(`forms${people++}@example.com`);
  browser = visitor();
  await browser.get("/account/login");
  await browser.submit({ login: email, password });
});

const OURS = { "sec-fetch-site": "same-origin" };

describe("a page that is sent what no form of ours sends", () => {
  it("says what it asks for", async () => {
    const views = [
      await browser.submit({}, "/account/prove"),
      await browser.submit({ password: "x".repeat(1025) }, "/account/prove"),
    ];
    for (const { status, html } of views) {
      expect(status).toBe(422);
      expect(html).not.toContain("undefined");
    }
  });

  it.each(["constructor", "toString", "__proto__"])(
    "says nothing for a word that it does not know: %s",
    async (done) => {
      const { html } = await browser.get(`/account?done=${done}`, OURS);
      expect(html).not.toContain("notice good");
    },
  );

  it.each([
    ["a page of ours", OURS, true],
    ["a stranger's link", { "sec-fetch-site": "cross-site" }, false],
    ["a mail", { "sec-fetch-site": "none" }, false],
    ["a browser that does not say", {}, false],
  ])("claims that something was done on the way from %s: %o, %s", async (_, headers, told) => {
    const claims = {
      "/account?done=password": words.account.done.password,
      "/account?done=email": words.account.done.email,
      "/account/login?done=logged_out": words.login.loggedOut,
      "/account/login?done=reset": words.login.reset,
      "/console/sign-in?done=signed_out": words.console.signIn.signedOut,
    };
    for (const [path, message] of Object.entries(claims)) {
      const { html } = await browser.get(path, headers);
      expect({ path, told: textOf(html).includes(message) }).toEqual({ path, told });
      const [, inGerman = ""] = /href="([^"]*lang=de)"/.exec(html) ?? [];
      expect({ path, told: inGerman.includes("done=") }).toEqual({ path, told });
    }
  });
});
