import { beforeEach, describe, expect, it } from "vitest";
import { protect, register } from "../../account";
import { codeOf, createApp, enrolled, phoneWith, wrongCodeOf, type TestApp } from "../../service";
import {
  answerLink,
  challengeLink,
  enrolmentLink,
  pathOf,
  RETURN_URL,
  settings,
} from "../../links";
import { contents, rows } from "../../security/support";
import { faultsIn } from "../../form-faults";
import { keyOf, textOf, visitor, type View, type Visitor } from "../../visitor";
import { words } from "../../words";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings });
});

const targetOf = ({ response }: View) => response.headers.get("location");
const BACKUP_CODE = /[A-Z2-7]{4}(-[A-Z2-7]{4}){5}/;
const hasForm = ({ html }: View) => html.includes("<form");
const gistOf = (view: View) => ({
  status: view.status,
  form: hasForm(view),
  back: /href="([^"]+result=[^"]+)"/.exec(view.html)?.[1],
  text: textOf(view.html.replace(/^.*<h1>/s, "").replace(/<footer>.*/s, "")).trim(),
});
const BACK = words.links.back({ app: "Test app" });
const LOCKED = words.lockedFor({ time: "0:30" });
const OVER = {
  status: 401,
  form: false,
  back: `${RETURN_URL}?result=cancelled`,
  text: `${words.links.overTitle} ${words.problems.invalid_challenge} ${BACK}`,
};

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
    expect(textOf(last.html)).toContain(`${words.lastTry} ${LOCKED} ${BACK}`);
    expect(last.html).toContain(`href="${RETURN_URL}?result=cancelled"`);
    const next = await browser.submit({ code: codeOf(phone) });
    expect([next.status, hasForm(next)]).toEqual([429, false]);
    expect((await faultsIn(next.html)).summary).toBe(
      `${words.problems.invalid_challenge} ${LOCKED}`,
    );
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
    expect(gistOf(await visitor().get(path))).toEqual(OVER);
  });

  it("says so when it is opened after its answer", async () => {
    const { phone } = await enrolled(app, "ada");
    const link = await challengeLink(app, "ada");
    await answerLink(link, codeOf(phone));
    expect(gistOf(await visitor().get(pathOf(link)))).toEqual(OVER);
  });

  it("complains of no field that is not there", async () => {
    await enrolled(app, "ada");
    const path = pathOf(await challengeLink(app, "ada"));
    await app.v1("POST", "/users/ada/backup-codes");
    const view = await visitor().submit({ code: "x" }, path);
    expect([view.status, hasForm(view), view.html.includes("#code")]).toEqual([422, false, false]);
  });
});

describe("cancelling a challenge link", () => {
  it("leads back, and ends the challenge: not even a right code is accepted", async () => {
    const { phone } = await enrolled(app, "ada");
    const link = await challengeLink(app, "ada");
    const browser = visitor();
    await browser.get(pathOf(link));
    const back = await browser.submit({ cancel: "yes" });
    expect([back.status, targetOf(back)]).toEqual([303, `${RETURN_URL}?result=cancelled`]);
    await expect(answerLink(link, codeOf(phone))).rejects.toThrow("invalid_challenge");
    expect(gistOf(await visitor().get(pathOf(link)))).toEqual(OVER);
    expect(await (await app.verify("ada", codeOf(phone))).json()).toMatchObject({ valid: true });
  });

  it("a second time, or of one that is over, changes nothing", async () => {
    const { phone } = await enrolled(app, "ada");
    const [cancelled, answered] = [
      await challengeLink(app, "ada"),
      await challengeLink(app, "ada"),
    ];
    const cancel = async (link: { url: string }) =>
      targetOf(await visitor().submit({ cancel: "yes" }, pathOf(link)));
    await cancel(cancelled);
    await answerLink(answered, codeOf(phone));
    const before = await contents();
    for (const link of [cancelled, answered]) {
      expect(await cancel(link)).toBe(`${RETURN_URL}?result=cancelled`);
    }
    expect(await contents()).toEqual(before);
    expect(await rows("SELECT actor FROM audit_events WHERE type = 'challenge.cancelled'")).toEqual(
      [{ actor: `challenge:${cancelled.id}` }],
    );
  });
});

describe("an enrolment link that was followed to its end", () => {
  it("says so to its browser when the last page is reloaded, and leads back without backup codes", async () => {
    const browser = visitor();
    const { code, done } = await complete(browser, { returnUrl: RETURN_URL });
    expect(done.html).toMatch(BACKUP_CODE);
    for (const view of [await browser.submit({ code }), await browser.get("/enrol")]) {
      expect([view.status, hasForm(view)]).toEqual([200, false]);
      expect(textOf(view.html)).toContain(words.links.finished);
      expect(view.html).toContain(`href="${RETURN_URL}?result=success"`);
      expect(view.html).not.toMatch(BACKUP_CODE);
    }
  });

  it("says that the page can be closed where there is no way back", async () => {
    const browser = visitor();
    await complete(browser);
    expect(textOf((await browser.get("/enrol")).html)).toContain(words.links.canClose);
  });

  it("does not pretend that another link is finished", async () => {
    const browser = visitor();
    await complete(browser);
    const other = await enrolmentLink(app, "eve");
    await visitor().submit({}, pathOf(other));
    expect((await browser.get(pathOf(other))).status).toBe(410);
  });
});

describe("cancelling an enrolment link", () => {
  it("leads back, and ends it with what it was enrolling", async () => {
    const browser = visitor();
    const link = await enrolmentLink(app, "ada", { returnUrl: RETURN_URL });
    await browser.submit({}, pathOf(link));
    expect(await rows("SELECT state FROM authenticators")).toEqual([{ state: "pending" }]);
    const back = await browser.submit({ cancel: "yes" }, "/enrol");
    expect([back.status, targetOf(back)]).toEqual([303, `${RETURN_URL}?result=cancelled`]);
    expect(await rows("SELECT * FROM authenticators")).toEqual([]);
    for (const path of ["/enrol", pathOf(link)]) {
      expect((await browser.get(path)).status).toBe(410);
    }
    expect(await rows("SELECT actor FROM audit_events WHERE type = 'link.cancelled'")).toEqual([
      { actor: `link:${link.id}` },
    ]);
  });

  it("is for a user with a factor too, who keeps it", async () => {
    const { authenticatorId } = await enrolled(app, "ada");
    const browser = visitor();
    await browser.submit({}, pathOf(await enrolmentLink(app, "ada", { returnUrl: RETURN_URL })));
    expect((await browser.submit({ cancel: "yes" }, "/enrol")).status).toBe(303);
    expect(await rows("SELECT id FROM authenticators")).toEqual([{ id: authenticatorId }]);
  });

  it("is not offered where there is no way back", async () => {
    const browser = visitor();
    const view = await browser.submit({}, pathOf(await enrolmentLink(app, "ada")));
    expect(view.html).not.toContain('name="cancel"');
  });
});

/** Walks a new user through set-up. */
async function complete(browser: Visitor, body: object = {}) {
  const view = await browser.submit({}, pathOf(await enrolmentLink(app, "ada", body)));
  const key = keyOf(view);
  const code = codeOf(phoneWith(key));
  return { code, done: await browser.submit({ code }, "/enrol") };
}

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
    expect((await faultsIn(last.html)).summary).toBe(`${words.lastTry} ${LOCKED}`);
    expect(last.html).toContain('href="/account/login"');
    expect((await browser.get("/account/code")).at).toBe("/account/login");
  });
});

async function giveFiveTimes(path: string, code: string): Promise<void> {
  const browser = visitor();
  for (let times = 0; times < 5; times++) await browser.submit({ code }, path);
}
