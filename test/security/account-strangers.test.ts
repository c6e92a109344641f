/** What somebody can do to an account who holds nothing of it. */

import { describe, expect, it } from "vitest";
import { interrupted } from "../interrupted";
import { everywhere } from "../databases";
import { as, auth, logInWithCode, PASSWORD, protect, register, tokensOf } from "../account";
import { codeOf, ORIGIN, problemCode } from "../service";
import { claimsOf, stepUp } from "./account-support";
import { callOn, rows, together } from "./support";

describe("somebody who knows a session's id", () => {
  it("uses up none of its step-ups", async () => {
    const person = await protect(await register("ada@example.com"));
    const id = claimsOf(person.tokens).sid.slice(4);
    const headers = { origin: ORIGIN, cookie: `__Host-stepgate=sgs_${id}_${"a".repeat(52)}` };
    for (let wave = 0; wave < 8; wave++) {
      await together(50, () => auth("POST", "/step-up", { body: { code: "123456" }, headers }));
    }
    expect((await stepUp(person.tokens, { code: codeOf(person.phone) })).status).toBe(200);
  });
});

describe("passwords for names that nobody has", () => {
  it("leave a bounded number of rows, from one place", async () => {
    const headers = { "cf-connecting-ip": "203.0.113.9" };
    const count = async (table: string) =>
      (await rows<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n ?? 0;
    const before = await count("audit_events");
    for (let wave = 0; wave < 5; wave++) {
      await together(50, (at) => {
        const body = { email: `nobody${wave}-${at}@example.com`, password: "x" };
        return auth("POST", "/login", { body, headers });
      });
    }
    expect((await count("audit_events")) - before).toBe(200);
    expect(await count("password_guards")).toBe(401);
  });
});

describe("a capped person", () => {
  it("neither frees their e-mail address nor changes what they log in with", async () => {
    const person = await protect(await register("ada@example.com"));
    const tokens = await logInWithCode(person);
    await everywhere.prepare("UPDATE users SET capped_at = 1 WHERE id = ?").bind(person.id).run();
    const body = { email: "else@example.com" };
    expect(await problemCode(await as(tokens, "PATCH", "/me", { body }))).toBe("locked");
    const again = { email: person.email, password: PASSWORD };
    expect(await problemCode(await auth("POST", "/register", { body: again }))).toBe("email_taken");
  });
});

describe("a wrong password in flight while the account is deleted", () => {
  it("leaves no address behind", async () => {
    const person = await register("ada@example.com");
    const tokens = await tokensOf(person);
    const bindings = interrupted(async () => {
      expect((await as(tokens, "DELETE", "/me")).status).toBe(204);
    });
    const body = { email: person.email, password: "wrong" };
    const answer = await callOn(bindings, "POST", "/auth/login", { body });
    expect(answer.status).toBe(401);
    const left = await rows(
      "SELECT ip FROM audit_events WHERE user_id = ? AND ip IS NOT NULL",
      person.id,
    );
    expect(left).toEqual([]);
  });
});

describe("an e-mail address", () => {
  it("is not longer than 254 characters after normalisation either", async () => {
    const body = { email: `${"\ufb03".repeat(200)}@example.com`, password: PASSWORD };
    expect(await problemCode(await auth("POST", "/register", { body }))).toBe("invalid_request");
  });
});
