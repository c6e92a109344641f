/** A forgotten password is replaced by a code from a mail, and a second factor is still asked for. */

import { describe, expect, it } from "vitest";
import {
  answerLogin,
  as,
  auth,
  challengeOf,
  expectJson,
  logIn,
  logInWithCode,
  PASSWORD,
  protect,
  register,
  tokensOf,
} from "../account";
import { admin, codeOf } from "../service";
import {
  EMAIL,
  NEW_PASSWORD,
  codeFor,
  forget,
  forgetful,
  newcomer,
  otherThan,
  problemOf,
  proveAddress,
  reader,
  receiveMail,
  reset,
} from "./mailbox";

/** Whoever knows the address and the password. */
const WITH_PASSWORD = { id: "", email: EMAIL, password: PASSWORD };

describe("a forgotten password", () => {
  it("is replaced by the code that was sent to the proven address, and all sessions end", async () => {
    const mailbox = receiveMail();
    const { tokens, ...person } = await reader(mailbox);
    await forget(EMAIL);
    expect((await reset(codeFor(mailbox, EMAIL))).status).toBe(204);
    expect(await problemOf(as(tokens, "GET", "/me"))).toBe("unauthorized");
    expect(await problemOf(logIn(person))).toBe("invalid_credentials");
    await tokensOf({ ...WITH_PASSWORD, password: NEW_PASSWORD });
  });

  it("ends with the second factor still asked", async () => {
    const mailbox = receiveMail();
    const { tokens, ...unprotected } = await reader(mailbox);
    const person = await protect(unprotected, tokens);
    await forget(EMAIL);
    expect((await reset(codeFor(mailbox, EMAIL))).status).toBe(204);
    const again = { ...person, password: NEW_PASSWORD };
    const challenge = await challengeOf(again);
    expect(await problemOf(answerLogin(challenge, "000000"))).toBe("invalid_code");
    await logInWithCode(again);
  });

  it("ends the trust in devices, so that they are asked for a code too", async () => {
    const mailbox = receiveMail();
    await admin("PATCH", "/apps/accounts", { body: { settings: { trustedDevices: true } } });
    const { tokens, ...unprotected } = await reader(mailbox);
    const person = await protect(unprotected, tokens);
    const trusted = await expectJson<{ deviceToken: string }>(
      answerLogin(await challengeOf(person), codeOf(person.phone), { trustDevice: true }),
      200,
    );
    const { deviceToken } = trusted;
    expect(await expectJson(logIn(person, { deviceToken }), 200)).toMatchObject({
      status: "authenticated",
    });
    await forget(EMAIL);
    expect((await reset(codeFor(mailbox, EMAIL))).status).toBe(204);
    const login = logIn({ ...person, password: NEW_PASSWORD }, { deviceToken });
    expect(await expectJson(login, 200)).toMatchObject({ status: "second_factor_required" });
  });

  it("gives this network attempts of its own, after strangers have used up those of everybody", async () => {
    const mailbox = receiveMail();
    const { code } = await forgetful(mailbox);
    const here = { "cf-connecting-ip": "198.51.100.9" };
    for (let wrong = 0; wrong < 100; wrong++) await logIn({ email: EMAIL, password: "wrong" });
    const body = { email: EMAIL, code, newPassword: NEW_PASSWORD };
    expect((await auth("POST", "/password/reset", { body, headers: here })).status).toBe(204);
    const login = { email: EMAIL, password: NEW_PASSWORD };
    expect((await logIn(login)).status).toBe(401);
    expect((await auth("POST", "/login", { body: login, headers: here })).status).toBe(200);
  });

  it("is not replaced by a code that was sent to prove the address", async () => {
    const { mailbox, tokens } = await newcomer();
    await proveAddress(mailbox, { email: EMAIL, tokens });
    await as(tokens, "POST", "/email/code");
    const code = codeFor(mailbox, EMAIL);
    await forget(EMAIL);
    expect(await problemOf(reset(code))).toBe("invalid_mailed_code");
  });

  it.for([
    ["an address that nobody has", "nobody@example.com"],
    ["an address that is not proven", "grace@example.com"],
  ] as const)("answers the same for %s, and sends nothing there", async ([, email]) => {
    const mailbox = receiveMail();
    await reader(mailbox);
    await register("grace@example.com");
    mailbox.letters.length = 0;
    const [known, other] = [await forget(EMAIL), await forget(email)];
    expect([known.status, other.status]).toEqual([204, 204]);
    expect(mailbox.letters.map(({ to }) => to)).toEqual([[EMAIL]]);
    expect(await problemOf(reset("00000000", { email }))).toBe("invalid_mailed_code");
  });

  it("cannot be replaced for somebody whom the operator has disabled", async () => {
    const mailbox = receiveMail();
    const { person, code } = await forgetful(mailbox);
    await admin("PATCH", `/users/${person.id}`, { body: { disabled: true } });
    expect(await problemOf(reset(code))).toBe("user_disabled");
    mailbox.letters.length = 0;
    expect((await forget(EMAIL)).status).toBe(204);
    expect(mailbox.letters).toEqual([]);
  });

  it("is not replaced by a weak one, and the code stays good", async () => {
    const mailbox = receiveMail();
    const { code } = await forgetful(mailbox);
    expect(await problemOf(reset(code, { newPassword: "123456789012345" }))).toBe("weak_password");
    expect((await reset(code)).status).toBe(204);
  });

  it("tells only whoever has the right code that a password is too much like the account's names", async () => {
    const mailbox = receiveMail();
    await reader(mailbox, EMAIL, { username: "countess-of-lovelace" });
    await forget(EMAIL);
    const code = codeFor(mailbox, EMAIL);
    const newPassword = "countess-of-lovelace";
    expect(await problemOf(reset(otherThan(code), { newPassword }))).toBe("invalid_mailed_code");
    expect(await problemOf(reset(code, { newPassword }))).toBe("weak_password");
  });
});
