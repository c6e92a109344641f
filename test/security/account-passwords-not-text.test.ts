/** Half of a surrogate pair is hashed as U+FFFD by whoever does not look: two passwords would be one. */

import { describe, expect, it } from "vitest";
import { as, auth, logIn, PASSWORD, register, tokensOf } from "../account";
import { admin, call } from "../helpers";
import { comparable, freshAddress } from "./support";

const NO_TEXT = ["\ud800", "\udfff", "\ufffd", "\0"];
const bad = NO_TEXT.map((character) => `${PASSWORD}${character}`);

const weak = { status: 422, body: { code: "weak_password", reason: "not_text" } };

describe("a password with a character that is none", () => {
  it.each(bad)("is not set, by whoever: %j", async (password) => {
    const body = { email: "eve@example.com", password };
    expect(await comparable(await auth("POST", "/register", { body }))).toMatchObject(weak);
    expect(await comparable(await admin("POST", "/users", { body }))).toMatchObject(weak);
    const person = await register("ada@example.com");
    const changed = await admin("PATCH", `/users/${person.id}`, { body: { password } });
    expect(await comparable(changed)).toMatchObject(weak);
    const change = { currentPassword: PASSWORD, newPassword: password };
    const own = await as(await tokensOf(person), "POST", "/password", { body: change });
    expect(await comparable(own)).toMatchObject(weak);
    const adapter = await call("POST", "/api/auth/register", {
      body: { ...body, name: "Eve" },
      headers: freshAddress(),
    });
    expect(adapter.status).toBe(400);
    expect((await logIn(person)).status).toBe(200);
  });

  it("is a wrong one where it is given, alike for known and unknown names", async () => {
    const seen = new Set<string>();
    await register("ada@example.com");
    for (const email of ["ada@example.com", "nobody@example.com"]) {
      for (const password of [...bad, "wrong"]) {
        const body = { email, password };
        seen.add(JSON.stringify(await comparable(await auth("POST", "/login", { body }))));
      }
    }
    expect(seen.size).toBe(1);
    expect([...seen][0]).toContain('"code":"invalid_credentials"');
  });
});
