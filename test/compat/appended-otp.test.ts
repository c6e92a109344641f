/** appended-otp, as recorded from the published program. */

import { beforeEach, describe, expect, it } from "vitest";
import { protect, register, type Protected } from "../account";
import { bearer, codeOf, elapse, wrongCodeOf } from "../service";
import { basic, exchange, seen } from "./support";

const WRONG = [401, { detail: "Incorrect username or password" }];
const missing = (field: string) => ({
  loc: ["body", field],
  msg: "field required",
  type: "value_error.missing",
});

const token = (username: string, password: string, headers = {}) =>
  exchange("POST", "/token", { form: { username, password }, headers });

let person: Protected;

beforeEach(async () => {
  const body = { username: "johndoe", name: "John Doe" };
  person = await protect(await register("johndoe@example.com", body));
});

describe("POST /token", () => {
  it("takes the code behind the password, once", async () => {
    const password = person.password + codeOf(person.phone);
    const [status, body] = await seen(token("johndoe", password));
    expect([status, body]).toEqual([
      200,
      { access_token: expect.any(String), token_type: "bearer" },
    ]);
    expect(await seen(token("johndoe", password))).toEqual(WRONG);
  });

  it("takes the code in digits of another script: the last six characters are the code", async () => {
    for (const zero of [0x660, 0xff10, 0x1d7ce]) {
      const digits = Array.from(codeOf(person.phone), (digit) => zero + Number(digit));
      const password = person.password + String.fromCodePoint(...digits);
      expect((await token("johndoe", password)).status).toBe(200);
      expect(await seen(token("johndoe", person.password + codeOf(person.phone)))).toEqual(WRONG);
      elapse(30);
    }
  });

  it("takes the whole string as the password of somebody without a second factor", async () => {
    const plain = await register("plain@example.com", { password: "a password ending in 123456" });
    expect((await token(plain.email, plain.password)).status).toBe(200);
  });

  it("has one answer for whatever is wrong", async () => {
    const code = codeOf(person.phone);
    for (const [name, password] of [
      ["nobody", person.password + code],
      ["johndoe", `wrong${code}`],
      ["johndoe", person.password],
      ["johndoe", person.password + wrongCodeOf(person.phone)],
      ["johndoe", code],
      ["johndoe", "x"],
    ] as const) {
      const response = await token(name, password);
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
      expect(await seen(Promise.resolve(response))).toEqual(WRONG);
    }
  });

  it("ignores what Swagger UI sends besides", async () => {
    const headers = { ...basic("", ""), "x-requested-with": "XMLHttpRequest" };
    const password = person.password + codeOf(person.phone);
    expect((await token("johndoe", password, headers)).status).toBe(200);
  });

  it.each([
    [{ form: { username: "johndoe" } }, 422, { detail: [missing("password")] }],
    [{ body: { username: "a" } }, 422, { detail: [missing("username"), missing("password")] }],
    [
      { form: { username: "a", password: "b", grant_type: "code" } },
      422,
      {
        detail: [
          {
            loc: ["body", "grant_type"],
            msg: 'string does not match regex "password"',
            type: "value_error.str.regex",
            ctx: { pattern: "password" },
          },
        ],
      },
    ],
  ])("%o is a %s", async (request, status, body) => {
    expect(await seen(exchange("POST", "/token", request))).toEqual([status, body]);
  });

  it("is for POST, and has no slash behind it", async () => {
    expect(await seen(exchange("GET", "/token"))).toEqual([405, { detail: "Method Not Allowed" }]);
    const redirected = await exchange("POST", "/token/", { form: { username: "a" } });
    expect([redirected.status, redirected.headers.get("location")]).toEqual([307, "/token"]);
  });
});

describe("GET /users/me/", () => {
  it.each(["/users/me/", "/users/me"])("%s tells who it is", async (path) => {
    const password = person.password + codeOf(person.phone);
    const response = await token("johndoe", password);
    const { access_token: accessToken } = await response.json<{ access_token: string }>();
    expect(await seen(exchange("GET", path, { headers: bearer(accessToken) }))).toEqual([
      200,
      {
        username: "johndoe",
        email: "johndoe@example.com",
        full_name: "John Doe",
        disabled: false,
      },
    ]);
    const items = `${path.replace(/\/$/, "")}/items/`;
    expect(await seen(exchange("GET", items, { headers: bearer(accessToken) }))).toEqual([
      200,
      [{ item_id: "Foo", owner: "johndoe" }],
    ]);
  });

  it.each([
    [{}, "Not authenticated"],
    [basic("a", "b"), "Not authenticated"],
    [bearer("junk"), "Could not validate credentials"],
  ])("%o: %s", async (headers, detail) => {
    const response = await exchange("GET", "/users/me/", { headers });
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await seen(Promise.resolve(response))).toEqual([401, { detail }]);
  });
});
