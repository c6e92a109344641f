/** What users are told of, and what causes it. */

import {
  answerLogin,
  as,
  auth,
  challengeOf,
  confirmOwn,
  enrolOwn,
  expectJson,
  logInWithCode,
  PASSWORD,
  protect,
  type Protected,
  type Tokens,
} from "../account";
import { basic, exchange } from "../compat/support";
import { freshAddress } from "../security/support";
import { admin, bearer, call, codeOf, elapse, wrongCodeOf } from "../service";
import { codeFor, reader, receiveMail, type Mailbox, EMAIL } from "./mailbox";

const ANOTHER = "another horse battery staple";

export interface Scene {
  mailbox: Mailbox;
  person: Protected;
  tokens: Tokens;
}

/** Somebody with a second factor, who has been told so. */
export async function scene(body: object = {}): Promise<Scene> {
  const mailbox = receiveMail();
  const { tokens: first, ...ada } = await reader(mailbox, EMAIL, body);
  const person = await protect(ada, first);
  elapse(3601);
  const tokens = await logInWithCode(person);
  mailbox.letters.length = 0;
  return { mailbox, person, tokens };
}

export const subjects = ({ letters }: Mailbox) => letters.map(({ subject }) => subject);

async function lock({ person }: Scene) {
  const challenge = await challengeOf(person);
  for (let wrong = 0; wrong < 5; wrong++) await answerLogin(challenge, wrongCodeOf(person.phone));
}

async function addSecond({ tokens }: Scene) {
  const { id, phone } = await enrolOwn(tokens);
  const confirmed = await expectJson<Tokens>(confirmOwn(tokens, id, codeOf(phone)), 200);
  elapse(30);
  return { id, tokens: confirmed };
}

async function turnOff({ person }: Scene) {
  const path = `/auth/credentials?otp=${codeOf(person.phone)}`;
  const headers = basic(EMAIL, PASSWORD);
  const { token } = await expectJson<{ token: string }>(call("POST", path, { headers }), 200);
  return call("PUT", "/auth/otp/enable", { body: { enabled: false }, headers: bearer(token) });
}

/** Signs in with this many backup codes, and with another one when the next notice is due. */
async function useBackupCodes(count: number, { mailbox, person }: Scene) {
  const [last = "", ...others] = person.backupCodes;
  for (const code of others.slice(0, count)) await answerLogin(await challengeOf(person), code);
  elapse(3601);
  mailbox.letters.length = 0;
  return answerLogin(await challengeOf(person), last);
}

const passwords = { currentPassword: PASSWORD, newPassword: ANOTHER };

/** Each kind with what causes it, and a word of what it says. */
export const KINDS: [string, (scene: Scene) => Promise<unknown>, string][] = [
  ["an authenticator app was added", addSecond, "Its codes work from now on."],
  [
    "an authenticator app was added",
    ({ person }) => {
      const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
      return admin("POST", `/users/${person.id}/authenticators`, { body: { secret } });
    },
    "By: the people who run this service",
  ],
  [
    "an authenticator app was removed",
    async (given) => {
      const { id, tokens } = await addSecond(given);
      given.mailbox.letters.length = 0;
      return as(tokens, "DELETE", `/authenticators/${id}`);
    },
    "Its codes no longer work.",
  ],
  [
    "two-factor authentication was turned off",
    ({ tokens, person }) => as(tokens, "DELETE", `/authenticators/${person.authenticatorId}`),
    "the password alone is enough",
  ],
  ["two-factor authentication was turned off", turnOff, "the password alone is enough"],
  [
    "a backup code was used",
    async ({ person }) => answerLogin(await challengeOf(person), person.backupCodes[0] ?? ""),
    "You have 9 backup codes left.",
  ],
  [
    "a backup code was used",
    (given) => useBackupCodes(6, given),
    "You have only 3 backup codes left. Create new ones soon.",
  ],
  [
    "a backup code was used",
    (given) => useBackupCodes(9, given),
    "used all your backup codes. Create new ones now.",
  ],
  [
    "new backup codes were created",
    ({ tokens }) => as(tokens, "POST", "/backup-codes"),
    "The old ones no longer work.",
  ],
  [
    "your password was changed",
    ({ tokens }) => as(tokens, "POST", "/password", { body: passwords }),
    "all other sessions were signed out",
  ],
  [
    "your password was changed",
    ({ tokens }) => as(tokens, "POST", "/secure", { body: passwords }),
    "all other sessions were signed out",
  ],
  [
    "your password was changed",
    async ({ mailbox }) => {
      await auth("POST", "/password/forgotten", { body: { email: EMAIL } });
      const code = codeFor(mailbox, EMAIL);
      mailbox.letters.length = 0;
      const body = { email: EMAIL, code, newPassword: ANOTHER };
      return auth("POST", "/password/reset", { body });
    },
    "all other sessions were signed out",
  ],
  [
    "your email address was changed",
    ({ tokens }) => as(tokens, "PATCH", "/me", { body: { email: "ada@example.net" } }),
    "This address no longer belongs to it.",
  ],
  [
    "two-factor authentication was reset",
    ({ person }) => admin("POST", `/users/${person.id}/reset`, { body: { reason: "lost phone" } }),
    "By: the people who run this service",
  ],
  [
    "sign-in from a new device",
    async ({ person: { email, password, phone } }) => {
      elapse(3601);
      const form = { username: email, password: password + codeOf(phone) };
      return exchange("POST", "/token", { form, headers: freshAddress() });
    },
    "from a browser and a network",
  ],
  ["wrong codes after the right password", lock, "somebody else may know your password"],
  [
    "sign-in from a new device",
    async ({ person }) => {
      elapse(3601);
      return answerLogin(await challengeOf(person), codeOf(person.phone));
    },
    "from a browser and a network",
  ],
];
