/** Whoever reads the mail that the service sends, through a provider that takes it or does not. */

import { onTestFinished, vi } from "vitest";
import { addBindings } from "../bindings";
import { problemCode, type CallOptions } from "../service";
import { as, auth, expectJson, register, tokensOf, type Person, type Tokens } from "../account";

export const PROVIDER = "https://mail.example.com/send";

export interface Mailed {
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
}

export interface Request {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What was sent, in order. */
export interface Letters {
  letters: Mailed[];
}

export interface Mailbox extends Letters {
  requests: Request[];
  answer: () => Response | Promise<Response>;
}

/** From here on in this test, mail is sent through a provider, which answers 200 unless it is told otherwise. */
export function receiveMail(settings: object = {}): Mailbox {
  addBindings({
    MAIL: "http",
    MAIL_FROM: "Stepgate <no-reply@example.com>",
    MAIL_URL: PROVIDER,
    MAIL_TOKEN: "token-of-the-provider",
    ...settings,
  });
  const mailbox: Mailbox = { letters: [], requests: [], answer: () => new Response("{}") };
  const spy = vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input instanceof Request ? input : String(input), init);
    const body = await request.text();
    const headers = Object.fromEntries(request.headers);
    mailbox.requests.push({ url: request.url, headers, body });
    const answer = await mailbox.answer();
    if (answer.ok && body.startsWith("{")) mailbox.letters.push(JSON.parse(body));
    return answer;
  });
  onTestFinished(() => spy.mockRestore());
  return mailbox;
}

/** From here on in this test, mail goes to a binding that takes it. */
export function keepMail(): Letters {
  const letters: Mailed[] = [];
  const send = async ({ to, ...letter }: Omit<Mailed, "to"> & { to: string }) => {
    letters.push({ ...letter, to: [to] });
    return { messageId: "1" };
  };
  addBindings({ MAIL: "cloudflare", MAIL_FROM: "no-reply@example.com", EMAIL: { send } });
  return { letters };
}

/** The code in the newest letter to this address. */
export function codeFor({ letters }: Letters, email: string): string {
  const letter = letters.findLast(({ to }) => to.includes(email));
  const [code] = /^\d{8}$/m.exec(letter?.text ?? "") ?? [];
  if (code === undefined) throw new Error(`no code for ${email}`);
  return code;
}

export const EMAIL = "ada@example.com";

/** Somebody who has just made an account. */
export async function newcomer() {
  const mailbox = receiveMail();
  const person = await register(EMAIL);
  return { mailbox, person, tokens: await tokensOf(person) };
}

/** Somebody with a proven address, and the code that was sent to replace their password. */
export async function forgetful(mailbox: Mailbox) {
  const person = await reader(mailbox);
  await forget(EMAIL);
  return { person, code: codeFor(mailbox, EMAIL) };
}

/** Somebody who has proven their address. */
export async function reader(
  mailbox: Letters,
  email = EMAIL,
  body: object = {},
): Promise<Person & { tokens: Tokens }> {
  const person = await register(email, body);
  const tokens = await tokensOf(person);
  await proveAddress(mailbox, { email, tokens });
  return { ...person, tokens };
}

export async function proveAddress(
  mailbox: Letters,
  { email, tokens }: { email: string; tokens: Tokens },
): Promise<void> {
  await as(tokens, "POST", "/email/code");
  const code = codeFor(mailbox, email);
  await expectJson(as(tokens, "POST", "/email/prove", { body: { code } }), 200);
}

/** A code that is another one. */
export function otherThan(code: string): string {
  return String((Number(code) + 1) % 1e8).padStart(8, "0");
}

/** The code of the problem that a call is answered with. */
export async function problemOf(answer: Promise<Response>): Promise<string | number> {
  return problemCode(await answer);
}

export const forget = (email: string, options: CallOptions = {}): Promise<Response> =>
  auth("POST", "/password/forgotten", { ...options, body: { email } });

export const NEW_PASSWORD = "another horse battery staple";

/** Sets the password that somebody has forgotten. */
export function reset(
  code: string,
  { email = EMAIL, newPassword = NEW_PASSWORD } = {},
  options: CallOptions = {},
): Promise<Response> {
  return auth("POST", "/password/reset", { ...options, body: { email, code, newPassword } });
}
