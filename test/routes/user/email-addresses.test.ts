import { describe, expect, it } from "vitest";
import { as, auth, expectJson, logIn, PASSWORD, register, tokensOf } from "../../account";
import { admin } from "../../service";
import { comparable, rows } from "../../security/support";

interface Answer {
  user: { id: string; email: string };
}

const signUp = (email: string) =>
  auth("POST", "/register", { body: { email, password: PASSWORD } });
const stored = async () =>
  (await rows<{ email: string }>("SELECT email FROM accounts")).map(({ email }) => email);

describe("an e-mail address", () => {
  it.each([
    ["r&d@example.com", "r&d@example.com"],
    ["o'hara+tag@example.com", "o'hara+tag@example.com"],
    ["!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"],
    ["a..b@example.com", "a..b@example.com"],
    ["ada@localhost", "ada@localhost"],
    ["ADA@Example.COM", "ada@example.com"],
    [" ada@example.com ", "ada@example.com"],
    ["ada@münchen.example", "ada@xn--mnchen-3ya.example"],
    ["Ada@MÜNCHEN.example", "ada@xn--mnchen-3ya.example"],
    ["ada@mu\u0308nchen.example", "ada@xn--mnchen-3ya.example"],
    ["ada@xn--mnchen-3ya.example", "ada@xn--mnchen-3ya.example"],
    ["ada@straße.example", "ada@xn--strae-oqa.example"],
    ["ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"],
  ])("is taken as browsers take it: %s", async (email, stands) => {
    expect((await signUp(email)).status).toBe(201);
    expect(await stored()).toEqual([stands]);
    expect((await logIn({ email, password: PASSWORD })).status).toBe(200);
  });

  it.each([
    "ada",
    "@example.com",
    "ada@",
    "ada@-example.com",
    "ada@exa_mple.com",
    "ada@example.com.",
    "a b@example.com",
    '"a b"@example.com',
    "ada@[192.0.2.1]",
    "ada@b@example.com",
    "ada@ü/../x",
    "ada@ü:80",
    "ada@ü%2ecom",
    `ada@${"ü".repeat(60)}.example`,
    `ada@${"a".repeat(64)}.example`,
  ])("is none: %s", async (email) => {
    const answer = await comparable(await signUp(email));
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid_request" } });
    expect(await stored()).toEqual([]);
  });

  it.each(["jürgen@example.com", "用户@例え.テスト"])(
    "with letters beyond ASCII before the @ is not taken, and the answer says so: %s",
    async (email) => {
      const detail = "email: letters beyond ASCII are taken behind the @ only";
      expect(await comparable(await signUp(email))).toMatchObject({ body: { detail } });
    },
  );
});

describe("an address in letters of its own", () => {
  it("is shown in them, however it was typed", async () => {
    const { user } = await expectJson<Answer>(signUp("ada@xn--mnchen-3ya.example"), 201);
    expect(user.email).toBe("ada@münchen.example");
    const tokens = await tokensOf({ ...user, password: PASSWORD });
    const me = await expectJson<{ email: string }>(as(tokens, "GET", "/me"), 200);
    expect(me.email).toBe("ada@münchen.example");
    const detail = await expectJson(admin("GET", `/users/${user.id}`), 200);
    expect(detail).toMatchObject({ account: { email: "ada@münchen.example" } });
  });

  it("is one account in all its spellings", async () => {
    await register("ada@münchen.example");
    for (const email of ["ada@xn--mnchen-3ya.example", "ADA@MÜNCHEN.EXAMPLE"]) {
      expect(await comparable(await signUp(email))).toMatchObject({
        body: { code: "email_taken" },
      });
    }
    const eve = await tokensOf(await register("eve@example.com"));
    const body = { email: "ada@xn--mnchen-3ya.example" };
    expect((await as(eve, "PATCH", "/me", { body })).status).toBe(409);
  });
});

describe("the operator's search", () => {
  it.each([
    "ada@münchen.example",
    "ADA@MÜNCHEN.EXAMPLE",
    "ada@xn--mnchen-3ya.example",
    "  ada@münchen.example  ",
    "ÖSTERREICH",
    "österreich",
  ])("finds an account by %j, in any case", async (query) => {
    await register("ada@münchen.example", { username: "Österreicherin" });
    await register("eve@example.com");
    const path = `/users?query=${encodeURIComponent(query)}`;
    const { items } = await expectJson<{ items: { email: string }[] }>(admin("GET", path), 200);
    expect(items.map(({ email }) => email)).toEqual(["ada@münchen.example"]);
  });
});
