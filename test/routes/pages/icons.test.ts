import { describe, expect, it } from "vitest";
import { protect, register } from "../../account";
import { challengeLink, pathOf, settings } from "../../links";
import { loggedIn } from "../../security/together-support";
import { createApp, enrolled } from "../../service";
import { visitor, type View } from "../../visitor";

const setOf = ({ html }: View, form: RegExp) =>
  new Set([...html.matchAll(form)].map(([, name]) => name));

/** The icons that a page draws, and those whose outlines it has. */
function iconsOf(view: View) {
  return {
    drawn: setOf(view, /<use href="#icon-(\w+)"/g),
    outlines: setOf(view, /<symbol id="icon-(\w+)"/g),
  };
}

function expectOwnIcons(view: View, ...some: string[]): void {
  const { drawn, outlines } = iconsOf(view);
  expect(outlines).toEqual(drawn);
  expect([...drawn]).toEqual(expect.arrayContaining(some));
  expect(view.html.match(/<svg class="sprite"/g) ?? []).toHaveLength(drawn.size > 0 ? 1 : 0);
}

describe("a page", () => {
  it("has the outlines of the icons that it draws, and of no others", async () => {
    const browser = await loggedIn(await protect(await register("icons@example.com")));
    expectOwnIcons(await browser.get("/account"), "shield", "codes", "device", "lock", "user");
    expectOwnIcons(await browser.submit({}, "/account/backup-codes/saved"), "good");
    await browser.get("/account/new-authenticator");
    expectOwnIcons(await browser.submit({ name: "" }), "phone", "copy");
    expectOwnIcons(await browser.submit({ code: "1" }), "bad");
    await browser.get("/account/backup-codes");
    expectOwnIcons(await browser.submit({}), "copy", "download", "print");
    expectOwnIcons(await browser.get("/account/nothing"));
  });

  it("has them too before the log-in, and where an app leads", async () => {
    const login = await visitor().get("/account/login");
    expectOwnIcons(login);
    expect(iconsOf(login).drawn.size).toBe(0);
    const app = await createApp({ settings });
    await enrolled(app, "ada");
    const link = await challengeLink(app, "ada", { purpose: "payment:4711" });
    expectOwnIcons(await visitor().get(pathOf(link)), "shield");
  });

  it("hides its icons from people who hear it, because words say all of it", async () => {
    const browser = await loggedIn(await protect(await register("icons-heard@example.com")));
    const { html } = await browser.get("/account");
    const pictures = html.match(/<svg[^>]*>/g) ?? [];
    expect(pictures.length).toBeGreaterThan(5);
    for (const picture of pictures) expect(picture).toContain('aria-hidden="true"');
  });
});
