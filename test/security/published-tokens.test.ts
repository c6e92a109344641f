/** What the tokens, cookies and bodies of the published APIs must not do. */

import { describe, expect, it, vi } from "vitest";
import {
  as,
  auth,
  expectJson,
  logIn,
  PASSWORD,
  register,
  protect,
  tokensOf,
  type Tokens,
} from "../account";
import { basic, cookiesOf, exchange } from "../compat/support";
import { bearer, ORIGIN, send } from "../service";
import { resetBy, setAccounts } from "./account-support";
import { freshAddress, rows } from "./support";

const PAGE = { origin: ORIGIN };

const verify = (token: string) => exchange("POST", "/api/jwt/verify/", { body: { token } });
const whoami = (token: string) => exchange("GET", "/whoami", { headers: bearer(token) });

async function basicToken(email: string): Promise<string> {
  const headers = basic(email, PASSWORD);
  return (
    await expectJson<{ token: string }>(exchange("POST", "/auth/credentials", { headers }), 200)
  ).token;
}

describe("a session that is good for enrolling only", () => {
  it("is no good token to anybody who asks, where a second factor is required", async () => {
    await setAccounts({ secondFactor: "required" });
    const person = await register("ada@example.com");
    const { accessToken } = await tokensOf(person);
    expect((await verify(accessToken)).status).toBe(401);
    expect((await whoami(await basicToken(person.email))).status).toBe(403);
    const me = exchange("GET", "/users/me/", { headers: bearer(accessToken) });
    expect((await me).status).toBe(403);
  });

  it("is no good token to anybody who asks, of a reset user", async () => {
    const person = await protect(await register("ada@example.com"));
    const rebindToken = await resetBy(person);
    const { accessToken } = await expectJson<Tokens>(logIn(person, { rebindToken }), 200);
    expect((await verify(accessToken)).status).toBe(401);
    const body = { email: person.email, password: PASSWORD, cookie: true, rebindToken };
    const cookie = cookiesOf(await auth("POST", "/login", { body, headers: PAGE }));
    expect((await whoami(cookie.split("=")[1] ?? "")).status).toBe(403);
  });
});

describe("a body that is no JSON", () => {
  it.each([
    ["/api/auth/login", `{"email":"ada@example.com","password":Sup3rSecret}`],
    ["/api/jwt/create/", `{"username":"ada","password":'Sup3rSecret'}`],
    ["/api/jwt/totp/verify/", `{"totp_challenge_token":"x","backup_code":Sup3rSecret}`],
  ])("is not quoted in the log of %s", async (path, body) => {
    const lines: string[] = [];
    const log = vi
      .spyOn(console, "log")
      .mockImplementation((line: string) => void lines.push(line));
    const headers = { ...freshAddress(), ...PAGE, "content-type": "application/json" };
    const response = await send(new Request(`${ORIGIN}${path}`, { method: "POST", body, headers }));
    log.mockRestore();
    expect(response.status).toBe(400);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join("\n")).not.toContain("Sup3r");
  });
});

describe("a form that is none", () => {
  it.each(["/api/auth/login", "/api/jwt/create/", "/token"])("is no fault of %s", async (path) => {
    for (const type of ["multipart/form-data", "multipart/form-data; boundary=x"]) {
      const headers = { ...freshAddress(), ...PAGE, "content-type": type };
      const init = { method: "POST", body: "junk", headers };
      expect((await send(new Request(`${ORIGIN}${path}`, init))).status).toBeLessThan(500);
    }
  });
});

describe("django-react", () => {
  it("ignores the cookie beside an Authorization header", async () => {
    const { id, email } = await register("ada@example.com");
    const login = { body: { email, password: PASSWORD }, headers: PAGE };
    const cookie = cookiesOf(await exchange("POST", "/api/auth/login", login));
    const call = (headers: Record<string, string>) => {
      const body = { user_id: id, email };
      return exchange("POST", "/api/auth/otp/generate", {
        body,
        headers: { ...PAGE, cookie, ...headers },
      });
    };
    expect((await call({ authorization: "Bearer nothing" })).status).toBe(404);
    expect((await call({})).status).toBe(200);
  });
});

describe("basic-with-otp", () => {
  it("ends no session by switching off what is not on", async () => {
    const person = await register("ada@example.com");
    const other = await tokensOf(person);
    const headers = bearer(await basicToken(person.email));
    const off = { headers, body: { enabled: false } };
    expect((await exchange("PUT", "/auth/otp/enable", off)).status).toBe(200);
    expect((await as(other, "GET", "/me")).status).toBe(200);
    const events = "SELECT * FROM audit_events WHERE type = 'second_factor.disabled'";
    expect(await rows(events)).toEqual([]);
  });
});

describe("django-totp", () => {
  it("takes a password as it is, with the space at its end", async () => {
    const password = `${PASSWORD} `;
    const { email: username } = await register("ada@example.com", { password });
    const body = { username, password };
    expect((await exchange("POST", "/api/jwt/create/", { body })).status).toBe(200);
  });
});
