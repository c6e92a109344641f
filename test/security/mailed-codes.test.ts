/** Codes from mails: nobody can guess one, learn from asking for one, or use one that is not theirs. */

import { beforeEach, describe, expect, it } from "vitest";
import { as, auth, logIn, PASSWORD, protect, register, tokensOf } from "../account";
import { currentBindings } from "../bindings";
import { metered } from "../d1-meter";
import {
  codeFor,
  keepMail,
  otherThan,
  reader,
  type Letters,
  forget,
  reset,
  NEW_PASSWORD,
  EMAIL,
} from "../mail/mailbox";
import { admin } from "../service";
import { comparable, d1Whose, rows, together } from "./support";

let mailbox: Letters;

beforeEach(() => {
  mailbox = keepMail();
});

/** These bindings, with the mail of this test. */
function withMail<Given extends object>(bindings: Given): Env & Given {
  const mail = Object.entries(currentBindings()).filter(([name]) => /^(MAIL|EMAIL)/.test(name));
  return { ...currentBindings(), ...bindings, ...Object.fromEntries(mail) };
}

/** Addresses, and what the account is like that has each of them, if one has. */
async function people(): Promise<string[]> {
  const provenOne = (name: string) => reader(mailbox, `${name}@example.com`);
  await register("unproven@example.com");
  await provenOne("proven");
  const protectedOne = await provenOne("protected");
  await protect(protectedOne, protectedOne.tokens);
  const disabled = await provenOne("disabled");
  await admin("PATCH", `/users/${disabled.id}`, { body: { disabled: true } });
  const deleted = await provenOne("deleted");
  await admin("DELETE", `/users/${deleted.id}`);
  mailbox.letters.length = 0;
  const names = ["nobody", "unproven", "proven", "protected", "disabled", "deleted"];
  return names.map((name) => `${name}@example.com`);
}

describe("whoever asks for a code, or gives a wrong one, learns nothing of the account", () => {
  it("from the answer, to the last header", async () => {
    const emails = await people();
    const [asked, given] = [new Set<string>(), new Set<string>()];
    for (const email of emails) {
      const answer = await forget(email);
      asked.add(`${answer.status} ${await answer.text()}`);
      given.add(JSON.stringify(await comparable(await reset("00000000", { email }))));
    }
    expect([...asked]).toEqual(["204 "]);
    expect(given.size).toBe(1);
    expect([...given][0]).toContain('"code":"invalid_mailed_code"');
    expect(mailbox.letters.map(({ to }) => to[0])).toEqual([
      "proven@example.com",
      "protected@example.com",
    ]);
  });

  it("from the round trips that it takes", async () => {
    const emails = await people();
    const seen = new Set<string>();
    for (const email of emails) {
      const { binding, trips } = metered();
      const bindings = withMail(binding);
      await auth("GET", "/me", { bindings });
      trips.length = 0;
      await reset("00000000", { email }, { bindings });
      seen.add(JSON.stringify(trips.slice(0, 3)));
    }
    expect(seen.size).toBe(1);
  });

  it("from a weak password, which is refused before anything is looked at", async () => {
    const emails = await people();
    const seen = new Set<string>();
    for (const email of emails) {
      const body = { email, code: "00000000", newPassword: "123456789012345" };
      seen.add(JSON.stringify(await comparable(await auth("POST", "/password/reset", { body }))));
    }
    expect([...seen]).toEqual([expect.stringContaining('"code":"weak_password"')]);
  });
});

describe("guessing", () => {
  it("at once is no more than guessing one after the other: the code is dead after five", async () => {
    await reader(mailbox);
    await forget(EMAIL);
    const code = codeFor(mailbox, EMAIL);
    const wrong = await together(20, () => reset(otherThan(code)));
    expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([401]));
    expect(await rows("SELECT failures FROM mail_codes WHERE purpose = 'password'")).toEqual([
      { failures: 5 },
    ]);
    expect((await reset(code)).status).toBe(401);
    expect((await logIn({ email: EMAIL, password: PASSWORD })).status).toBe(200);
  });

  it("shows in the account's activity and trail, once for each try that counted", async () => {
    const { tokens } = await reader(mailbox);
    await forget(EMAIL);
    for (let tries = 0; tries < 8; tries++) {
      await reset(otherThan(codeFor(mailbox, EMAIL)));
    }
    const failures = "SELECT reason FROM audit_events WHERE type = 'password.reset'";
    expect(await rows(failures)).toEqual(
      Array.from({ length: 5 }, () => ({ reason: "wrong_code" })),
    );
    const activity = await (
      await as(tokens, "GET", "/activity")
    ).json<{
      items: { type: string; outcome: string }[];
    }>();
    expect(activity.items.slice(0, 2)).toMatchObject([
      { type: "password.reset", outcome: "failure" },
      { type: "password.reset", outcome: "failure" },
    ]);
  });
});

describe("a code of somebody else", () => {
  it("does not set the password of another account, whichever address is given with it", async () => {
    await reader(mailbox);
    await reader(mailbox, "eve@example.com");
    await forget("eve@example.com");
    const eves = codeFor(mailbox, "eve@example.com");
    await forget(EMAIL);
    expect((await reset(eves)).status).toBe(401);
    expect((await logIn({ email: EMAIL, password: PASSWORD })).status).toBe(200);
  });

  it("sets nothing once the account has another address", async () => {
    const { tokens } = await reader(mailbox);
    await forget(EMAIL);
    const code = codeFor(mailbox, EMAIL);
    await as(tokens, "PATCH", "/me", { body: { email: "new@example.com" } });
    expect((await reset(code)).status).toBe(401);
    expect((await reset(code, { email: "new@example.com" })).status).toBe(401);
  });

  it("sets nothing for whoever registers with an address that an account had before", async () => {
    const { tokens } = await reader(mailbox);
    await forget(EMAIL);
    const code = codeFor(mailbox, EMAIL);
    await as(tokens, "PATCH", "/me", { body: { email: "new@example.com" } });
    await register(EMAIL);
    expect((await reset(code)).status).toBe(401);
  });
});

describe("a database that fails", () => {
  it("leaves the password, and the code good", async () => {
    await reader(mailbox);
    await forget(EMAIL);
    const code = codeFor(mailbox, EMAIL);
    const failing = d1Whose(() => Promise.reject(new Error("D1_ERROR: Network connection lost.")));
    expect((await reset(code, {}, { bindings: withMail(failing) })).status).toBe(503);
    expect((await logIn({ email: EMAIL, password: PASSWORD })).status).toBe(200);
    expect((await reset(code)).status).toBe(204);
  });

  it("after its commit leaves one password, and the code used up", async () => {
    await reader(mailbox);
    await forget(EMAIL);
    const code = codeFor(mailbox, EMAIL);
    const failing = d1Whose(async (commit) => {
      await commit();
      throw new Error("D1_ERROR: Network connection lost.");
    });
    expect((await reset(code, {}, { bindings: withMail(failing) })).status).toBe(503);
    expect((await reset(code)).status).toBe(401);
    await tokensOf({ id: "", email: EMAIL, password: NEW_PASSWORD });
  });
});
