import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { app } from "../../src/app";
import { enrolOwn, PASSWORD, protect, register, tokensOf, type Protected } from "../account";
import { keepMail } from "../mail/mailbox";
import { codeOf, elapse, ORIGIN, phoneWith, send } from "../service";
import { keyOf, visitor, type Visitor } from "../visitor";
import { contents, freshAddress } from "./support";

const paths = (method: string) => [
  ...new Set(
    app.routes
      .filter((route) => route.method === method && /^\/(account|enrol|challenge)/.test(route.path))
      .map(({ path }) => path.replace(/:id|:token/, "auth_mfrggzdfmztwq2lk")),
  ),
];

let people = 0;
let person: Protected;
let browser: Visitor;

/** Logged in by the pages, with the code just given. Mail is sent, or some pages would not be there. */
beforeEach(async () => {
  keepMail();
  person = await protect(await register(`pages${people++}@example.com`));
  browser = visitor();
  await browser.get("/account/login");
  await browser.submit({ login: person.email, password: person.password });
  await browser.submit({ code: codeOf(person.phone) });
  elapse(30);
});

const cookieOf = ({ cookies }: Visitor) => [...cookies].map((pair) => pair.join("=")).join("; ");

describe.each(paths("POST"))("a form sent to %s", (path) => {
  const words: Record<string, string>[] = [
    {},
    { referer: `${ORIGIN}/account` },
    { origin: "null" },
    { origin: "https://evil.test" },
    { origin: "https://2fa.test.evil.test" },
    { origin: "http://2fa.test" },
    ...["cross-site", "same-site", "none", "x"].flatMap((site) => [
      { "sec-fetch-site": site },
      { "sec-fetch-site": site, origin: ORIGIN },
      { "sec-fetch-site": site, origin: "null" },
    ]),
    { "sec-fetch-site": "same-origin", origin: "https://evil.test" },
  ];
  const types = ["application/x-www-form-urlencoded", "text/plain", "application/json"];

  it("is refused unless it comes from a page of ours, and changes nothing", async () => {
    const before = await contents();
    for (const said of words) {
      for (const type of types) {
        const headers = { ...freshAddress(), cookie: cookieOf(browser), "content-type": type };
        const body = "session=others&code=123456&newPassword=x";
        const init = { method: "POST", body, headers: { ...headers, ...said } };
        const { status } = await send(new Request(ORIGIN + path, init));
        expect({ said, type, status }).toEqual({ said, type, status: 403 });
      }
    }
    expect(await contents()).toEqual(before);
  });
});

const fileOf = async (name: string) => {
  const file = await env.ASSETS.fetch(`${ORIGIN}/assets/${name}`);
  expect(file.status).toBe(200);
  return file.text();
};

describe("every page", () => {
  it.each([...paths("GET"), "/account/nothing"])(
    "has the strict headers, also where it fails: %s",
    async (path) => {
      for (const who of [browser, visitor()]) {
        const { response } = await who.get(path);
        const headers = Object.fromEntries(response.headers);
        expect(headers).toMatchObject({
          "cache-control": "no-store",
          "referrer-policy": "no-referrer",
          "x-frame-options": "DENY",
          "content-type": "text/html; charset=UTF-8",
        });
        const policy = headers["content-security-policy"] ?? "";
        expect(policy).toContain("default-src 'none'");
        expect(policy).toContain("frame-ancestors 'none'");
        expect(policy).not.toMatch(/unsafe|\*|https?:/);
      }
    },
  );

  it.each(paths("GET"))("needs no inline script, style or handler: %s", async (path) => {
    const { html } = await browser.get(path);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)/i);
  });

  it("asks for its files under an address of the deployment's own", async () => {
    const { html } = await visitor().get("/account/login");
    const addresses = [...html.matchAll(/(?:href|src)="\/assets\/([^"?]*)([^"]*)"/g)];
    const files = new Set(addresses.map(([, file]) => file));
    expect(files).toEqual(new Set(["icon.svg", "touch-icon.png", "pages.css", "pages.js"]));
    for (const [, , version] of addresses) expect(version).toMatch(/^\?v=[\w-]+$/);
  });

  it("weighs at most 30 KiB with its stylesheet and script, but for the QR code", async () => {
    await browser.get("/account/new-authenticator");
    const { html } = await browser.submit({ name: "" });
    const bare = html.replace(/data:image[^"]+/, "");
    expect(bare.length).toBeLessThan(8 * 1024);
    expect(html.match(/<link rel="stylesheet"/g)).toHaveLength(1);
    expect(html.match(/<script/g)).toHaveLength(1);
    const files = await Promise.all([fileOf("pages.css"), fileOf("pages.js")]);
    expect(bare.length + files.join("").length).toBeLessThan(30 * 1024);
  });

  it.each(["pages.css", "pages.js"])("loads %s without comments and indentation", async (file) => {
    expect(await fileOf(file)).not.toMatch(/\/\*|^\s/m);
  });
});

describe("the pages of an account", () => {
  it("show only what is the visitor's own", async () => {
    const other = visitor();
    await other.get("/account/register");
    const email = `pages-other${people++}@example.com`;
    await other.submit({ email, username: "", newPassword: PASSWORD });
    await other.get("/account/new-authenticator");
    const { at } = await other.submit({ name: "" });
    expect((await other.get(at)).status).toBe(200);
    for (const path of [at, `${at}/remove`]) {
      expect((await browser.get(path)).status).toBe(404);
      expect((await browser.submit({ code: "123456" }, path)).status).toBe(404);
    }
    const foreign = `/account/authenticators/${person.authenticatorId}/remove`;
    expect((await other.get(foreign)).status).toBe(404);
    expect((await other.submit({}, foreign)).status).toBe(404);
  });

  it("show a pending secret to nobody but the session that made it", async () => {
    const newcomer = await register(`pages-secret${people++}@example.com`);
    const logIn = async () => {
      const one = visitor();
      await one.get("/account/login");
      await one.submit({ login: newcomer.email, password: newcomer.password });
      return one;
    };
    // Whoever has the password alone would know the secret of what is about to protect the account.
    const [owner, thief] = [await logIn(), await logIn()];
    await owner.get("/account/new-authenticator");
    const { at, html } = await owner.submit({ name: "" });
    const overTheApi = await enrolOwn(await tokensOf(newcomer));
    for (const path of [at, `/account/authenticators/${overTheApi.id}`]) {
      expect((await thief.get(path)).status).toBe(404);
      expect((await thief.get("/account")).html).not.toContain(`"${path}"`);
      expect((await thief.submit({ code: "123456" }, path)).html).not.toMatch(/[A-Z2-7]{32}/);
    }
    expect(keyOf({ html })).toHaveLength(32);
    expect(keyOf(await owner.get(at))).toBe(keyOf({ html }));
    expect((await owner.get("/account")).html).toContain(`"${at}"`);
  });

  it("escape what people and their browsers call themselves", async () => {
    const name = `<script>alert(1)</script>"'&`;
    const agent = `<img src=x onerror=alert(1)>`;
    const guest = visitor({ "user-agent": agent });
    await guest.get("/account/login");
    await guest.submit({ login: person.email, password: person.password });
    await guest.submit({ code: codeOf(person.phone) });
    await guest.get("/account/new-authenticator");
    const setUp = await guest.submit({ name });
    const key = keyOf(setUp);
    elapse(30);
    await guest.submit({ code: codeOf(phoneWith(key)) });
    for (const path of [
      "/account",
      `${setUp.at}/remove`,
      `/account/login?next=${name}&done=${name}`,
    ]) {
      const { html } = await guest.get(path);
      expect(html).not.toMatch(/<script>|<img src=x/);
    }
    expect((await guest.get("/account")).html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });

  it("need a fresh code for what changes the second factor, however they are asked", async () => {
    elapse(301);
    const before = await contents();
    for (const path of paths("POST").filter((one) => /authenticators|second-factor/.test(one))) {
      const asked = await browser.submit({ name: "", code: codeOf(person.phone) }, path);
      expect(asked.at).toContain("/account/prove");
    }
    expect((await browser.submit({}, "/account/backup-codes")).at).toContain("/account/prove");
    const after = await contents();
    // But for the note that the session is in use.
    expect({ ...after, sessions: null }).toEqual({ ...before, sessions: null });
  });

  it("take a session's cookie, and no token in its place", async () => {
    const { accessToken } = person.tokens;
    const response = await visitor().get("/account", { authorization: `Bearer ${accessToken}` });
    expect(response.at).toContain("/account/login");
  });
});
