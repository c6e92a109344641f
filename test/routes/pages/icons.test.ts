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

/** What is wrong with a page's icons, if it draws at least `some`. */
function faultsOf(view: View, ...some: string[]) {
  const { drawn, outlines } = iconsOf(view);
  return {
    missing: [...drawn.difference(outlines), ...new Set(some).difference(drawn)],
    surplus: [...outlines.difference(drawn)],
    sprites: (view.html.match(/<svg class="sprite"/g) ?? []).length === (drawn.size > 0 ? 1 : 0),
  };
}
const FAULTLESS = { missing: [], surplus: [], sprites: true };

describe("a page", () => {
  it("has the outlines of the icons that it draws, and of no others", async () => {
    const browser = await loggedIn(await protect(await register("icons@example.com")));
    expect(
      faultsOf(await browser.get("/account"), "shield", "codes", "device", "lock", "user"),
    ).toEqual(FAULTLESS);
    expect(faultsOf(await browser.submit({}, "/account/backup-codes/saved"), "good")).toEqual(
      FAULTLESS,
    );
    await browser.get("/account/new-authenticator");
    expect(faultsOf(await browser.submit({ name: "" }), "phone", "copy")).toEqual(FAULTLESS);
    expect(faultsOf(await browser.submit({ code: "1" }), "bad")).toEqual(FAULTLESS);
    await browser.get("/account/backup-codes");
    expect(faultsOf(await browser.submit({}), "copy", "download", "print")).toEqual(FAULTLESS);
    expect(faultsOf(await browser.get("/account/nothing"))).toEqual(FAULTLESS);
  });

  it("has them too before the log-in, and where an app leads", async () => {
    const login = await visitor().get("/account/login");
    expect(faultsOf(login)).toEqual(FAULTLESS);
    expect(iconsOf(login).drawn.size).toBe(0);
    const app = await createApp({ settings });
    await enrolled(app, "ada");
    const link = await challengeLink(app, "ada", { purpose: "payment:4711" });
    expect(faultsOf(await visitor().get(pathOf(link)), "shield")).toEqual(FAULTLESS);
  });

  it("hides its icons from people who hear it, because words say all of it", async () => {
    const browser = await loggedIn(await protect(await register("icons-heard@example.com")));
    const { html } = await browser.get("/account");
    const pictures = html.match(/<svg[^>]*>/g) ?? [];
    expect(pictures.length).toBeGreaterThan(5);
    for (const picture of pictures) expect(picture).toContain('aria-hidden="true"');
  });
});
