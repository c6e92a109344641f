/** A person with an account of the user API, through HTTP, with otpauth as the phone. */

import type { TOTP } from "otpauth";
import { bearer, call, codeOf, elapse, phoneWith, type CallOptions } from "./service";
import { freshAddress } from "./security/support";

export const PASSWORD = "correct horse battery staple";

export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

export interface Person {
  id: string;
  email: string;
  password: string;
}

/** One call to the user API, from an address of its own. */
export function auth(
  method: string,
  path: string,
  { headers, ...options }: CallOptions = {},
): Promise<Response> {
  return call(method, `/auth${path}`, { ...options, headers: { ...freshAddress(), ...headers } });
}

/** One call with an access token. */
export function as(
  { accessToken }: Pick<Tokens, "accessToken">,
  method: string,
  path: string,
  { headers, ...options }: CallOptions = {},
): Promise<Response> {
  return auth(method, path, { ...options, headers: { ...bearer(accessToken), ...headers } });
}

export async function register(email: string, body: object = {}): Promise<Person> {
  const made = { email, password: PASSWORD, ...body };
  const { user } = await expectJson<{ user: { id: string } }>(
    auth("POST", "/register", { body: made }),
    201,
  );
  return { id: user.id, email, password: made.password };
}

/** The first step: tokens, or a challenge. */
export function logIn({ email, password }: Omit<Person, "id">, body: object = {}) {
  return auth("POST", "/login", { body: { email, password, ...body } });
}

/** The tokens of somebody without a second factor. */
export function tokensOf(person: Person, body: object = {}): Promise<Tokens> {
  return expectJson<Tokens>(logIn(person, body), 200);
}

/** The challenge of somebody with one. */
export async function challengeOf(person: Person, body: object = {}): Promise<string> {
  const answer = expectJson<{ challengeToken: string }>(logIn(person, body), 200);
  return (await answer).challengeToken;
}

export function answerLogin(challengeToken: string, code: string, body: object = {}) {
  return auth("POST", "/challenge", { body: { challengeToken, code, ...body } });
}

export interface Protected extends Person {
  authenticatorId: string;
  phone: TOTP;
  backupCodes: string[];
  /** Of the session that set it up, at level 2. */
  tokens: Tokens;
}

/** A pending authenticator of a session, and the phone that scanned it. */
export async function enrolOwn(tokens: Tokens, body: object = {}) {
  const { id, secret } = await expectJson<{ id: string; secret: string }>(
    as(tokens, "POST", "/authenticators", { body }),
    201,
  );
  return { id, phone: phoneWith(secret) };
}

export function confirmOwn(tokens: Tokens, id: string, code: string): Promise<Response> {
  return as(tokens, "POST", `/authenticators/${id}/confirm`, { body: { code } });
}

/** Somebody with an active authenticator; the clock stands in the step after the confirming one. */
export async function protect(person: Person, tokens?: Tokens): Promise<Protected> {
  const first = tokens ?? (await tokensOf(person));
  const { id, phone } = await enrolOwn(first);
  const confirmed = await expectJson<Tokens & { backupCodes: string[] }>(
    confirmOwn(first, id, codeOf(phone)),
    200,
  );
  elapse(phone.period);
  const { backupCodes, accessToken, refreshToken } = confirmed;
  return {
    ...person,
    authenticatorId: id,
    phone,
    backupCodes,
    tokens: { accessToken, refreshToken },
  };
}

/** Both steps; the clock stands in the step after that of the code. */
export async function logInWithCode(person: Protected, body: object = {}): Promise<Tokens> {
  const token = await challengeOf(person);
  const tokens = await expectJson<Tokens>(answerLogin(token, codeOf(person.phone), body), 200);
  elapse(person.phone.period);
  return tokens;
}

export async function expectJson<T>(answer: Promise<Response>, status: number): Promise<T> {
  const response = await answer;
  if (response.status !== status) throw new Error(`${response.status} ${await response.text()}`);
  return response.json<T>();
}
