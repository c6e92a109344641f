import { beforeEach, describe, expect, it } from "vitest";
import { register } from "../account";
import { visitor, type Visitor } from "../visitor";

let people = 0;
let browser: Visitor;

/** Logged in, without a second factor. */
beforeEach(async () => {
  const { email, password } = await register(`forms${people++}@example.com`);
  browser = visitor();
  await browser.get("/account/login");
  await browser.submit({ login: email, password });
});

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
      expect((await browser.get(`/account?done=${done}`)).html).not.toContain("notice good");
    },
  );
});
