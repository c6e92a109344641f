import { beforeEach, describe, expect, it } from "vitest";
import { logIn as passwordStep, PASSWORD, protect, register } from "../../account";
import {
  admin,
  codeOf,
  createApp,
  elapse,
  enrolled,
  phoneWith,
  wrongCodeOf,
  type TestApp,
} from "../../service";
import {
  challengeLink,
  enrolmentLink,
  pathOf,
  redeem,
  RETURN_URL,
  settings,
  tokenOf,
  type Link,
} from "../../links";
import { contents, firstCode } from "../../security/support";
import { keyOf, textOf, visitor, type View } from "../../visitor";
import { words } from "../../words";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings });
});

const policyOf = ({ response }: View) => response.headers.get("content-security-policy") ?? "";
const targetOf = ({ response }: View) => response.headers.get("location");

let users = 0;
const newUser = () => `linked-${users++}`;

/** Follows a link as far as the QR code. */
async function open(link: Link, browser = visitor()) {
  await browser.get(pathOf(link));
  return { browser, view: await browser.submit({}) };
}

describe("the page of an enrolment link", () => {
  it("walks a user through set-up in the app's name, and back", async () => {
    const userId = newUser();
    const returnUrl = `${RETURN_URL}?state=42`;
    const link = await enrolmentLink(app, userId, { accountName: "ada@shop", returnUrl });
    const { browser, view } = await open(link);
    expect(view.at).toBe("/enrol");
    expect(view.title).toBe(`${words.setUp.title} · Test app`);
    expect(textOf(view.html)).toContain(`${words.setUp.accountName} ada@shop`);
    const phone = phoneWith(keyOf(view));
    expect((await browser.submit({ code: wrongCodeOf(phone) })).status).toBe(422);
    const saving = await browser.submit({ code: codeOf(phone) });
    expect(new Set(saving.html.match(/[A-Z2-7]{4}(-[A-Z2-7]{4}){5}/g)).size).toBe(10);
    expect(saving.html).toContain(`href="${returnUrl}&amp;result=success"`);
    elapse(30);
    expect(await (await app.verify(userId, codeOf(phone))).json()).toMatchObject({ valid: true });
    expect((await browser.get(pathOf(link))).status).toBe(410);
  });

  it("makes nothing for whoever only fetches it", async () => {
    const link = await enrolmentLink(app, newUser());
    const before = await contents();
    for (let fetches = 0; fetches < 3; fetches++) {
      expect((await visitor().get(pathOf(link))).status).toBe(200);
    }
    expect(await contents()).toEqual(before);
  });

  it("belongs to the browser that opened it", async () => {
    const link = await enrolmentLink(app, newUser());
    const { browser, view } = await open(link);
    const other = visitor();
    expect((await other.get(pathOf(link))).status).toBe(410);
    expect((await other.submit({}, pathOf(link))).status).toBe(410);
    expect((await other.get("/enrol")).status).toBe(410);
    expect(keyOf(await browser.get(pathOf(link)))).toBe(keyOf(view));
  });

  it("asks for a code of an active factor first, and leads straight back without backup codes", async () => {
    const user = await enrolled(app, newUser());
    const link = await enrolmentLink(app, user.userId, { returnUrl: RETURN_URL });
    const { browser, view } = await open(link);
    expect(keyOf(view)).toBe("");
    expect(textOf(view.html)).toContain(words.links.proveFirst);
    expect((await browser.submit({ code: wrongCodeOf(user.phone) })).status).toBe(422);
    const setUp = await browser.submit({ code: firstCode(user) });
    expect(policyOf(setUp)).toContain("form-action 'self' https://shop.example.net");
    const done = await browser.submit({ code: codeOf(phoneWith(keyOf(setUp))) });
    expect([done.status, targetOf(done)]).toEqual([303, `${RETURN_URL}?result=success`]);
  });

  it("starts again after five wrong codes", async () => {
    const { browser, view } = await open(await enrolmentLink(app, newUser()));
    const wrong = { code: wrongCodeOf(phoneWith(keyOf(view))) };
    for (let tries = 0; tries < 5; tries++) await browser.submit(wrong);
    const again = await browser.submit({});
    expect(keyOf(again)).toMatch(/^[A-Z2-7]{32}$/);
    expect(keyOf(again)).not.toBe(keyOf(view));
  });

  it("says that it can be closed, where there is no way back", async () => {
    const { browser, view } = await open(await enrolmentLink(app, newUser()));
    const done = await browser.submit({ code: codeOf(phoneWith(keyOf(view))) });
    expect(textOf(done.html)).toContain(words.links.canClose);
    expect(policyOf(done)).toMatch(/form-action 'self'$/);
  });

  it("serves the rebinding link of an operator's reset; the password is needed all the same", async () => {
    const person = await protect(await register("reset-by-link@example.com"));
    const body = { reason: "Lost phone" };
    const reset = await admin("POST", `/users/${person.id}/reset`, { body });
    const { rebindUrl } = await reset.json<{ rebindUrl: string }>();
    const browser = visitor();
    expect(textOf((await browser.get(pathOf({ url: rebindUrl }))).html)).toContain("Stepgate");
    const view = await browser.submit({});
    expect(textOf(view.html)).toContain(`${words.setUp.accountName} ${person.email}`);
    const phone = phoneWith(keyOf(view));
    await browser.submit({ code: codeOf(phone) });
    elapse(30);
    expect((await browser.get("/account")).at).toContain("/account/login");
    expect(await (await passwordStep(person)).json()).toMatchObject({
      status: "second_factor_required",
    });
    await browser.submit({ login: person.email, password: PASSWORD });
    expect((await browser.submit({ code: codeOf(phone) })).at).toBe("/account");
  });
});

describe("the page of a challenge link", () => {
  it("asks for a code and leads back with another, which the back end redeems", async () => {
    const user = await enrolled(app, newUser());
    const purpose = `payment:<b>4711</b>`;
    const link = await challengeLink(app, user.userId, { purpose });
    const browser = visitor();
    const page = await browser.get(pathOf(link));
    expect(textOf(page.html)).toContain(
      `${words.links.asksForCode({ app: "Test app" })} ${words.links.purpose} payment:<b>4711</b>`,
    );
    expect(page.html).not.toContain("<b>");
    expect(policyOf(page)).toContain("form-action 'self' https://shop.example.net");
    expect((await browser.submit({ code: wrongCodeOf(user.phone) })).status).toBe(422);
    const code = codeOf(user.phone);
    const done = await browser.submit({ code });
    const target = new URL(targetOf(done) ?? "");
    expect([done.status, target.origin + target.pathname]).toEqual([303, RETURN_URL]);
    expect(Object.fromEntries(target.searchParams)).toEqual({
      result: "success",
      code: expect.stringMatching(/^[a-z2-7]{52}$/),
    });
    expect(target.href).not.toContain(code);
    const redeemed = await redeem(app, target.searchParams.get("code") ?? "");
    expect(await redeemed.json()).toMatchObject({ id: link.id, userId: user.userId, purpose });
    elapse(30);
    const late = await browser.submit({ code: codeOf(user.phone) });
    expect([late.status, late.html.includes('name="code"')]).toEqual([401, false]);
  });

  it("is none for a token that is not one", async () => {
    const user = await enrolled(app, newUser());
    const { token } = await (
      await app.v1("POST", "/challenges", { body: { userId: user.userId } })
    ).json<{ token: string }>();
    for (const other of [token, "sgc_x", tokenOf(await enrolmentLink(app, newUser()))]) {
      const view = await visitor().get(`/challenge/${other}`);
      expect([view.status, view.response.headers.get("location")]).toEqual([401, null]);
    }
  });
});
