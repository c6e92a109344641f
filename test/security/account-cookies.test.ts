import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  as,
  auth,
  challengeOf,
  expectJson,
  PASSWORD,
  protect,
  register,
  tokensOf,
  type Person,
} from "../account";
import { call, codeOf, elapse, ORIGIN, problemCode } from "../service";
import { setAccounts } from "./account-support";
import { freshAddress, rows } from "./support";

const LOCAL = "http://localhost:8787";
const MONTH = 30 * 24 * 3600;
const DAY = 24 * 3600;

/** By issuer: what the cookie is called, and what comes behind it. */
const ISSUERS = [
  { issuer: ORIGIN, name: "__Host-stepgate", device: "__Host-stepgate-device", secure: true },
  { issuer: LOCAL, name: "stepgate", device: "stepgate-device", secure: false },
];

function attributesOf(line: string): { name: string; value: string; attributes: string[] } {
  const [pair = "", ...attributes] = line.split("; ");
  const [name = "", value = ""] = pair.split("=");
  return { name, value, attributes: attributes.toSorted() };
}

const expected = (maxAge: number, secure: boolean) =>
  [
    `Max-Age=${maxAge}`,
    "HttpOnly",
    "Path=/",
    "SameSite=Lax",
    ...(secure ? ["Secure"] : []),
  ].toSorted();

describe.each(ISSUERS)("under $issuer", ({ issuer, name, device, secure }) => {
  const bindings = { ...env, ISSUER_URL: issuer };
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    call("POST", `/auth${path}`, {
      body,
      bindings,
      headers: { origin: issuer, ...freshAddress(), ...headers },
    });
  const logIn = ({ email }: Person, more: object = {}, headers = {}) =>
    post("/login", { email, password: PASSWORD, cookie: true, ...more }, headers);

  it("a log-in's cookie is kept from scripts, other sites and other hosts, for its session's time", async () => {
    const response = await logIn(await register("ada@example.com"));
    const [line = "", known = "", ...more] = response.headers.getSetCookie();
    expect(more).toEqual([]);
    const browser = attributesOf(known);
    expect(browser.name).toBe(name.replace("stepgate", "stepgate-browser"));
    expect(browser.attributes).toEqual(expected(365 * DAY, secure));
    const { attributes, ...cookie } = attributesOf(line);
    expect(cookie).toEqual({
      name,
      value: expect.stringMatching(/^sgs_[a-z2-7]{16}_[a-z2-7]{52}$/),
    });
    expect(attributes).toEqual(expected(MONTH, secure));
    const text = await response.text();
    expect(text).not.toContain(cookie.value);
    expect(text).not.toMatch(/accessToken|refreshToken/);
  });

  it("so are the cookies of both steps, and that of a trusted device", async () => {
    await setAccounts({ trustedDevices: true });
    const person = await protect(await register("ada@example.com"));
    const { challengeToken } = await (await logIn(person)).json<{ challengeToken: string }>();
    const answered = await post("/challenge", {
      challengeToken,
      code: codeOf(person.phone),
      cookie: true,
      trustDevice: true,
    });
    const cookies = answered.headers.getSetCookie().map(attributesOf);
    expect(cookies.map((one) => [one.name, one.attributes])).toEqual(
      expect.arrayContaining([
        [name, expected(DAY, secure)],
        [device, expected(MONTH, secure)],
      ]),
    );
    expect(await answered.text()).not.toMatch(/deviceToken|sgd_|sgs_/);
    elapse(30);
    const held = cookies.find((one) => one.name === device)?.value ?? "";
    const spared = await logIn(person, {}, { cookie: `${device}=${held}` });
    expect(await spared.json()).toMatchObject({ status: "authenticated" });
  });

  it("a cookie of the other name is none", async () => {
    const response = await logIn(await register("ada@example.com"));
    const { value } = attributesOf(response.headers.getSetCookie()[0] ?? "");
    const me = (under: string) =>
      call("GET", "/auth/me", {
        bindings,
        headers: { cookie: `${under}=${value}`, ...freshAddress() },
      });
    expect((await me(name)).status).toBe(200);
    const names = ["stepgate", "__Host-stepgate", "__Secure-stepgate", "Stepgate", device];
    for (const other of names.filter((one) => one !== name)) {
      expect((await me(other)).status).toBe(401);
    }
  });

  it("only local pages are let in beside our own, and those only where we are local ourselves", async () => {
    const person = await register("ada@example.com");
    for (const origin of ["http://localhost:3000", "http://127.0.0.1:5173", "http://localhost"]) {
      expect((await logIn(person, {}, { origin })).status).toBe(secure ? 403 : 200);
    }
    for (const origin of [
      "http://localhost.evil.test",
      "http://localhost:3000.evil.test",
      "https://localhost",
      "http://evil.test",
      "http://127.0.0.1.evil.test",
      "http://10.0.0.1",
      "null",
    ]) {
      expect((await logIn(person, {}, { origin })).status).toBe(403);
    }
  });
});

describe("a cookie", () => {
  const headers = { origin: ORIGIN };
  const body = { email: "ada@example.com", password: PASSWORD, cookie: true };
  const cookieOf = (response: Response) =>
    (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";

  it("is new after every log-in, step-up and confirmation, and the old one is dead", async () => {
    await register("ada@example.com");
    const first = cookieOf(await auth("POST", "/login", { body, headers }));
    const again = cookieOf(
      await auth("POST", "/login", { body, headers: { ...headers, cookie: first } }),
    );
    expect(again).not.toBe(first);
    const stepped = await auth("POST", "/step-up", {
      body: { password: PASSWORD },
      headers: { ...headers, cookie: first },
    });
    const second = cookieOf(stepped);
    expect(await stepped.json()).toEqual({});
    expect(second).not.toBe(first);
    const me = (cookie: string) => auth("GET", "/me", { headers: { cookie } });
    expect([(await me(first)).status, (await me(second)).status]).toEqual([401, 200]);
  });

  it("chosen beforehand by somebody else is not taken over", async () => {
    await register("ada@example.com");
    const planted = `__Host-stepgate=sgs_${"a".repeat(16)}_${"b".repeat(52)}`;
    const login = await auth("POST", "/login", { body, headers: { ...headers, cookie: planted } });
    expect(cookieOf(login)).not.toBe(planted);
    expect((await auth("GET", "/me", { headers: { cookie: planted } })).status).toBe(401);
  });

  it("is stored as a hash only, and is of no use as a bearer token", async () => {
    await register("ada@example.com");
    const cookie = cookieOf(await auth("POST", "/login", { body, headers }));
    const value = cookie.split("=")[1] ?? "";
    const stored = JSON.stringify(await rows("SELECT * FROM sessions"));
    expect(stored).not.toContain(value.split("_")[2]);
    expect((await as({ accessToken: value }, "GET", "/me")).status).toBe(401);
  });

  it("is not made of a session that is held by tokens, whose refresh token names it", async () => {
    const person = await register("ada@example.com");
    const { refreshToken } = await tokensOf(person);
    const [, id, secret, newest] = refreshToken.split("_");
    for (const part of [secret, newest]) {
      const cookie = `__Host-stepgate=sgs_${id}_${part}`;
      expect((await auth("GET", "/me", { headers: { cookie } })).status).toBe(401);
      const out = await auth("POST", "/logout", { body: {}, headers: { ...headers, cookie } });
      expect(out.headers.get("set-cookie") ?? "").not.toContain("sgs_");
    }
  });

  it("asked for with tokens in mind holds no tokens: a challenge begun with one gives what its answer asks", async () => {
    const person = await protect(await register("ada@example.com"));
    const token = await challengeOf(person);
    const code = codeOf(person.phone);
    const answered = auth("POST", "/challenge", {
      body: { challengeToken: token, code, cookie: true },
      headers,
    });
    expect(await expectJson(answered, 200)).not.toHaveProperty("refreshToken");
    expect(await problemCode(await auth("POST", "/logout", { body: {} }))).toBe("session_ended");
  });
});
