import { describe, expect, it } from "vitest";
import {
  answerLogin,
  as,
  auth,
  challengeOf,
  confirmOwn,
  enrolOwn,
  expectJson,
  logIn,
  logInWithCode,
  PASSWORD,
  protect,
  register,
  tokensOf,
  type Tokens,
} from "../../account";
import { admin, codeOf, elapse, problemCode, wrongCodeOf } from "../../service";

describe("registering", () => {
  it("makes an account and logs nobody in", async () => {
    const body = {
      email: " Ada@Example.COM ",
      password: PASSWORD,
      username: "Ada",
      name: "Ada L.",
    };
    const { user } = await expectJson<{ user: object }>(auth("POST", "/register", { body }), 201);
    expect(user).toEqual({
      id: expect.stringMatching(/^usr_/),
      email: "ada@example.com",
      username: "ada",
      name: "Ada L.",
      language: null,
      emailProven: false,
      twoFactor: false,
      createdAt: "2026-10-01T12:00:10.000Z",
    });
  });

  it.each([
    [{ email: "ADA@example.com" }, "email_taken"],
    [{ email: "ａｄａ@example.com" }, "email_taken"],
    [{ email: "b@example.com", username: "ADA" }, "username_taken"],
    [{ email: "b@example.com", password: "too short" }, "weak_password"],
    [{ email: "b@example.com", username: "a@b" }, "invalid_request"],
  ])("%o beside ada is %s", async (body, code) => {
    await register("ada@example.com", { username: "ada" });
    const answer = await auth("POST", "/register", { body: { password: PASSWORD, ...body } });
    expect(await problemCode(answer)).toBe(code);
  });

  it("takes place once for many at the same time", async () => {
    const body = { email: "ada@example.com", password: PASSWORD };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => auth("POST", "/register", { body })),
    );
    expect(answers.map(({ status }) => status)).toEqual(
      expect.arrayContaining([201, ...Array<number>(7).fill(409)]),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it("may be closed; the operator makes accounts all the same", async () => {
    await admin("PATCH", "/apps/accounts", { body: { settings: { registration: "closed" } } });
    const body = { email: "ada@example.com", password: PASSWORD };
    expect(await problemCode(await auth("POST", "/register", { body }))).toBe(
      "registration_closed",
    );
    expect((await admin("POST", "/users", { body })).status).toBe(201);
    expect((await logIn(body)).status).toBe(200);
  });
});

describe("logging in", () => {
  it("works with e-mail address or user name, however they are written", async () => {
    await register("ada@example.com", { username: "ada" });
    for (const name of [{ email: "ADA@example.com " }, { username: " Ada" }]) {
      const body = { ...name, password: PASSWORD };
      expect(await expectJson(auth("POST", "/login", { body }), 200)).toMatchObject({
        status: "authenticated",
        accessToken: expect.any(String),
        expiresIn: 300,
        refreshToken: expect.stringMatching(/^sgr_/),
        user: { email: "ada@example.com", twoFactor: false },
      });
    }
  });

  it("takes a password in any composition of its letters", async () => {
    const person = await register("ada@example.com", { password: "crème brûlée à la carte" });
    const decomposed = person.password.normalize("NFD");
    expect((await logIn({ ...person, password: decomposed })).status).toBe(200);
  });

  it("asks for a code where there is a second factor, and only then begins a session", async () => {
    const person = await protect(await register("ada@example.com"));
    const first = await expectJson<{ challengeToken: string }>(logIn(person), 200);
    expect(first).toEqual({
      status: "second_factor_required",
      challengeToken: expect.stringMatching(/^sgc_/),
      methods: ["totp", "backup_code"],
      expiresAt: "2026-10-01T12:05:40.000Z",
    });
    const wrong = await answerLogin(first.challengeToken, wrongCodeOf(person.phone));
    expect(await problemCode(wrong)).toBe("invalid_code");
    const right = answerLogin(first.challengeToken, codeOf(person.phone));
    expect(await expectJson(right, 200)).toMatchObject({
      status: "authenticated",
      accessToken: expect.any(String),
      backupCodes: { remaining: 10 },
      user: { id: person.id, twoFactor: true },
    });
  });

  it("takes a backup code once", async () => {
    const person = await protect(await register("ada@example.com"));
    const [code = ""] = person.backupCodes;
    expect((await answerLogin(await challengeOf(person), code)).status).toBe(200);
    const again = await answerLogin(await challengeOf(person), code);
    expect(await problemCode(again)).toBe("invalid_code");
  });

  it("is refused to a disabled user, whose sessions end at once", async () => {
    const person = await register("ada@example.com");
    const tokens = await tokensOf(person);
    await admin("PATCH", `/users/${person.id}`, { body: { disabled: true } });
    expect(await problemCode(await as(tokens, "GET", "/me"))).toBe("unauthorized");
    expect(await problemCode(await logIn(person))).toBe("user_disabled");
    expect(await problemCode(await logIn({ ...person, password: "wrong" }))).toBe(
      "invalid_credentials",
    );
  });
});

describe("a refresh token", () => {
  const refresh = ({ refreshToken }: Tokens) =>
    auth("POST", "/refresh", { body: { refreshToken } });

  it("is exchanged for a new pair, and never raises the level", async () => {
    const tokens = await tokensOf(await register("ada@example.com"));
    const next = await expectJson<Tokens>(refresh(tokens), 200);
    expect(next).toEqual({
      accessToken: expect.any(String),
      expiresIn: 300,
      refreshToken: expect.stringMatching(/^sgr_/),
    });
    expect((await as(next, "GET", "/me")).status).toBe(200);
  });

  it("ends its session when it comes a second time", async () => {
    const tokens = await tokensOf(await register("ada@example.com"));
    const next = await expectJson<Tokens>(refresh(tokens), 200);
    expect(await problemCode(await refresh(tokens))).toBe("session_ended");
    expect(await problemCode(await refresh(next))).toBe("session_ended");
    expect(await problemCode(await as(next, "GET", "/me"))).toBe("unauthorized");
  });

  it("is dead after the idle time and after the overall time of its level", async () => {
    const person = await protect(await register("ada@example.com"));
    const idle = await logInWithCode(person);
    elapse(3601);
    expect(await problemCode(await refresh(idle))).toBe("session_ended");
    let busy = await logInWithCode(person);
    for (let hour = 0; hour < 24; hour++) {
      elapse(3500);
      busy = await expectJson<Tokens>(refresh(busy), 200);
    }
    elapse(2400);
    expect(await problemCode(await refresh(busy))).toBe("session_ended");
  });

  it("logs out, also when it is an old one", async () => {
    const tokens = await tokensOf(await register("ada@example.com"));
    const next = await expectJson<Tokens>(refresh(tokens), 200);
    const body = { refreshToken: tokens.refreshToken };
    expect((await auth("POST", "/logout", { body })).status).toBe(204);
    expect(await problemCode(await as(next, "GET", "/me"))).toBe("unauthorized");
    expect((await auth("POST", "/logout", { body })).status).toBe(204);
    expect(await problemCode(await auth("POST", "/logout", { body: {} }))).toBe("session_ended");
  });
});

describe("an account with a required second factor", () => {
  it("can do nothing but enrol one, and then everything", async () => {
    await admin("PATCH", "/apps/accounts", { body: { settings: { secondFactor: "required" } } });
    const person = await register("ada@example.com", { password: "ten chars!" });
    const tokens = await tokensOf(person);
    for (const path of ["/me", "/sessions", "/devices"]) {
      expect(await problemCode(await as(tokens, "GET", path))).toBe("enrolment_required");
    }
    const { id, phone } = await enrolOwn(tokens);
    const raised = await expectJson<Tokens>(confirmOwn(tokens, id, codeOf(phone)), 200);
    expect((await as(raised, "GET", "/me")).status).toBe(200);
  });
});

describe("a reset user", () => {
  it("logs in and enrols with the rebinding token, and with the password alone does neither", async () => {
    const person = await protect(await register("ada@example.com"));
    const reset = admin("POST", `/users/${person.id}/reset`, { body: { reason: "lost phone" } });
    const { rebindToken } = await expectJson<{ rebindToken: string }>(reset, 200);
    expect(await problemCode(await as(person.tokens, "GET", "/me"))).toBe("unauthorized");
    expect(await problemCode(await logIn(person))).toBe("rebinding_required");
    expect(await problemCode(await logIn(person, { rebindToken: "wrong" }))).toBe(
      "rebinding_required",
    );
    const tokens = await tokensOf(person, { rebindToken });
    expect(await problemCode(await as(tokens, "GET", "/me"))).toBe("rebinding_required");
    expect(await problemCode(await as(tokens, "POST", "/authenticators", { body: {} }))).toBe(
      "rebinding_required",
    );
    const { id, phone } = await enrolOwn(tokens, { rebindToken });
    const raised = await expectJson<Tokens>(confirmOwn(tokens, id, codeOf(phone)), 200);
    expect((await as(raised, "GET", "/me")).status).toBe(200);
  });
});
