import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { register } from "../../account";
import {
  browser,
  CONSOLE_ROUTES,
  COOKIE,
  destination,
  newApp,
  signedIn,
  trySignIn,
  type Operator,
} from "../../console";
import { auth } from "../../account";
import { call, createApp, elapse, enrolled, ORIGIN, wrongCodeOf } from "../../service";
import { TEST_SECRETS } from "../../secrets";
import { createWebhook, deliveries, receive, URL_OF_SHOP } from "../../webhooks/receiver";
import { contents, freshAddress, storedUser } from "../../security/support";

const { ADMIN_TOKEN } = TEST_SECRETS;
const OPEN = new Set(["/console/sign-in", "/console/sign-out"]);
const FOREIGN: Record<string, string>[] = [
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
  { "sec-fetch-site": "none" },
  { origin: "https://evil.test" },
  { origin: "https://2fa.test.evil.test" },
  { origin: "null" },
  { origin: "" },
];

let operator: Operator;
beforeEach(async () => {
  operator = await signedIn();
});

/** The paths of the console with things that exist, for what is tried on each of them. */
async function fillPaths(): Promise<[method: string, path: string][]> {
  const app = await createApp();
  await enrolled(app, "ada");
  const { id } = await storedUser("ada");
  receive();
  const webhook = await createWebhook(app);
  const { phone } = await enrolled(app, "bob");
  await app.verify("bob", wrongCodeOf(phone));
  const [delivery] = await deliveries(webhook);
  return CONSOLE_ROUTES.map(([method, path]) => {
    const ofUser = path.startsWith("/console/users");
    const filled = path
      .replace(":id", ofUser ? id : app.id)
      .replace(":webhookId", webhook.id)
      .replace(":deliveryId", delivery?.id ?? "")
      .replace(":letterId{[0-9]+}", "1")
      .replace(":keyId", app.key.split("_")[1] ?? "");
    return [method, filled];
  });
}

/** With something in every field that any form of the console has. */
const FIELDS = {
  reason: "x",
  email: "ada@example.com",
  appName: "x",
  scopes: "verify",
  confirmName: "Test app",
  token: ADMIN_TOKEN,
  url: URL_OF_SHOP,
  name: "x",
  which: "all",
  since: "2026-01-01T00:00",
};

describe("the sign-in", () => {
  it.each([
    { issuer: ORIGIN, name: COOKIE, secure: ["Secure"] },
    { issuer: "http://localhost:8787", name: "stepgate-console", secure: [] },
  ])(
    "under $issuer gives a cookie that no script reads and no other site sends",
    async ({ issuer, name, secure }) => {
      const response = await trySignIn(ADMIN_TOKEN, { bindings: { ...env, ISSUER_URL: issuer } });
      expect([response.status, response.headers.get("location")]).toEqual([303, "/console"]);
      const [pair = "", ...attributes] = (response.headers.getSetCookie()[0] ?? "").split("; ");
      expect(pair).toMatch(new RegExp(`^${name}=sgo_[a-z2-7]{52}$`));
      const expected = ["Max-Age=43200", "Path=/", "HttpOnly", "SameSite=Strict", ...secure];
      expect(attributes.toSorted()).toEqual(expected.toSorted());
    },
  );

  it("says in the form that a token is wrong, and does not repeat it", async () => {
    for (const token of ["guess", ADMIN_TOKEN.toUpperCase(), `${ADMIN_TOKEN} `]) {
      const response = await trySignIn(token);
      const page = await response.text();
      expect([response.status, response.headers.getSetCookie()]).toEqual([401, []]);
      expect(page).toMatch(/id="token"[^>]*aria-invalid="true"[^>]*autofocus.*id="token-fault"/s);
      expect(page).not.toContain(token.trim());
    }
    expect((await trySignIn("")).status).toBe(422);
  });

  it("bounds wrong tokens by address, and slows no right one", async () => {
    const headers = freshAddress();
    const statuses: number[] = [];
    // At most two of the platform's minutes' worth: the second may begin in between.
    while (statuses.length < 62 && statuses.at(-1) !== 429)
      statuses.push((await trySignIn("guess", { headers })).status);
    expect(statuses.length).toBeGreaterThan(30);
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    expect((await trySignIn(ADMIN_TOKEN, { headers })).status).toBe(303);
    expect((await trySignIn("guess")).status).toBe(401);
  });

  it("leads to where the operator was going, and never out of the console", async () => {
    const going = async (next: string) => {
      const path = `/console/sign-in?next=${encodeURIComponent(next)}`;
      return (await browser().post(path, { token: ADMIN_TOKEN })).headers.get("location");
    };
    expect(await going("/console/users/usr_1")).toBe("/console/users/usr_1");
    for (const next of [
      "https://evil.test",
      "//evil.test",
      "/account",
      "/console/../account",
      "/consoles",
    ]) {
      expect(await going(next)).toBe("/console");
    }
  });

  it("ends with the sign-out, for whoever has kept the cookie", async () => {
    const out = await operator.post("/console/sign-out");
    expect(destination(out)).toBe("/console/sign-in");
    expect(out.headers.getSetCookie()[0]).toMatch(/=; Max-Age=0;.*SameSite=Strict/);
    expect(destination(await operator.get("/console"))).toBe("/console/sign-in");
  });

  it("ends with another ADMIN_TOKEN, and after an hour without use", async () => {
    const bindings = { ...env, ADMIN_TOKEN: ADMIN_TOKEN.toUpperCase() };
    expect(destination(await operator.get("/console", { bindings }))).toBe("/console/sign-in");
    expect((await operator.get("/console")).status).toBe(200);
    elapse(3600);
    expect(destination(await operator.get("/console"))).toBe("/console/sign-in");
  });

  it("is not kept alive by a page that asks for events by itself", async () => {
    for (let minutes = 0; minutes < 60; minutes += 10) {
      expect((await operator.get("/console/audit/tail?after=0")).status).toBe(200);
      elapse(600);
    }
    expect(destination(await operator.get("/console/audit/tail?after=0"))).toBe("/console/sign-in");
  });
});

describe("without the cookie", () => {
  it("every path but the sign-in leads there, and changes nothing", async () => {
    const paths = await fillPaths();
    const person = await register("ada@example.com");
    const body = { email: person.email, password: person.password, cookie: true };
    const loggedIn = await auth("POST", "/login", { body, headers: { origin: ORIGIN } });
    const account = (loggedIn.headers.getSetCookie()[0] ?? "").split(";")[0] ?? "";
    const secret = account.split("=")[1];
    const before = await contents();
    const strangers = [
      "",
      account,
      `${COOKIE}=${secret}`,
      `${COOKIE}=${ADMIN_TOKEN}`,
      `${COOKIE}=sgo_${"a".repeat(52)}`,
    ];
    for (const [method, path] of paths.filter(([, one]) => !OPEN.has(one))) {
      for (const cookie of strangers) {
        const stranger = browser(cookie);
        const response =
          method === "POST" ? await stranger.post(path, FIELDS) : await stranger.get(path);
        expect([path, response.status, destination(response)]).toEqual([
          path,
          303,
          "/console/sign-in",
        ]);
      }
    }
    expect(await contents()).toEqual(before);
  });

  it("a bearer token is no sign-in", async () => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    expect(destination(await call("GET", "/console", { headers }))).toBe("/console/sign-in");
  });
});

it("the console's cookie opens no account", async () => {
  const secret = operator.cookie.split("=")[1];
  for (const cookie of [operator.cookie, `__Host-stepgate=${secret}`]) {
    expect(destination(await browser(cookie).get("/account"))).toBe("/account/login");
    const me = await call("GET", "/auth/me", { headers: { cookie, origin: ORIGIN } });
    expect(me.status).toBe(401);
  }
});

describe("from another site", () => {
  it("no form is taken, and nothing changes", async () => {
    const paths = await fillPaths();
    const before = await contents();
    for (const [, path] of paths.filter(([method]) => method === "POST")) {
      for (const headers of FOREIGN) {
        const response = await operator.post(path, FIELDS, { headers });
        expect([path, headers, response.status]).toEqual([path, headers, 403]);
      }
    }
    expect(await contents()).toEqual(before);
  });

  it("a form of ours is taken where the browser hides its origin", async () => {
    const headers = { "sec-fetch-site": "same-origin", origin: "null" };
    expect((await operator.post("/console/apps", { appName: "Shop" }, { headers })).status).toBe(
      303,
    );
  });

  it("no page is framed, cached, or lets a foreign script in", async () => {
    await newApp(operator);
    for (const path of ["/console", "/console/apps", "/console/users", "/console/audit"]) {
      const { headers } = await operator.get(path);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("content-security-policy")).toMatch(
        /script-src 'self';.*frame-ancestors 'none'/,
      );
      expect(headers.get("content-security-policy")).not.toContain("unsafe-inline");
    }
  });
});
