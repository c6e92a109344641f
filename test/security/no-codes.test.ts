/** What is no code is a mistake of the form, and no guess. */

import type { TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import { auth, challengeOf, protect, register, type Protected } from "../account";
import { codeOf, createApp, enrolled, problemCode, type TestApp } from "../service";
import { countSessions, stepUpOwn } from "./account-support";
import { answer, attempts, challengeFor, isAccepted, storedUser } from "./support";

/** What is no code, made of one. */
const NO_CODES: [string, (code: string) => unknown][] = [
  ["a number", Number],
  ["a number with a leading one", (code) => Number(`1${code}`)],
  ["an array of it", (code) => [code]],
  ["an array of two", (code) => [code, code]],
  ["an object", (code) => ({ code })],
  ["an object that prints as it", (code) => ({ toString: code, length: 6 })],
  ["true", () => true],
  ["null", () => null],
  ["nothing", () => undefined],
  ["an empty string", () => ""],
  ["blanks", () => "   "],
  ["five digits", (code) => code.slice(1)],
  ["nine digits", (code) => code + code.slice(3)],
  ["ten digits", (code) => code + code.slice(2)],
  ["two letters", () => "ab"],
  ["the code twice", (code) => code + code],
  ["the code with a NUL", (code) => `${code}\0`],
  ["the code with a letter", (code) => `${code}a`],
  ["a hexadecimal number", (code) => `0x${code.slice(2)}`],
  ["an exponent", (code) => `${code.slice(3)}e3`],
  ["the code with a sign", (code) => `+${code}`],
  ["the code behind 300 blanks", (code) => " ".repeat(300) + code],
  ["SQL", (code) => `${code}' OR '1'='1`],
  ["half a surrogate pair", (code) => `${code}\ud800`],
  ["24 characters that are no Base32", () => "0189".repeat(6)],
];

type Ask = (person: Protected, code: unknown) => Promise<Response>;
const CALLS: [string, Ask][] = [
  [
    "the answer to a log-in",
    async (person, code) => {
      const body = { challengeToken: await challengeOf(person), code };
      return auth("POST", "/challenge", { body });
    },
  ],
  ["a step-up", stepUpOwn],
];

/** Somebody with a phone, and a call that takes its codes. */
interface Asked {
  phone: TOTP;
  stored: string;
  ask: (code: unknown) => Promise<Response>;
  accepts: (response: Response) => Promise<boolean>;
  sessions: () => Promise<number>;
}

const ofApp =
  (ask: (app: TestApp, code: unknown) => Promise<Response>) => async (): Promise<Asked> => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    return {
      phone,
      stored: "ada",
      ask: (code) => ask(app, code),
      accepts: isAccepted,
      sessions: async () => 0,
    };
  };
const ofAccount = (ask: Ask) => async (): Promise<Asked> => {
  const ada = await protect(await register("ada@example.com"));
  const sessions = () => countSessions(ada);
  const accepts = async ({ status }: Response) => status === 200;
  return { phone: ada.phone, stored: ada.id, ask: (code) => ask(ada, code), accepts, sessions };
};
const FORMS: [string, () => Promise<Asked>][] = [
  ["verify", ofApp((app, code) => app.verify("ada", code))],
  ["challenge", ofApp(async (app, code) => answer((await challengeFor(app, "ada")).token, code))],
  ...CALLS.map(([name, ask]): (typeof FORMS)[number] => [name, ofAccount(ask)]),
];

describe.each(FORMS)("what is no code is a 422 at %s", (_name, open) => {
  it("and is not counted, and spends nothing", async () => {
    const { phone, stored, ask, accepts, sessions } = await open();
    const before = await sessions();
    for (const [name, make] of NO_CODES) {
      const response = await ask(make(codeOf(phone)));
      const { status } = response;
      const outcome = { name, status, code: await problemCode(response) };
      expect(outcome).toEqual({ name, status: 422, code: "invalid_request" });
    }
    expect(await storedUser(stored)).toMatchObject({ failures: 0, strikes: 0 });
    expect([await attempts("failure"), await sessions()]).toEqual([0, before]);
    expect(await accepts(await ask(codeOf(phone)))).toBe(true);
  });
});
