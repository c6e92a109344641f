/** What the attacks on the user API share. */

import {
  answerLogin,
  as,
  auth,
  challengeOf,
  expectJson,
  type Person,
  type Protected,
  type Tokens,
} from "../account";
import { admin, codeOf, createKey, elapse, useKey, type TestApp } from "../service";
import { rows } from "./support";

/** The app that the accounts belong to, over the server API: its names for users are their ids. */
export async function accountsApp(): Promise<TestApp> {
  return useKey("accounts", await createKey("accounts", {}));
}

export async function setAccounts(settings: object): Promise<void> {
  const response = await admin("PATCH", "/apps/accounts", { body: { settings } });
  if (response.status !== 200) throw new Error(`settings: ${await response.text()}`);
}

/** All sessions that ever began, also those that have ended. */
export async function countSessions({ id }: Pick<Person, "id">): Promise<number> {
  const [row] = await rows<{ n: number }>(
    "SELECT count(*) AS n FROM sessions WHERE user_id = ?",
    id,
  );
  return row?.n ?? Number.NaN;
}

export function refresh({ refreshToken }: Pick<Tokens, "refreshToken">): Promise<Response> {
  return auth("POST", "/refresh", { body: { refreshToken } });
}

export function stepUp(tokens: Pick<Tokens, "accessToken">, body: object): Promise<Response> {
  return as(tokens, "POST", "/step-up", { body });
}

/** A step-up of the person's own session, which goes on with the tokens that it answers. */
export async function stepUpOwn(person: Protected, code: unknown): Promise<Response> {
  const response = await stepUp(person.tokens, { code });
  if (response.ok) person.tokens = await response.clone().json<Tokens>();
  return response;
}

/** A log-in from one place. */
export function logInFrom(address: string, body: object): Promise<Response> {
  return auth("POST", "/login", { body, headers: { "cf-connecting-ip": address } });
}

export async function resetBy(operatorOf: Pick<Person, "id">): Promise<string> {
  const path = `/users/${operatorOf.id}/reset`;
  const answer = admin("POST", path, { body: { reason: "Lost phone" } });
  return (await expectJson<{ rebindToken: string }>(answer, 200)).rebindToken;
}

/** Both steps on a device to trust; the clock stands in the step after that of the code. */
export async function trust(person: Protected): Promise<Tokens & { deviceToken: string }> {
  const token = await challengeOf(person);
  const answered = answerLogin(token, codeOf(person.phone), { trustDevice: true });
  const tokens = await expectJson<Tokens & { deviceToken: string }>(answered, 200);
  elapse(person.phone.period);
  return tokens;
}

/** How many of these answers are a success. */
export function countGood(responses: Response[]): number {
  return responses.filter(({ ok }) => ok).length;
}

export interface Claims {
  aal: number;
  sid: string;
  [name: string]: unknown;
}

/** What an access token says, unchecked. */
export function claimsOf({ accessToken }: Pick<Tokens, "accessToken">): Claims {
  const [, payload = ""] = accessToken.split(".");
  const bytes = Uint8Array.fromBase64(payload, { alphabet: "base64url" });
  return JSON.parse(new TextDecoder().decode(bytes));
}
