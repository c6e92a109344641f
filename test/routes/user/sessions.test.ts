import { describe, expect, it } from "vitest";
import {
  as,
  auth,
  expectJson,
  logIn,
  PASSWORD,
  register,
  tokensOf,
  type Tokens,
} from "../../account";
import { elapse, ORIGIN, problemCode } from "../../service";

const NEW_PASSWORD = "another horse battery staple";

interface Listed {
  sessions: { id: string; current: boolean; userAgent: string | null; ip: string | null }[];
}

const list = (tokens: Tokens) => expectJson<Listed>(as(tokens, "GET", "/sessions"), 200);

describe("sessions", () => {
  it("are listed with device and address, newest first, and ended one by one", async () => {
    const person = await register("ada@example.com");
    const headers = { "user-agent": "Firefox", "cf-connecting-ip": "192.0.2.7" };
    const body = { email: person.email, password: person.password };
    const first = await expectJson<Tokens>(auth("POST", "/login", { body, headers }), 200);
    elapse(1);
    const second = await tokensOf(person);
    const { sessions } = await list(second);
    expect(sessions).toMatchObject([
      { current: true, aal: 1 },
      { current: false, userAgent: "Firefox", ip: "192.0.2.7", createdAt: expect.any(String) },
    ]);
    expect((await as(second, "DELETE", `/sessions/${sessions[1]?.id}`)).status).toBe(204);
    expect(await problemCode(await as(first, "GET", "/me"))).toBe("unauthorized");
    expect((await list(second)).sessions).toHaveLength(1);
  });

  it("end all but the current one, and with it open log-ins", async () => {
    const person = await register("ada@example.com");
    const [first, second] = [await tokensOf(person), await tokensOf(person)];
    expect((await as(second, "DELETE", "/sessions")).status).toBe(204);
    expect(await problemCode(await as(first, "GET", "/me"))).toBe("unauthorized");
    expect((await as(second, "GET", "/me")).status).toBe(200);
  });

  it("note their use, true to five minutes, and so stay alive", async () => {
    const person = await register("ada@example.com");
    const headers = { origin: ORIGIN };
    const body = { email: person.email, password: PASSWORD, cookie: true };
    const response = await auth("POST", "/login", { body, headers });
    const cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    for (let day = 0; day < 20; day++) {
      elapse(24 * 3600);
      expect((await auth("GET", "/me", { headers: { cookie } })).status).toBe(200);
    }
    elapse(11 * 24 * 3600);
    expect((await auth("GET", "/me", { headers: { cookie } })).status).toBe(401);
  });
});

describe("a change of password", () => {
  it("ends the other sessions and goes on with new tokens", async () => {
    const person = await register("ada@example.com");
    const [other, mine] = [await tokensOf(person), await tokensOf(person)];
    const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const next = await expectJson<Tokens>(as(mine, "POST", "/password", { body }), 200);
    expect(await problemCode(await as(other, "GET", "/me"))).toBe("unauthorized");
    expect((await as(next, "GET", "/me")).status).toBe(200);
    const { refreshToken } = mine;
    expect(await problemCode(await auth("POST", "/refresh", { body: { refreshToken } }))).toBe(
      "session_ended",
    );
    expect(await problemCode(await logIn(person))).toBe("invalid_credentials");
    expect((await logIn({ ...person, password: NEW_PASSWORD })).status).toBe(200);
  });

  it("needs the current one, and a good new one", async () => {
    const tokens = await tokensOf(await register("ada@example.com"));
    for (const [currentPassword, newPassword, code] of [
      ["wrong", NEW_PASSWORD, "invalid_credentials"],
      [PASSWORD, "short", "weak_password"],
      [PASSWORD, "my ada@example.com password", "weak_password"],
    ]) {
      const body = { currentPassword, newPassword };
      expect(await problemCode(await as(tokens, "POST", "/password", { body }))).toBe(code);
    }
  });
});

describe("a profile", () => {
  it("is changed field by field", async () => {
    await register("grace@example.com", { username: "grace" });
    const tokens = await tokensOf(await register("ada@example.com", { username: "ada" }));
    const change = async (body: object) => as(tokens, "PATCH", "/me", { body });
    expect(await (await change({ name: "Ada" })).json()).toMatchObject({ name: "Ada" });
    expect(await (await change({ username: null, email: "A@example.com" })).json()).toMatchObject({
      name: "Ada",
      username: null,
      email: "a@example.com",
    });
    expect(await problemCode(await change({ email: "Grace@example.com" }))).toBe("email_taken");
    expect(await problemCode(await change({ username: "GRACE" }))).toBe("username_taken");
    expect(await expectJson(as(tokens, "GET", "/me"), 200)).toMatchObject({
      email: "a@example.com",
      username: null,
      name: "Ada",
    });
  });

  it("is deleted with everything in it", async () => {
    const person = await register("ada@example.com");
    const tokens = await tokensOf(person);
    expect((await as(tokens, "DELETE", "/me")).status).toBe(204);
    expect(await problemCode(await as(tokens, "GET", "/me"))).toBe("unauthorized");
    expect(await problemCode(await logIn(person))).toBe("invalid_credentials");
    expect((await register("ada@example.com")).id).not.toBe(person.id);
  });
});
