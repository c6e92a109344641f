/** Codes from mails: an address is proven by one, and a forgotten password is replaced by one. */

import { describe, expect, it } from "vitest";
import { as, expectJson, PASSWORD, register, tokensOf } from "../account";
import { everywhere } from "../databases";
import { elapse } from "../service";
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

const prove = (tokens: Parameters<typeof as>[0], code: string) =>
  as(tokens, "POST", "/email/prove", { body: { code } });

interface Profile {
  email: string;
  emailProven: boolean;
  language: string | null;
}
const profileOf = (tokens: Parameters<typeof as>[0]) =>
  expectJson<Profile>(as(tokens, "GET", "/me"), 200);

describe("an e-mail address", () => {
  it("is proven by the code that was sent there", async () => {
    const { mailbox, tokens } = await newcomer();
    expect(await profileOf(tokens)).toMatchObject({ emailProven: false });
    expect((await as(tokens, "POST", "/email/code")).status).toBe(204);
    const code = codeFor(mailbox, EMAIL);
    const proven = await expectJson<Profile>(prove(tokens, code), 200);
    expect(proven).toMatchObject({ email: EMAIL, emailProven: true });
    expect(await profileOf(tokens)).toMatchObject({ emailProven: true });
  });

  it("is not proven any more once it is another one", async () => {
    const mailbox = receiveMail();
    const { tokens } = await reader(mailbox);
    const changed = await expectJson<Profile>(
      as(tokens, "PATCH", "/me", { body: { email: "ada@example.net" } }),
      200,
    );
    expect(changed.emailProven).toBe(false);
    expect(await profileOf(tokens)).toMatchObject({ emailProven: false });
  });

  it("stays proven if it is given again, in another spelling", async () => {
    const mailbox = receiveMail();
    const { tokens } = await reader(mailbox);
    await expectJson(as(tokens, "PATCH", "/me", { body: { email: "ADA@Example.com" } }), 200);
    expect(await profileOf(tokens)).toMatchObject({ emailProven: true });
  });

  it("is not proven by a code that was sent to the one before", async () => {
    const { mailbox, tokens } = await newcomer();
    await as(tokens, "POST", "/email/code");
    const code = codeFor(mailbox, EMAIL);
    await expectJson(as(tokens, "PATCH", "/me", { body: { email: "ada@example.net" } }), 200);
    expect(await problemOf(prove(tokens, code))).toBe("invalid_mailed_code");
    expect(await profileOf(tokens)).toMatchObject({ emailProven: false });
  });

  it("is not proven by a code of somebody else", async () => {
    const { mailbox, tokens } = await newcomer();
    const grace = await register("grace@example.com");
    await as(await tokensOf(grace), "POST", "/email/code");
    await as(tokens, "POST", "/email/code");
    expect(await problemOf(prove(tokens, codeFor(mailbox, grace.email)))).toBe(
      "invalid_mailed_code",
    );
  });

  it("is not proven by the code for a new password", async () => {
    const mailbox = receiveMail();
    const { code } = await forgetful(mailbox);
    const tokens = await tokensOf(WITH_PASSWORD);
    await as(tokens, "POST", "/email/code");
    expect(await problemOf(prove(tokens, code))).toBe("invalid_mailed_code");
  });
});

describe("a code from a mail", () => {
  it("is good once", async () => {
    const { mailbox, tokens } = await newcomer();
    await proveAddress(mailbox, { email: EMAIL, tokens });
    expect(await problemOf(prove(tokens, codeFor(mailbox, EMAIL)))).toBe("invalid_mailed_code");
  });

  it("is good once, however many try it together", async () => {
    const mailbox = receiveMail();
    const { code } = await forgetful(mailbox);
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, at) => reset(code, { newPassword: `${NEW_PASSWORD} ${at}` })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
  });

  it.for([
    ["14 minutes and 59 seconds", 899, 200],
    ["15 minutes", 900, 401],
  ] as const)("after %s answers as it should", async ([, seconds, status]) => {
    const { mailbox, tokens } = await newcomer();
    await as(tokens, "POST", "/email/code");
    elapse(seconds);
    const fresh = await tokensOf(WITH_PASSWORD);
    expect((await prove(fresh, codeFor(mailbox, EMAIL))).status).toBe(status);
  });

  it("ends with five wrong ones", async () => {
    const { mailbox, tokens } = await newcomer();
    await as(tokens, "POST", "/email/code");
    const code = codeFor(mailbox, EMAIL);
    for (let tries = 0; tries < 5; tries++) {
      expect(await problemOf(prove(tokens, otherThan(code)))).toBe("invalid_mailed_code");
    }
    expect(await problemOf(prove(tokens, code))).toBe("invalid_mailed_code");
  });

  it("is good after four wrong ones, and only the newest is", async () => {
    const { mailbox, tokens } = await newcomer();
    await as(tokens, "POST", "/email/code");
    const first = codeFor(mailbox, EMAIL);
    await as(tokens, "POST", "/email/code");
    const second = codeFor(mailbox, EMAIL);
    expect(await problemOf(prove(tokens, first))).toBe("invalid_mailed_code");
    for (let tries = 0; tries < 3; tries++) await prove(tokens, otherThan(second));
    await expectJson(prove(tokens, second), 200);
  });

  it("may be typed with spaces, and has eight digits", async () => {
    const { mailbox, tokens } = await newcomer();
    await as(tokens, "POST", "/email/code");
    const code = codeFor(mailbox, EMAIL);
    for (const wrong of ["1234567", "123456789", "abcdefgh", "", "１２３４５６７８"]) {
      expect(await problemOf(prove(tokens, wrong))).toBe("invalid_request");
    }
    await expectJson(prove(tokens, ` ${code.slice(0, 4)} ${code.slice(4)} `), 200);
  });

  it("is stored as a keyed digest only", async () => {
    const { mailbox, tokens } = await newcomer();
    await as(tokens, "POST", "/email/code");
    const { results } = await everywhere.prepare("SELECT * FROM mail_codes").all();
    expect(results).toHaveLength(1);
    expect(JSON.stringify(results)).not.toContain(codeFor(mailbox, EMAIL));
  });

  it("is sent five times an hour to one address at most, whoever asks", async () => {
    receiveMail();
    for (let count = 0; count < 5; count++) expect((await forget(EMAIL)).status).toBe(204);
    const refused = await forget(EMAIL);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("3600");
    elapse(3600);
    expect((await forget(EMAIL)).status).toBe(204);
  });
});

describe("without mail", () => {
  it.for([
    ["POST", "/email/code", undefined],
    ["POST", "/email/prove", { code: "12345678" }],
    ["POST", "/password/forgotten", { email: EMAIL }],
    ["POST", "/password/reset", { email: EMAIL, code: "12345678", newPassword: NEW_PASSWORD }],
  ] as const)("%s %s says that none is sent", async ([method, path, body]) => {
    const tokens = await tokensOf(await register(EMAIL));
    expect(await problemOf(as(tokens, method, path, body && { body }))).toBe("mail_off");
  });
});
