import { beforeEach, describe, expect, it } from "vitest";
import { protect, register } from "../../account";
import { codeOf, createApp, enrolled, wrongCodeOf, type TestApp } from "../../helpers";
import { answerLink, challengeLink, RETURN_URL, settings } from "../../links";
import { textOf, visitor, type View } from "../../visitor";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings });
});

const pathOf = (link: { url: string }) => new URL(link.url).pathname;
const hasForm = ({ html }: View) => html.includes("<form");

describe("the page of a challenge link that is over", () => {
  it("says with the fifth wrong code that this was the last try, how long codes are refused, and leads back", async () => {
    const { phone } = await enrolled(app, "ada");
    const browser = visitor();
    await browser.get(pathOf(await challengeLink(app, "ada")));
    for (let times = 0; times < 4; times++) {
      expect(hasForm(await browser.submit({ code: wrongCodeOf(phone) }))).toBe(true);
    }
    const last = await browser.submit({ code: wrongCodeOf(phone) });
    expect([last.status, last.response.headers.get("retry-after")]).toEqual([422, "30"]);
    expect(hasForm(last)).toBe(false);
    expect(textOf(last.html)).toContain(
      "this was the last try. Start again. Too many wrong codes. Wait 30 seconds. Back to Test app",
    );
    expect(last.html).toContain(`href="${RETURN_URL}?result=cancelled"`);
    const next = await browser.submit({ code: codeOf(phone) });
    expect([next.status, hasForm(next)]).toEqual([429, false]);
    expect(textOf(next.html)).toContain("Start again. Too many wrong codes. Wait 30 seconds.");
  });

  it("has a form still when the user is locked and the challenge has tries left", async () => {
    const { phone } = await enrolled(app, "ada");
    const path = pathOf(await challengeLink(app, "ada"));
    for (let times = 0; times < 5; times++) await app.verify("ada", wrongCodeOf(phone));
    const browser = visitor();
    expect(hasForm(await browser.get(path))).toBe(true);
    const locked = await browser.submit({ code: codeOf(phone) });
    expect([locked.status, hasForm(locked)]).toEqual([429, true]);
  });

  const ENDS: [string, (path: string, wrong: string) => Promise<unknown>][] = [
    ["after five wrong codes", (path, wrong) => giveFiveTimes(path, wrong)],
    ["after a change of the user's factors", () => app.v1("POST", "/users/ada/backup-codes")],
    ["after the user's deletion", () => app.v1("DELETE", "/users/ada")],
  ];
  it.each(ENDS)("says so when it is opened %s", async (_name, end) => {
    const { phone } = await enrolled(app, "ada");
    const path = pathOf(await challengeLink(app, "ada"));
    await end(path, wrongCodeOf(phone));
    expectOver(await visitor().get(path));
  });

  it("says so when it is opened after its answer", async () => {
    const { phone } = await enrolled(app, "ada");
    const link = await challengeLink(app, "ada");
    await answerLink(link, codeOf(phone));
    expectOver(await visitor().get(pathOf(link)));
  });

  it("complains of no field that is not there", async () => {
    await enrolled(app, "ada");
    const path = pathOf(await challengeLink(app, "ada"));
    await app.v1("POST", "/users/ada/backup-codes");
    const view = await visitor().submit({ code: "x" }, path);
    expect([view.status, hasForm(view), view.html.includes("#code")]).toEqual([422, false, false]);
  });
});

describe("the second page of a log-in", () => {
  it("ends with the fifth wrong code, says how long codes are refused, and leads to the first", async () => {
    const person = await protect(await register("ada@example.com"));
    const browser = visitor();
    await browser.get("/account/login");
    await browser.submit({ login: person.email, password: person.password });
    const wrong = { code: wrongCodeOf(person.phone) };
    for (let times = 0; times < 4; times++) await browser.submit(wrong);
    const last = await browser.submit(wrong);
    expect([last.status, hasForm(last)]).toEqual([422, false]);
    expect(last.html).toContain('data-countdown="30"');
    expect(textOf(last.html)).toContain("this was the last try. Start again.");
    expect(last.html).toContain('href="/account/login"');
    expect((await browser.get("/account/code")).at).toBe("/account/login");
  });
});

async function giveFiveTimes(path: string, code: string): Promise<void> {
  const browser = visitor();
  for (let times = 0; times < 5; times++) await browser.submit({ code }, path);
}

function expectOver(view: View): void {
  expect([view.status, hasForm(view)]).toEqual([401, false]);
  expect(textOf(view.html)).toContain("or was done already. Start again. Back to Test app");
  expect(view.html).toContain(`href="${RETURN_URL}?result=cancelled"`);
}
