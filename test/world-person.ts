/** Somebody with an account, for what is tried on every operation of the user API. */

import type { TOTP } from "otpauth";
import {
  as,
  auth,
  challengeOf,
  enrolOwn,
  expectJson,
  logInWithCode,
  protect,
  register,
  tokensOf,
  type Protected,
} from "./account";
import { codeFor, proveAddress, type Letters } from "./mail/mailbox";
import type { Known, Operation } from "./operations";
import { admin, codeOf, elapse } from "./service";

/** Somebody with an account, a second factor, two sessions and a trusted device. */
export interface WorldPerson extends Protected {
  pending: { id: string; phone: TOTP };
  otherSession: string;
  device: string;
  challengeToken: string;
  /** Codes that were sent to prove the address, and to set a password. */
  mailed: { address: string; password: string };
  /** Access tokens of a session that was revoked, and of one that goes on. */
  revoked: string;
  expired: string;
}

export async function createPerson(mailbox: Letters): Promise<WorldPerson> {
  await admin("PATCH", "/apps/accounts", { body: { settings: { trustedDevices: true } } });
  const person = await register("grace@example.net", { username: "grace" });
  const { accessToken: expired } = await tokensOf(person);
  elapse(301);
  const revoked = await tokensOf(person);
  const protectedPerson = await protect(person);
  const other = await logInWithCode(protectedPerson, { trustDevice: true });
  const { tokens } = protectedPerson;
  const { sessions } = await expectJson<{ sessions: { id: string; current: boolean }[] }>(
    as(other, "GET", "/sessions"),
    200,
  );
  const { devices } = await expectJson<{ devices: { id: string }[] }>(
    as(other, "GET", "/devices"),
    200,
  );
  const pending = await enrolOwn(tokens);
  const mailed = await askForCodes(mailbox, { ...person, tokens });
  return {
    ...protectedPerson,
    pending,
    mailed,
    otherSession: sessions.find(({ current }) => current)?.id ?? "",
    device: devices[0]?.id ?? "",
    challengeToken: await challengeOf(person),
    revoked: revoked.accessToken,
    expired,
  };
}

async function askForCodes(
  mailbox: Letters,
  { email, tokens }: Pick<WorldPerson, "email" | "tokens">,
): Promise<WorldPerson["mailed"]> {
  await proveAddress(mailbox, { email, tokens });
  await as(tokens, "POST", "/email/code");
  const address = codeFor(mailbox, email);
  await auth("POST", "/password/forgotten", { body: { email } });
  return { address, password: codeFor(mailbox, email) };
}

/** Two codes in a row of which none is spent. */
export const pairOf = (phone: TOTP) => [codeOf(phone, 1), codeOf(phone, 2)];

/** `code` and `password` are alternatives where both may be. */
export function knownToPerson({ path }: Operation, person: WorldPerson): Known {
  const ofAuthenticator = path.includes("/authenticators/{id}");
  const isNew = path === "/auth/register" || path === "/auth/me";
  const { challengeToken, password, tokens } = person;
  return {
    id: idFor(path, person),
    email: isNew ? "new@example.org" : person.email,
    ...(path !== "/auth/step-up" && { password }),
    code: mailedFor(path, person) ?? codeOf(ofAuthenticator ? person.pending.phone : person.phone),
    codes: pairOf(person.phone),
    challengeToken,
    refreshToken: tokens.refreshToken,
    currentPassword: password,
    newPassword: "another horse battery staple",
    name: "Made in a test",
  };
}

function mailedFor(path: string, { mailed }: WorldPerson): string | null {
  if (path === "/auth/email/prove") return mailed.address;
  return path === "/auth/password/reset" ? mailed.password : null;
}

function idFor(path: string, { pending, otherSession, device }: WorldPerson): string {
  if (path.includes("/authenticators/")) return pending.id;
  return path.includes("/sessions/") ? otherSession : device;
}
