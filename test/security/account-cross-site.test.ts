import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { auth, PASSWORD, protect, register, type Tokens } from "../account";
import { admin, codeOf, elapse, ORIGIN, problemCode, send } from "../service";
import { fillPath, operations, validBody } from "../operations";
import { knownTo, request, restoreWorld, type World } from "../world";
import { countSessions, setAccounts } from "./account-support";
import { contents, freshAddress } from "./support";

const REGISTERED = "https://shop.example";
/** None of them is registered, however much like it they look. */
const FOREIGN = [
  "https://evil.test",
  "null",
  "http://2fa.test",
  "https://2fa.test:8443",
  "https://2fa.test.evil.test",
  "https://evil-2fa.test",
  "https://sub.shop.example",
  "https://shop.example.evil.test",
  "http://localhost:3000",
  "http://127.0.0.1",
  "https://shop.example/",
  "*",
  "file://",
];

let world: World;
let cookie: string;

/** A session held by a cookie, with its code just given. */
beforeEach(async () => {
  world = await restoreWorld();
  const { person } = world;
  const headers = { origin: ORIGIN };
  const body = { challengeToken: person.challengeToken, code: codeOf(person.phone), cookie: true };
  const response = await auth("POST", "/challenge", { body, headers });
  cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  elapse(30);
});

const own = operations.filter(({ credential }) => credential === "accessToken");
const changing = own.filter(({ method }) => method !== "GET");
const reading = own.filter(({ method }) => method === "GET");
const ofAuth = operations.filter(({ path }) => path.startsWith("/auth/"));

describe.each(changing)("with the cookie alone, $name", (operation) => {
  const ask = (headers: Record<string, string>) =>
    request(operation, world, { headers: { authorization: "", cookie, ...headers } });

  it("is refused without a word of where it comes from, or from elsewhere", async () => {
    const before = await contents();
    const words: Record<string, string>[] = [
      {},
      { referer: `${ORIGIN}/` },
      { "x-requested-with": "XMLHttpRequest" },
      ...["cross-site", "same-site", "none", "x"].map((site) => ({ "sec-fetch-site": site })),
      ...FOREIGN.map((origin) => ({ origin })),
      ...FOREIGN.map((origin) => ({ origin, "sec-fetch-site": "same-origin" })),
    ];
    for (const headers of words) {
      const code = await problemCode(await ask(headers));
      expect({ headers, code }).toEqual({ headers, code: "origin_not_allowed" });
    }
    expect(await contents()).toEqual(before);
  });

  it("is done for our own origin", async () => {
    const response = await ask({ origin: ORIGIN });
    expect({ ok: response.ok, text: response.ok || (await response.text()) }).toMatchObject({
      ok: true,
    });
  });

  it("is done for a browser that says same-origin and sends no Origin", async () => {
    expect((await ask({ "sec-fetch-site": "same-origin" })).ok).toBe(true);
  });

  it("is not done when an Authorization header comes along: then the cookie is ignored", async () => {
    const before = await contents();
    for (const authorization of ["Bearer x", "Basic YTpi", "x"]) {
      const response = await ask({ origin: ORIGIN, authorization });
      expect({ authorization, status: response.status }).toEqual({ authorization, status: 401 });
    }
    expect(await contents()).toEqual(before);
  });
});

describe("with the cookie, what only reads", () => {
  it.each(reading)("$name needs no Origin, and is not readable from elsewhere", async (one) => {
    for (const origin of ["", ...FOREIGN]) {
      const headers = { authorization: "", cookie, ...(origin && { origin }) };
      const response = await request(one, world, { headers });
      expect(response.status).toBe(200);
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});

describe("a log-out by cookie", () => {
  it("is refused from elsewhere, and with an Authorization header ignores the cookie", async () => {
    for (const origin of FOREIGN) {
      const headers = { cookie, origin };
      const out = await auth("POST", "/logout", { body: {}, headers });
      expect(await problemCode(out)).toBe("origin_not_allowed");
    }
    expect((await auth("POST", "/logout", { body: {}, headers: { cookie } })).status).toBe(403);
    const headers = { cookie, origin: ORIGIN, authorization: "Bearer x" };
    expect((await auth("POST", "/logout", { body: {}, headers })).status).toBe(401);
    expect((await auth("GET", "/me", { headers: { cookie } })).status).toBe(200);
  });

  it("ends the session and takes the cookie away", async () => {
    const headers = { cookie, origin: ORIGIN };
    const out = await auth("POST", "/logout", { body: {}, headers });
    expect(out.status).toBe(204);
    expect(out.headers.get("set-cookie")).toMatch(/^__Host-stepgate=; Max-Age=0; Path=\//);
    expect((await auth("GET", "/me", { headers: { cookie } })).status).toBe(401);
  });
});

describe("a cookie is not given", () => {
  it("at log-in or challenge to who asks from elsewhere: nothing begins", async () => {
    const bob = await register("bob@example.net");
    const ada = await protect(await register("ada@example.net"));
    const login = await auth("POST", "/login", { body: { email: ada.email, password: PASSWORD } });
    const { challengeToken } = await login.json<{ challengeToken: string }>();
    const before = [await countSessions(bob), await countSessions(ada)];
    for (const origin of ["", ...FOREIGN]) {
      const headers = { ...(origin && { origin }) };
      const answers = [
        await auth("POST", "/login", {
          body: { email: bob.email, password: PASSWORD, cookie: true },
          headers,
        }),
        await auth("POST", "/challenge", {
          body: { challengeToken, code: codeOf(ada.phone), cookie: true },
          headers,
        }),
      ];
      for (const response of answers) {
        expect(response.headers.get("set-cookie")).toBeNull();
        expect(await problemCode(response)).toBe("origin_not_allowed");
      }
    }
    expect([await countSessions(bob), await countSessions(ada)]).toEqual(before);
  });
});

describe("at every operation of the user API", () => {
  it.each(ofAuth)("$name never echoes an origin that is not registered", async (operation) => {
    for (const origin of FOREIGN) {
      const answered = await request(operation, world, {
        headers: { authorization: "", origin },
        known: { password: "wrong", email: "nobody@example.com", refreshToken: "x" },
      });
      const path = fillPath(operation, knownTo(operation, world));
      const preflight = new Request(`${ORIGIN}${path}`, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": operation.method, ...freshAddress() },
      });
      for (const response of [answered, await send(preflight)]) {
        expect(response.headers.get("access-control-allow-origin")).toBeNull();
        expect(response.headers.get("vary")).toMatch(/\borigin\b/i);
      }
    }
  });

  it.each(ofAuth.filter(({ body }) => body))(
    "$name takes no JSON under the name of text, as a form of another site would send it",
    async (operation) => {
      const text = JSON.stringify(validBody(operation, knownTo(operation, world)));
      for (const type of ["text/plain", "text/plain;charset=UTF-8", "", "multipart/form-data"]) {
        const headers = { authorization: "", cookie, origin: ORIGIN, "content-type": type };
        const response = await request(operation, world, { text, headers });
        expect({ type, code: await problemCode(response) }).toEqual({
          type,
          code: "unsupported_media_type",
        });
      }
    },
  );
});

describe("an origin that is registered", () => {
  /** An isolate that remembers no origins yet: for half a minute it does. */
  const fresh = () => ({ ...env });

  it("logs in with a cookie, uses it, and reads the answers; until it is taken off", async () => {
    const bindings = fresh();
    await setAccounts({ allowedOrigins: [REGISTERED] });
    const bob = await register("bob@example.net");
    const headers = { origin: REGISTERED };
    const body = { email: bob.email, password: PASSWORD, cookie: true };
    const login = await auth("POST", "/login", { body, headers, bindings });
    expect(login.headers.get("access-control-allow-origin")).toBe(REGISTERED);
    expect(login.headers.get("access-control-allow-credentials")).toBe("true");
    expect(await login.clone().json()).not.toHaveProperty("accessToken");
    const held = {
      ...headers,
      cookie: (login.headers.get("set-cookie") ?? "").split(";")[0] ?? "",
    };
    const change = () => auth("PATCH", "/me", { body: { name: "Bob" }, headers: held, bindings });
    expect((await change()).status).toBe(200);
    await setAccounts({ allowedOrigins: [] });
    elapse(31);
    expect(await problemCode(await change())).toBe("origin_not_allowed");
  });

  it("may ask before it calls, with credentials", async () => {
    await setAccounts({ allowedOrigins: [REGISTERED] });
    const preflight = new Request(`${ORIGIN}/auth/me`, {
      method: "OPTIONS",
      headers: {
        origin: REGISTERED,
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "content-type,authorization",
      },
    });
    const { headers } = await send(preflight, fresh());
    expect(headers.get("access-control-allow-origin")).toBe(REGISTERED);
    expect(headers.get("access-control-allow-credentials")).toBe("true");
    expect(headers.get("access-control-allow-methods")).toContain("PATCH");
  });

  it("of another app's settings is a stranger here", async () => {
    const settings = { allowedOrigins: [REGISTERED] };
    await admin("PATCH", `/apps/${world.app.id}`, { body: { settings } });
    const headers = { cookie, origin: REGISTERED };
    const change = { body: { name: "x" }, headers, bindings: fresh() };
    const response = await auth("PATCH", "/me", change);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(await problemCode(response)).toBe("origin_not_allowed");
  });
});

it("without asking for a cookie nobody is given one, from wherever they log in", async () => {
  const bob = await register("bob@example.net");
  const body = { email: bob.email, password: PASSWORD };
  const response = await auth("POST", "/login", { body, headers: { origin: "https://evil.test" } });
  expect(response.headers.get("set-cookie")).toBeNull();
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
  expect(await response.json<Tokens>()).toMatchObject({ accessToken: expect.any(String) });
});
