import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../chance";
import { as, auth, expectJson, logIn, PASSWORD, register, tokensOf } from "../account";
import { admin, problemCode } from "../service";
import { rows } from "./support";

/** What NFKC makes an @ of. */
const AT_SIGNS = ["@", "\uff20", "\ufe6b"];

interface Named {
  email: string;
  username: string | null;
}

const stored = () => rows<Named>("SELECT email, username FROM accounts");

/** What may stand in D1: nothing that reads like another's name, or like nothing. */
function faultsOf({ username }: Named): string[] {
  if (username === null) return [];
  return [
    ...(username.includes("@") ? ["an @"] : []),
    ...(username.trim() === username && username !== "" ? [] : ["blank at an end"]),
    ...(username.normalize("NFKC").toLowerCase() === username ? [] : ["not normal"]),
  ];
}

describe("a user name", () => {
  it.each(AT_SIGNS)("is no e-mail address, also with %s for an @", async (at) => {
    await register("victim@example.com");
    const username = `victim${at}example.com`;
    const body = { email: "eve@example.com", password: PASSWORD, username };
    expect(await problemCode(await auth("POST", "/register", { body }))).toBe("invalid_request");
    const tokens = await tokensOf(await register("mallory@example.com"));
    const changed = await as(tokens, "PATCH", "/me", { body: { username } });
    expect(await problemCode(changed)).toBe("invalid_request");
    for (const one of await stored()) expect(faultsOf(one)).toEqual([]);
  });

  it.each([" ", "   ", "\u3000", "\u00a0\u2003", "\ufeff"])(
    "is not blank: %o",
    async (username) => {
      const body = { email: "eve@example.com", password: PASSWORD, username };
      const answered = await auth("POST", "/register", { body });
      expect(await problemCode(answered)).toBe("invalid_request");
    },
  );

  it("of any characters is stored in its one spelling, or refused", async () => {
    const tokens = await tokensOf(await register("ada@example.com"));
    const property = fc.asyncProperty(
      fc.string({ unit: "binary", minLength: 1, maxLength: 8 }),
      async (username) => {
        await as(tokens, "PATCH", "/me", { body: { username: null } });
        const changed = await as(tokens, "PATCH", "/me", { body: { username } });
        expect([200, 422]).toContain(changed.status);
        const [one] = await stored();
        expect({ username, faults: one ? faultsOf(one) : ["gone"] }).toEqual({
          username,
          faults: [],
        });
      },
    );
    await fc.assert(property, {
      numRuns: runs(60),
      examples: [["´a"], ["a¨"], ["ﷺ"], ["İ"], ["ſ"], ["ẞ"], ["Å"], ["\u1e9e"], ["ΑΣ"]],
    });
  });

  it("is found again however it was typed at first", async () => {
    const tokens = await tokensOf(await register("ada@example.com"));
    for (const username of ["Straße", "İstanbul", "ΟΔΥΣΣΕΥΣ", "Å", "ﬁn", "½"]) {
      expect((await as(tokens, "PATCH", "/me", { body: { username } })).status).toBe(200);
      for (const typed of [username, ` ${username}`, username.normalize("NFD")]) {
        const body = { username: typed, password: PASSWORD };
        expect((await auth("POST", "/login", { body })).status).toBe(200);
      }
    }
  });
});

describe("an e-mail address", () => {
  it("in another spelling is the same, and takes nobody's place", async () => {
    const ada = await register("ada@example.com");
    const eve = await tokensOf(await register("eve@example.com"));
    const operator = (body: object) => admin("PATCH", `/users/${ada.id}`, { body });
    for (const email of [
      "ADA@EXAMPLE.COM",
      " ada@example.com ",
      "ａda@example.com",
      "ada＠example.com",
    ]) {
      const body = { email, password: PASSWORD };
      expect((await auth("POST", "/register", { body })).ok).toBe(false);
      expect((await as(eve, "PATCH", "/me", { body: { email } })).ok).toBe(false);
      await operator({ email });
      expect((await logIn(ada)).status).toBe(200);
    }
    expect((await stored()).map(({ email }) => email).toSorted()).toEqual([
      "ada@example.com",
      "eve@example.com",
    ]);
  });

  it("is changed in one of 20 parallel calls of two people", async () => {
    const one = await tokensOf(await register("one@example.com"));
    const two = await tokensOf(await register("two@example.com"));
    const body = { email: "free@example.com", username: "free" };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => as(at % 2 ? one : two, "PATCH", "/me", { body })),
    );
    const winners = answers.filter(({ ok }) => ok);
    expect(winners.length).toBeGreaterThan(0);
    const names = new Set(
      await Promise.all(winners.map(async (answer) => (await answer.json<{ id: string }>()).id)),
    );
    expect(names.size).toBe(1);
    expect(
      await expectJson(
        auth("POST", "/login", { body: { username: "free", password: PASSWORD } }),
        200,
      ),
    ).toMatchObject({ user: { id: [...names][0] } });
  });
});
