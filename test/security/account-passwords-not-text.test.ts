/** Half of a surrogate pair is hashed as U+FFFD by whoever does not look: two passwords would be one. */

import { describe, expect, it } from "vitest";
import { as, auth, logIn, PASSWORD, register, tokensOf } from "../account";
import { admin, call } from "../service";
import { comparable, freshAddress } from "./support";

const NO_TEXT = ["\ud800", "\udfff", "\ufffd", "\0"];
const bad = NO_TEXT.map((character) => `${PASSWORD}${character}`);

/** Half of a pair is refused wherever it stands in a body, before anything looks at it. */
const refusalOf = (password: string) => ({
  status: 422,
  body: password.isWellFormed()
    ? { code: "weak_password", reason: "not_text" }
    : { code: "invalid_request" },
});

describe("a password with a character that is none", () => {
  it.each(bad)("is not set, by whoever: %j", async (password) => {
    const body = { email: "eve@example.com", password };
    const weak = refusalOf(password);
    expect(await comparable(await auth("POST", "/register", { body }))).toMatchObject(weak);
    expect(await comparable(await admin("POST", "/users", { body }))).toMatchObject(weak);
    const person = await register("ada@example.com");
    const changed = await admin("PATCH", `/users/${person.id}`, { body: { password } });
    expect(await comparable(changed)).toMatchObject(weak);
    const change = { currentPassword: PASSWORD, newPassword: password };
    const tokens = await tokensOf(person);
    for (const path of ["/password", "/secure"]) {
      const own = await as(tokens, "POST", path, { body: change });
      expect(await comparable(own)).toMatchObject(weak);
    }
    const adapter = await call("POST", "/api/auth/register", {
      body: { ...body, name: "Eve" },
      headers: freshAddress(),
    });
    expect(adapter.status).toBe(400);
    expect((await logIn(person)).status).toBe(200);
  });

  it("is a wrong one where it is given, alike for known and unknown names", async () => {
    await register("ada@example.com");
    const answersTo = (password: string) =>
      Promise.all(
        ["ada@example.com", "nobody@example.com"].map(async (email) =>
          comparable(await auth("POST", "/login", { body: { email, password } })),
        ),
      );
    const wrong = await answersTo("wrong");
    expect(wrong[0]).toMatchObject({ body: { code: "invalid_credentials" } });
    expect(wrong[1]).toEqual(wrong[0]);
    const [halved, others] = [bad.slice(0, 2), bad.slice(2)];
    for (const password of others) expect(await answersTo(password)).toEqual(wrong);
    for (const password of halved) {
      const [known, unknown] = await answersTo(password);
      expect(known).toMatchObject(refusalOf(password));
      expect(unknown).toEqual(known);
    }
  });
});
