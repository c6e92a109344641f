import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { everywhere } from "../../databases";
import { as, auth, expectJson, logIn, PASSWORD, protect, register, tokensOf } from "../../account";
import { admin, problemCode } from "../../service";
import { rows } from "../../security/support";

const NEW_PASSWORD = "another horse battery staple";

/** A password, and what Python's cryptography makes of it at costs of its own. */
const MADE_ELSEWHERE = [
  "a password from another system",
  "$argon2id$v=19$m=47104,t=1,p=1$c2FsdCBvZiAxNiBieXRlcw$4lgIS051fjuH7lFI8eK04OIXUbM/Qn9luKpJohnvznM",
] as const;

interface Page {
  items: { id: string; email: string | null; username: string | null }[];
}

describe("accounts, to the operator", () => {
  it("are made, with the names that log in", async () => {
    const body = { email: "Ada@Example.com", password: PASSWORD, username: "ada", name: "Ada" };
    const made = await expectJson<{ id: string }>(admin("POST", "/users", { body }), 201);
    expect(made).toMatchObject({ email: "ada@example.com", username: "ada", twoFactor: false });
    expect(await expectJson(admin("GET", `/users/${made.id}`), 200)).toMatchObject({
      appId: "accounts",
      account: { email: "ada@example.com", username: "ada", name: "Ada" },
    });
    expect((await logIn({ email: "ada@example.com", password: PASSWORD })).status).toBe(200);
    expect(await problemCode(await admin("POST", "/users", { body }))).toBe("email_taken");
  });

  it("are made with the hash of another system, which the first right password replaces", async () => {
    const [password, passwordHash] = MADE_ELSEWHERE;
    const body = { email: "ada@example.com", passwordHash };
    await expectJson(admin("POST", "/users", { body }), 201);
    const stored = async () =>
      (await rows("SELECT password_hash AS hash FROM accounts"))[0]?.["hash"];
    expect(await problemCode(await logIn({ email: "ada@example.com", password: PASSWORD }))).toBe(
      "invalid_credentials",
    );
    expect(await stored()).toBe(passwordHash);
    expect((await logIn({ email: "ada@example.com", password })).status).toBe(200);
    await vi.waitFor(async () =>
      expect(await stored()).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/),
    );
    expect((await logIn({ email: "ada@example.com", password })).status).toBe(200);
  });

  it.each([
    [
      { passwordHash: "$2b$12$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
      "passwordHash",
    ],
    [{ passwordHash: MADE_ELSEWHERE[1].replace("t=1", "t=11") }, "passwordHash"],
    [{ passwordHash: MADE_ELSEWHERE[1].replace("m=47104", "m=65537") }, "passwordHash"],
    [{ passwordHash: MADE_ELSEWHERE[1], password: PASSWORD }, "password"],
    [{}, "password"],
  ])("are not made with %j", async (given, field) => {
    const body = { email: "ada@example.com", ...given };
    const refused = await admin("POST", "/users", { body });
    expect(await refused.json()).toMatchObject({
      code: "invalid_request",
      detail: expect.stringContaining(`${field}: `),
    });
    expect(await rows("SELECT * FROM accounts")).toEqual([]);
  });

  it("are found by the beginning of an e-mail address or user name", async () => {
    const ada = await register("ada@example.com", { username: "countess" });
    await register("grace@example.org");
    for (const query of ["ADA@", "Count", ada.id]) {
      const { items } = await expectJson<Page>(admin("GET", `/users?query=${query}`), 200);
      expect(items).toMatchObject([{ id: ada.id, email: "ada@example.com", username: "countess" }]);
    }
  });

  it("are changed, and a new password ends all sessions", async () => {
    const ada = await register("ada@example.com", { username: "ada" });
    const tokens = await tokensOf(ada);
    const change = (body: object) => admin("PATCH", `/users/${ada.id}`, { body });
    await expectJson(change({ email: "New@example.com", username: null, name: "Ada" }), 200);
    expect(await expectJson(as(tokens, "GET", "/me"), 200)).toMatchObject({
      email: "new@example.com",
      username: null,
      name: "Ada",
    });
    expect(await problemCode(await change({ password: "too short" }))).toBe("weak_password");
    expect((await change({ password: NEW_PASSWORD, reason: "forgot it" })).status).toBe(200);
    expect(await problemCode(await as(tokens, "GET", "/me"))).toBe("unauthorized");
    expect((await logIn({ email: "new@example.com", password: NEW_PASSWORD })).status).toBe(200);
    const notes = await rows("SELECT note FROM audit_events WHERE type = 'account.changed'");
    expect(notes).toContainEqual({ note: "forgot it" });
  });

  it("take names that are nobody else's, also in parallel", async () => {
    await register("taken@example.com", { username: "taken" });
    const people = [await register("a@example.com"), await register("b@example.com")];
    const change = (id: string, body: object) => admin("PATCH", `/users/${id}`, { body });
    const [first] = people;
    const taken = { email: "TAKEN@example.com" };
    expect(await problemCode(await change(first?.id ?? "", taken))).toBe("email_taken");
    expect(await problemCode(await change(first?.id ?? "", { username: "Taken" }))).toBe(
      "username_taken",
    );
    const body = { email: "same@example.com" };
    const answers = await Promise.all(people.map(({ id }) => change(id, body)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it("are deleted with all that is theirs; the trail that stays says nothing personal", async () => {
    const ada = await protect(await register("ada@example.com"));
    await logIn(ada);
    await admin("PATCH", `/users/${ada.id}`, { body: { name: "A", reason: "Ada asked by phone" } });
    expect((await admin("DELETE", `/users/${ada.id}`)).status).toBe(204);
    for (const table of ["accounts", "sessions", "authenticators", "backup_codes", "users"]) {
      expect(await rows(`SELECT * FROM ${table}`)).toEqual([]);
    }
    const trail = await rows(
      "SELECT ip, user_agent, note FROM audit_events WHERE user_id = ?",
      ada.id,
    );
    expect(trail.length).toBeGreaterThan(3);
    expect(new Set(trail.map((row) => JSON.stringify(row)))).toEqual(
      new Set([JSON.stringify({ ip: null, user_agent: null, note: null })]),
    );
  });
});

describe("a hash with other parameters than today's", () => {
  it("is made anew at the next log-in, and goes on being the same password", async () => {
    const ada = await register("ada@example.com");
    // argon2id of PASSWORD, with m=8, t=1.
    const weak =
      "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$E/9XOcEJe3mPXG7g015mjI/Ptw7gpcl7bw+7BNqI9bQ";
    await everywhere.prepare("UPDATE accounts SET password_hash = ?").bind(weak).run();
    expect((await logIn(ada)).status).toBe(200);
    const [after] = await rows<{ password_hash: string }>("SELECT password_hash FROM accounts");
    expect(after?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await logIn(ada)).status).toBe(200);
    const wrong = { ...ada, password: "wrong" };
    expect(await problemCode(await logIn(wrong))).toBe("invalid_credentials");
  });

  it("that cannot be read is a fault, and never a password that matches", async () => {
    const ada = await register("ada@example.com");
    await everywhere.prepare("UPDATE accounts SET password_hash = ''").run();
    expect(await problemCode(await logIn(ada))).toBe("unreadable_data");
  });
});

describe("signing keys", () => {
  it("of before go on verifying while a new one signs", async () => {
    const tokens = await tokensOf(await register("ada@example.com"));
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
      "sign",
    ]);
    if (!("privateKey" in pair)) throw new Error("no pair");
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
    if (!(pkcs8 instanceof ArrayBuffer)) throw new Error("no key");
    const encoded = new Uint8Array(pkcs8).toBase64({
      alphabet: "base64url",
      omitPadding: true,
    });
    const rotated = { ...env, SIGNING_KEYS: `new:${encoded},${env.SIGNING_KEYS}` };
    const { accessToken, refreshToken } = tokens;
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await auth("GET", "/me", { headers, bindings: rotated })).status).toBe(200);
    const options = { body: { refreshToken }, bindings: rotated };
    const next = await expectJson<{ accessToken: string }>(auth("POST", "/refresh", options), 200);
    const [header = ""] = next.accessToken.split(".");
    expect(JSON.parse(atob(header))).toMatchObject({ alg: "ES256", kid: "new", typ: "at+jwt" });
    const gone = { ...env, SIGNING_KEYS: `new:${encoded}` };
    expect((await auth("GET", "/me", { headers, bindings: gone })).status).toBe(401);
  });
});
