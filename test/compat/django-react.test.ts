/** django-react, as recorded from the published program and its React client. */

import { beforeEach, describe, expect, it } from "vitest";
import { logIn, PASSWORD } from "../account";
import { codeOf, elapse, phoneWith, problemCode, wrongCodeOf } from "../service";
import { cookiesOf, exchange, seen, type Exchange } from "./support";

const PAGE = { origin: "https://2fa.test" };
const WRONG_TOKEN = "Token is invalid or user doesn't exist";
const fail = (message: string) => ({ status: "fail", message });

/** A browser: it keeps cookies, and says where it comes from. */
function browser() {
  const jar = new Map<string, string>();
  const post = async (path: string, body: Exchange["body"]) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...PAGE, ...(cookie && { cookie }) };
    const response = await exchange("POST", `/api/auth${path}`, { body, headers });
    for (const pair of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (pair.split(";")[0] ?? "").split("=");
      if (value === "") jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  };
  return { jar, post };
}

type Browser = ReturnType<typeof browser>;

const ada = { email: "ada@example.com", password: PASSWORD };
const register = (page: Browser, body: object = {}) =>
  page.post("/register", { name: "Ada", passwordConfirm: PASSWORD, ...ada, ...body });

interface User {
  id: string;
  otp_enabled: boolean;
}

async function enter(page: Browser): Promise<User> {
  const response = await page.post("/login", ada);
  return (await response.json<{ user: User }>()).user;
}

/** Set-up as the client does it; the clock stands in the step after that of the code. */
async function setUp(page: Browser, { id }: User) {
  const generated = await page.post("/otp/generate", { user_id: id, email: ada.email });
  const { base32 } = await generated.json<{ base32: string }>();
  const phone = phoneWith(base32);
  const verified = await page.post("/otp/verify", { token: codeOf(phone), user_id: id });
  expect(verified.status).toBe(200);
  elapse(30);
  return phone;
}

let page: Browser;

beforeEach(() => {
  page = browser();
});

describe("the whole flow of the React client", () => {
  it("registers, logs in, sets up, verifies, logs in again, validates and disables", async () => {
    expect(await seen(register(page))).toEqual([
      201,
      { status: "success", message: "Registered successfully, please login" },
    ]);
    const user = await enter(page);
    expect(user).toEqual({
      id: expect.stringMatching(/^usr_/),
      name: "Ada",
      email: "ada@example.com",
      otp_enabled: false,
      otp_verified: false,
      otp_base32: null,
      otp_auth_url: null,
    });
    const body = { user_id: user.id, email: ada.email };
    const [status, generated] = await seen<{ base32: string }>(page.post("/otp/generate", body));
    expect([status, generated]).toEqual([
      200,
      {
        base32: expect.stringMatching(/^[A-Z2-7]{32}$/),
        otpauth_url: expect.stringMatching(/^otpauth:\/\/totp\/Stepgate:ada%40example\.com\?/),
      },
    ]);
    const phone = phoneWith(generated.base32);
    const wrong = { token: wrongCodeOf(phone), user_id: user.id };
    expect(await seen(page.post("/otp/verify", wrong))).toEqual([400, fail(WRONG_TOKEN)]);
    const right = { token: codeOf(phone), user_id: user.id };
    const enabled = { ...user, otp_enabled: true, otp_verified: true };
    expect(await seen(page.post("/otp/verify", right))).toEqual([
      200,
      { otp_verified: true, user: enabled },
    ]);
    expect(await enter(page)).toEqual(enabled);
    expect(await seen(page.post("/otp/validate", wrong))).toEqual([400, fail(WRONG_TOKEN)]);
    expect(await seen(page.post("/otp/validate", right))).toEqual([400, fail(WRONG_TOKEN)]);
    const next = { token: codeOf(phone, 1), user_id: user.id };
    expect(await seen(page.post("/otp/validate", next))).toEqual([200, { otp_valid: true }]);
    expect(await seen(page.post("/otp/disable", { user_id: user.id }))).toEqual([
      200,
      { otp_disabled: true, user },
    ]);
    expect((await enter(page)).otp_enabled).toBe(false);
  });
});

describe("POST /register", () => {
  it.each([
    [{}, 409, "User with that email already exists"],
    [{ email: "ADA@example.com" }, 409, "User with that email already exists"],
    [{ email: "other@example.com", name: undefined }, 400, "name: This field is required."],
  ])("%o beside ada is a %s: %s", async (body, status, message) => {
    await register(page);
    expect(await seen(register(page, body))).toEqual([status, fail(message)]);
  });

  it("says why a password will not do", async () => {
    const [status, body] = await seen(register(page, { password: "12345678" }));
    expect([status, body]).toEqual([400, fail(expect.stringContaining("15"))]);
  });

  it("makes nobody with a second factor of somebody else's choice", async () => {
    await register(page, { otp_enabled: true, otp_verified: true, otp_base32: "A".repeat(32) });
    expect((await enter(page)).otp_enabled).toBe(false);
  });
});

describe("POST /login", () => {
  it("has one answer for whatever is wrong", async () => {
    await register(page);
    for (const body of [{ email: "nobody@example.com" }, { password: "wrong" }]) {
      const answer = page.post("/login", { ...ada, ...body });
      expect(await seen(answer)).toEqual([400, fail("Incorrect email or password")]);
    }
  });

  it("sets a session, or with a second factor a pending log-in that is none", async () => {
    await register(page);
    const user = await enter(page);
    expect([...page.jar.keys()]).toEqual(["__Host-stepgate", "__Host-stepgate-browser"]);
    await setUp(page, user);
    const stranger = browser();
    await enter(stranger);
    expect([...stranger.jar.keys()]).toEqual(["__Host-stepgate-pending"]);
    const answer = stranger.post("/otp/disable", { user_id: user.id });
    expect(await seen(answer)).toEqual([404, fail(`No user with Id: ${user.id} found`)]);
  });
});

describe("the calls about a second factor", () => {
  it("act on nobody but the session's user", async () => {
    await register(page);
    const user = await enter(page);
    const phone = await setUp(page, user);
    const stranger = browser();
    await stranger.post("/register", { name: "Eve", email: "eve@example.com", password: PASSWORD });
    await stranger.post("/login", { email: "eve@example.com", password: PASSWORD });
    for (const visitor of [browser(), stranger]) {
      for (const [path, body] of [
        ["/otp/disable", { user_id: user.id }],
        ["/otp/generate", { user_id: user.id, email: ada.email }],
        ["/otp/verify", { user_id: user.id, token: codeOf(phone) }],
        ["/otp/validate", { user_id: user.id, token: codeOf(phone) }],
      ] as const) {
        const answer = visitor.post(path, body);
        expect(await seen(answer)).toEqual([404, fail(`No user with Id: ${user.id} found`)]);
      }
    }
    expect(await problemCode(await logIn(ada))).toBe(200);
    expect((await enter(browser())).otp_enabled).toBe(true);
  });

  it("leave an active authenticator what it is while another is generated", async () => {
    await register(page);
    const user = await enter(page);
    const phone = await setUp(page, user);
    await page.post("/otp/generate", { user_id: user.id, email: ada.email });
    const fresh = browser();
    await enter(fresh);
    const answer = fresh.post("/otp/validate", { user_id: user.id, token: codeOf(phone) });
    expect(await seen(answer)).toEqual([200, { otp_valid: true }]);
  });

  it("want a code again after five minutes", async () => {
    await register(page);
    const user = await enter(page);
    await setUp(page, user);
    elapse(300);
    for (const path of ["/otp/disable", "/otp/generate"]) {
      const [status, body] = await seen(page.post(path, { user_id: user.id }));
      expect([status, body]).toEqual([403, fail(expect.any(String))]);
    }
  });

  it("are told a missing id and a missing set-up", async () => {
    await register(page);
    const user = await enter(page);
    expect(await seen(page.post("/otp/generate", {}))).toEqual([
      404,
      fail("No user with Id: None found"),
    ]);
    const body = { user_id: user.id, token: 123_456 };
    expect(await seen(page.post("/otp/validate", body))).toEqual([
      404,
      fail("OTP must be verified first"),
    ]);
    expect(await seen(page.post("/otp/verify", body))).toEqual([400, fail(WRONG_TOKEN)]);
  });
});

describe("the form of a request", () => {
  it.each([
    ["GET", {}, 405, { detail: 'Method "GET" not allowed.' }],
    [
      "POST",
      { headers: { "content-type": "text/plain" }, body: "x" },
      415,
      { detail: 'Unsupported media type "text/plain" in request.' },
    ],
  ])("%s %o is a %s", async (method, request, status, body) => {
    expect(await seen(exchange(method, "/api/auth/login", request))).toEqual([status, body]);
  });

  it("may be a form", async () => {
    const form = { name: "Ada", ...ada };
    expect((await exchange("POST", "/api/auth/register", { form })).status).toBe(201);
  });

  it("names an origin that may ask, with credentials", async () => {
    const headers = { origin: "http://localhost:3000", "access-control-request-method": "POST" };
    const local = {
      ...(await import("cloudflare:workers")).env,
      ISSUER_URL: "http://localhost:8000",
    };
    const preflight = await exchange("OPTIONS", "/api/auth/login", { headers }, local);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("http://localhost:3000");
    expect(preflight.headers.get("access-control-allow-credentials")).toBe("true");
    const foreign = { ...headers, origin: "https://evil.example" };
    const refused = await exchange("OPTIONS", "/api/auth/login", { headers: foreign }, local);
    expect(refused.headers.get("access-control-allow-origin")).toBeNull();
    const login = await exchange("POST", "/api/auth/login", { headers: foreign, body: ada }, local);
    expect([login.status, cookiesOf(login)]).toEqual([403, ""]);
  });
});
