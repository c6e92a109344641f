/** basic-with-otp, as recorded from the published program. */

import { beforeEach, describe, expect, it } from "vitest";
import { as, expectJson, protect, register, tokensOf, type Person } from "../account";
import { bearer, codeOf, elapse, phoneWith, wrongCodeOf } from "../service";
import { basic, exchange, seen } from "./support";

const credentials = (person: { email: string; password: string }, otp?: string) =>
  exchange("POST", `/auth/credentials${otp === undefined ? "" : `?otp=${otp}`}`, {
    headers: basic(person.email, person.password),
  });

async function tokenOf(person: Person, otp?: string): Promise<string> {
  const [, body] = await seen<{ token: string }>(credentials(person, otp));
  expect(body).toEqual({ token: expect.any(String), status: 0 });
  return body.token;
}

const enable = (token: string, enabled: unknown) =>
  exchange("PUT", "/auth/otp/enable", { body: { enabled }, headers: bearer(token) });
const generate = (token: string) =>
  exchange("GET", "/auth/otp/generate", { headers: bearer(token) });

let person: Person;

beforeEach(async () => {
  person = await register("user2@example.com", { username: "user2" });
});

describe("POST /auth/credentials", () => {
  it("answers a token, 2 or 3, always with status 200", async () => {
    expect(await seen(credentials(person))).toEqual([
      200,
      { token: expect.any(String), status: 0 },
    ]);
    const wrong = { ...person, password: "wrong" };
    expect(await seen(credentials(wrong))).toEqual([200, { token: null, status: 3 }]);
    const nobody = { ...person, email: "nobody" };
    expect(await seen(credentials(nobody, "123456"))).toEqual([200, { token: null, status: 3 }]);
    const guarded = await protect(person);
    const refused = [200, { token: null, status: 2 }];
    for (const otp of [undefined, "", wrongCodeOf(guarded.phone), "junk"]) {
      expect(await seen(credentials(person, otp))).toEqual(refused);
    }
    const code = codeOf(guarded.phone);
    expect((await seen(credentials(person, `000000&otp=${code}`)))[1]).toMatchObject({ status: 0 });
    expect(await seen(credentials(person, code))).toEqual(refused);
  });

  it("charges nothing for a missing code", async () => {
    const { phone } = await protect(person);
    for (let count = 0; count < 12; count++) await credentials(person);
    expect((await seen(credentials(person, codeOf(phone))))[1]).toMatchObject({ status: 0 });
  });

  it.each([
    [{}, "Not authenticated"],
    [bearer("x"), "Not authenticated"],
    [{ authorization: "Basic %%%" }, "Invalid authentication credentials"],
    [{ authorization: "Basic bm9jb2xvbg==" }, "Invalid authentication credentials"],
  ])("%o: %s", async (headers, detail) => {
    const response = await exchange("POST", "/auth/credentials", { headers });
    expect(response.headers.get("www-authenticate")).toBe("Basic");
    expect(await seen(Promise.resolve(response))).toEqual([401, { detail }]);
  });
});

describe("switching the second factor on", () => {
  it("takes effect with the first right code, so that nobody locks themselves out", async () => {
    const token = await tokenOf(person);
    expect(await seen(enable(token, true))).toEqual([200, null]);
    const image = await generate(token);
    expect(image.headers.get("content-type")).toBe("image/png");
    expect(new Uint8Array(await image.arrayBuffer()).subarray(1, 4)).toEqual(
      new TextEncoder().encode("PNG"),
    );
    await tokenOf(person);
    await tokenOf(person, "000000");
    const native = await tokensOf(person);
    const { secret } = await expectJson<{ secret: string }>(
      as(native, "POST", "/authenticators", { body: {} }),
      201,
    );
    await generate(token);
    await tokenOf(person, codeOf(phoneWith(secret)));
    expect((await seen(credentials(person)))[1]).toMatchObject({ status: 0 });
  });

  it("is done with the first right code of the secret shown last", async () => {
    const native = await tokensOf(person);
    const { secret } = await expectJson<{ secret: string }>(
      as(native, "POST", "/authenticators", { body: {} }),
      201,
    );
    const phone = phoneWith(secret);
    const token = await tokenOf(person, codeOf(phone));
    expect((await seen(credentials(person)))[1]).toEqual({ token: null, status: 2 });
    const headers = bearer(token);
    expect((await exchange("GET", "/whoami", { headers })).status).toBe(200);
    expect((await seen(credentials(person, codeOf(phone))))[1]).toEqual({ token: null, status: 2 });
    await tokenOf(person, codeOf(phone, 1));
  });

  it("shows no secret once it is on", async () => {
    const { phone } = await protect(person);
    const token = await tokenOf(person, codeOf(phone));
    expect((await generate(token)).status).toBe(403);
  });

  it("off needs a token that was made with a code in the last five minutes", async () => {
    const before = await tokenOf(person);
    const { phone } = await protect(person);
    expect((await enable(before, false)).status).toBe(401);
    const token = await tokenOf(person, codeOf(phone));
    elapse(301);
    expect((await enable(token, false)).status).toBe(403);
    const fresh = await tokenOf(person, codeOf(phone));
    expect(await seen(enable(fresh, false))).toEqual([200, null]);
    await tokenOf(person);
  });

  it.each([
    [undefined, "field required", "value_error.missing"],
    ["perhaps", "value could not be parsed to a boolean", "type_error.bool"],
  ])("%s is a 422", async (enabled, msg, type) => {
    const token = await tokenOf(person);
    expect(await seen(enable(token, enabled))).toEqual([
      422,
      { detail: [{ loc: ["body", "enabled"], msg, type }] },
    ]);
  });
});

describe("GET /whoami", () => {
  it("answers the user name as a JSON string", async () => {
    const headers = bearer(await tokenOf(person));
    expect(await seen(exchange("GET", "/whoami", { headers }))).toEqual([200, "user2"]);
  });

  it.each([
    [{}, 403, "Not authenticated"],
    [basic("a", "b"), 403, "Invalid authentication credentials"],
    [bearer("junk"), 401, "Unauthorized"],
  ])("%o: %s %s", async (headers, status, detail) => {
    expect(await seen(exchange("GET", "/whoami", { headers }))).toEqual([status, { detail }]);
  });
});
