import { beforeEach, describe, expect, it } from "vitest";
import { everywhere } from "../../databases";
import { brandStyle } from "../../../src/routes/pages/brand";
import { sha256 } from "../../../src/crypto/sha256";
import { PASSWORD, register } from "../../account";
import { currentBindings } from "../../bindings";
import { metered } from "../../d1-meter";
import {
  askForChallengeLink,
  challengeLink,
  enrolmentLink,
  pathOf,
  redeem,
  settings,
} from "../../links";
import { putLogo, SQUARE } from "../../logos";
import {
  admin,
  codeOf,
  createApp,
  elapse,
  enrolled,
  ORIGIN,
  send,
  type TestApp,
} from "../../service";
import { textOf, visitor, type View } from "../../visitor";

const BRAND = {
  displayName: "Ada's <b>Shop</b>",
  accentColor: "#ffe600",
  supportUrl: "https://shop.example.net/help",
};

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings });
});

async function brand(appId: string): Promise<void> {
  await admin("PATCH", `/apps/${appId}`, { body: { brand: BRAND } });
  await putLogo(appId, SQUARE);
}

const policyOf = ({ response }: View) => response.headers.get("content-security-policy") ?? "";
const sourcesOf = (view: View) => /style-src ([^;]*)/.exec(policyOf(view))?.[1];
const styleOf = ({ html }: View) => /<style>([^<]*)<\/style>/.exec(html)?.[1];

/** What every page of a branded app has. */
async function expectBranded(view: View, appId: string): Promise<void> {
  const style = styleOf(view) ?? "";
  expect(style).toBe(
    ":root{--accent:#796c00;--on-accent:#ffffff}" +
      "@media(prefers-color-scheme:dark){:root{--accent:#ffe600;--on-accent:#000000}}",
  );
  expect(sourcesOf(view)).toBe(`'self' 'sha256-${(await sha256(style)).toBase64()}'`);
  expect(policyOf(view)).not.toMatch(/unsafe|\*/);
  expect(view.title).toContain("· Ada&#39;s &lt;b&gt;Shop");
  expect(view.html).not.toContain("<b>");
  expect(view.html).toMatch(new RegExp(`<img src="/logos/${appId}/[0-9a-f]{16}" alt=""`));
  expect(view.html).toContain(`href="${BRAND.supportUrl}" target="_blank" rel="noopener"`);
}

describe("the brand of an app", () => {
  it("is on every page of an enrolment link", async () => {
    await brand(app.id);
    const link = await enrolmentLink(app, "ada");
    const browser = visitor();
    const start = await browser.get(pathOf(link));
    await expectBranded(start, app.id);
    expect(textOf(start.html)).toContain("Ada's <b>Shop</b>");
    const step = await browser.submit({});
    await expectBranded(step, app.id);
    // The authenticator app shows the issuer, as over the API.
    expect(step.html).toContain("issuer=Test%20app");
    const wrong = await browser.submit({ code: "12" });
    expect(wrong.status).toBe(422);
    await expectBranded(wrong, app.id);
  });

  it("is on the page of a challenge link, also when it is over", async () => {
    await brand(app.id);
    const { phone } = await enrolled(app, "ada");
    const link = await challengeLink(app, "ada");
    const browser = visitor();
    const page = await browser.get(pathOf(link));
    await expectBranded(page, app.id);
    expect(policyOf(page)).toContain("form-action 'self' https://shop.example.net");
    await browser.submit({ code: codeOf(phone) });
    await expectBranded(await browser.get(pathOf(link)), app.id);
  });

  it("is on a link that was made before it", async () => {
    await enrolled(app, "ada");
    const link = await challengeLink(app, "ada");
    await brand(app.id);
    const page = await visitor().get(pathOf(link));
    expect(page.status).toBe(200);
    await expectBranded(page, app.id);
  });

  it("is on the pages of accounts, if it is that of `accounts`", async () => {
    await brand("accounts");
    const person = await register("branded@example.com");
    const browser = visitor();
    await expectBranded(await browser.get("/account/login"), "accounts");
    await expectBranded(
      await browser.submit({ login: person.email, password: PASSWORD }),
      "accounts",
    );
    const nothing = await browser.get("/account/nothing");
    expect(nothing.status).toBe(404);
    await expectBranded(nothing, "accounts");
  });

  it("is on no page of another app, nor of the console", async () => {
    await brand(app.id);
    const other = await createApp({ settings });
    await enrolled(other, "ada");
    for (const path of [pathOf(await challengeLink(other, "ada")), "/account/login", "/console"]) {
      const view = await visitor().get(path);
      expect([styleOf(view), sourcesOf(view)]).toEqual([undefined, "'self'"]);
      expect(view.html).not.toMatch(/logos|Shop/);
    }
  });

  it("is the app's name and nothing else where only that is set", async () => {
    await admin("PATCH", `/apps/${app.id}`, { body: { brand: { displayName: "Shop" } } });
    const view = await visitor().get(pathOf(await enrolmentLink(app, "ada")));
    expect([styleOf(view), sourcesOf(view)]).toEqual([undefined, "'self'"]);
    expect(view.title).toContain("· Shop");
    expect(view.html).not.toMatch(/<img|_blank/);
  });

  it("costs a page no round trip", async () => {
    await enrolled(app, "ada");
    const path = pathOf(await challengeLink(app, "ada"));
    const trips = async () => {
      const { binding, meter } = metered();
      await send(new Request(ORIGIN + path), { ...currentBindings(), ...binding });
      return meter.roundTrips;
    };
    await trips();
    const before = await trips();
    await brand(app.id);
    expect(await trips()).toBe(before);
  });

  it.each(["#fff}</style><script>alert(1)</script>", "red;background:url(//evil.test)", "#12345"])(
    "has no style if its row was altered to %s",
    async (accentColor) => {
      await everywhere
        .prepare("UPDATE apps SET brand = ? WHERE id = ?")
        .bind(JSON.stringify({ accentColor }), app.id)
        .run();
      const view = await visitor().get(pathOf(await enrolmentLink(app, "ada")));
      expect([view.status, styleOf(view), sourcesOf(view)]).toEqual([200, undefined, "'self'"]);
      expect(view.html).not.toMatch(/evil|alert/);
      expect(await brandStyle({ accentColor })).toBeNull();
    },
  );
});

describe("the text of a challenge", () => {
  const shown = async (body: object) => {
    const { phone } = await enrolled(app, "ada");
    const link = await challengeLink(app, "ada", body);
    const browser = visitor();
    return { browser, phone, view: await browser.get(pathOf(link)) };
  };

  it("is shown in place of its purpose, as text, and is in no assertion", async () => {
    const displayText = `Pay <i>25 €</i> & "more" \u202ereversed`;
    const { browser, phone, view } = await shown({ purpose: "payment:4711", displayText });
    expect(textOf(view.html)).toContain(displayText);
    expect(view.html).not.toContain("<i>");
    expect(view.html).not.toContain("payment:4711");
    expect(view.html).toContain('<strong dir="auto">');
    elapse(30);
    const done = await browser.submit({ code: codeOf(phone) });
    const target = new URL(done.response.headers.get("location") ?? "");
    const redeemed = await (
      await redeem(app, target.searchParams.get("code") ?? "")
    ).json<{
      purpose: string;
      assertion: string;
    }>();
    expect(redeemed.purpose).toBe("payment:4711");
    const [, claims = ""] = redeemed.assertion.split(".");
    expect(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))).not.toContain("Pay");
  });

  it("needs no purpose", async () => {
    const { view } = await shown({ displayText: "登录" });
    expect(textOf(view.html)).toContain("登录");
  });

  it("is refused where the code is to allow a change of factors", async () => {
    await enrolled(app, "ada");
    const body = { purpose: "factor_change", displayText: "Win a prize" };
    const { status, ...response } = await askForChallengeLink(app, "ada", body).then(
      async (answer) => ({ status: answer.status, ...(await answer.json<{ errors: unknown }>()) }),
    );
    expect(status).toBe(422);
    expect(response.errors).toMatchObject([{ pointer: "#/displayText" }]);
    const server = await app.v1("POST", "/challenges", { body: { userId: "ada", ...body } });
    expect(server.status).toBe(422);
  });

  it.each(["", "   ", "two\nlines", "two\u2028lines", "two\u2029lines", "x".repeat(141), "\0", 7])(
    "is refused: %j",
    async (displayText) => {
      await enrolled(app, "ada");
      const body = { userId: "ada", displayText };
      expect((await askForChallengeLink(app, "ada", body)).status).toBe(422);
      expect((await app.v1("POST", "/challenges", { body })).status).toBe(422);
    },
  );

  it("may be 140 characters of any script, also in a challenge that no page shows", async () => {
    await enrolled(app, "ada");
    const displayText = "😀".repeat(140);
    expect((await askForChallengeLink(app, "ada", { displayText })).status).toBe(201);
    const { phone } = await enrolled(app, "bob");
    const purpose = "😀".repeat(128);
    const body = { userId: "bob", purpose, displayText };
    const created = await app.v1("POST", "/challenges", { body });
    const { token } = await created.json<{ token: string }>();
    const answer = { body: { token, code: codeOf(phone) } };
    expect((await app.v1("POST", "/challenges/verify", answer)).status).toBe(200);
  });
});
