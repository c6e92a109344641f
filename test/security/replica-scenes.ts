/** What may have happened since a replica was up to date, and what may be asked about the user then. */

import {
  admin,
  codeOf,
  elapse,
  enrol,
  enrolled,
  phoneWith,
  useKey,
  wrongCodeOf,
  type EnrolledUser,
} from "../service";
import { revoke } from "../world";
import { firstCode } from "./support";
import { EIGHT, type Attempt, type Twin } from "./twins";

const USER = "/users/ada";

interface Scene {
  settings?: object;
  /** What the replica has seen. */
  before?: (twin: Twin) => Promise<unknown>;
  /** What it has not seen. */
  change: (twin: Twin) => Promise<unknown>;
}

const v1 = async ({ app }: Twin, method: string, path: string, body?: object) =>
  done(await app.v1(method, path, { body }));
const operator = async (method: string, path: string, body?: object) =>
  done(await admin(method, path, { body }));

async function done(response: Response): Promise<Response> {
  if (!response.ok) throw new Error(await response.text());
  return response;
}

async function wrongCodes({ app, ada }: Twin, count: number): Promise<void> {
  for (let at = 0; at < count; at++) await app.verify("ada", wrongCodeOf(ada.phone));
}

async function addFactor(twin: Twin, body: object = {}): Promise<void> {
  twin.later = await enrolled(twin.app, "ada", { ...EIGHT, ...body });
}

const settingsOf = (settings: object) => (twin: Twin) =>
  operator("PATCH", `/apps/${twin.app.id}`, { settings });
const disable = (disabled: boolean) => (twin: Twin) =>
  operator("PATCH", `/users/${twin.id}`, { disabled, reason: "asked to" });
const remove = (twin: Twin) =>
  v1(twin, "DELETE", `${USER}/authenticators/${twin.ada.authenticatorId}`);
const verifyCode = (steps: number) => (twin: Twin) =>
  twin.app.verify("ada", codeOf(twin.ada.phone, steps));

const useOtherKey = (input: object) => async (twin: Twin) => {
  const answer = await operator("POST", `/apps/${twin.app.id}/keys`, input);
  twin.app = useKey(twin.app.id, (await answer.json<{ key: string }>()).key);
};

async function reset({ id }: Twin): Promise<string> {
  const answer = await operator("POST", `/users/${id}/reset`, { reason: "lost phone" });
  return (await answer.json<{ rebindToken: string }>()).rebindToken;
}

/** Whatever changes what a verification is judged by. */
export const SCENES: Record<string, Scene> = {
  "nothing happened": { change: async () => {} },
  "a code was used": { change: verifyCode(0) },
  "a backup code was used": { change: ({ app, ada }) => app.verify("ada", firstCode(ada, 1)) },
  "three codes were wrong": { change: (twin) => wrongCodes(twin, 3) },
  "the user was locked": { change: (twin) => wrongCodes(twin, 5) },
  "the back end unlocked the user": {
    before: (twin) => wrongCodes(twin, 5),
    change: (twin) => v1(twin, "POST", `${USER}/unlock`),
  },
  "the operator unlocked the user": {
    before: (twin) => wrongCodes(twin, 5),
    change: ({ id }) => operator("POST", `/users/${id}/unlock`, { reason: "asked to" }),
  },
  "the user was capped": {
    settings: { strikeCap: 10, failuresBeforeLock: 10 },
    change: (twin) => wrongCodes(twin, 10),
  },
  "the user was disabled": { change: disable(true) },
  "the user was enabled": { before: disable(true), change: disable(false) },
  "the user was reset": { change: reset },
  "the user was reset and enrolled again": {
    change: async (twin) => addFactor(twin, { rebindToken: await reset(twin) }),
  },
  "the only authenticator was removed": { change: remove },
  "one of two authenticators was removed": { before: (twin) => addFactor(twin), change: remove },
  "an authenticator was replaced": {
    change: async (twin) => {
      await remove(twin);
      await addFactor(twin);
    },
  },
  "an authenticator was added": { change: (twin) => addFactor(twin) },
  "an authenticator with other parameters was added": {
    change: (twin) => addFactor(twin, { algorithm: "SHA256", period: 60 }),
  },
  "an authenticator was imported": {
    change: async (twin) => {
      const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
      const body = { secret, active: true, ...EIGHT };
      const answer = await v1(twin, "POST", `${USER}/authenticators`, body);
      const { id } = await answer.json<{ id: string }>();
      twin.later = { authenticatorId: id, phone: phoneWith(secret, EIGHT) };
    },
  },
  "an enrolment began": { change: ({ app }) => enrol(app, "ada") },
  "the user was deleted": { change: (twin) => v1(twin, "DELETE", USER) },
  "the user was deleted and enrolled anew": {
    change: async (twin) => {
      await v1(twin, "DELETE", USER);
      await addFactor(twin);
    },
  },
  "the user was enrolled": {
    before: (twin) => v1(twin, "DELETE", USER),
    change: (twin) => addFactor(twin),
  },
  "there are new backup codes": {
    change: async (twin) => {
      const answer = await v1(twin, "POST", `${USER}/backup-codes`);
      twin.later = await answer.json();
    },
  },
  "a clock was found to be ahead": { change: verifyCode(1) },
  "a clock was found to be right again": {
    before: async (twin) => {
      await verifyCode(1)(twin);
      elapse(90);
    },
    change: verifyCode(0),
  },
  "a clock was found far ahead": {
    change: async (twin) => {
      const codes = [7, 8].map((steps) => codeOf(twin.ada.phone, steps));
      await v1(twin, "POST", `${USER}/resync`, { codes });
    },
  },
  "steps were brought back": {
    before: async (twin) => {
      elapse(3600);
      await verifyCode(0)(twin);
      elapse(-3600);
    },
    change: async (twin) => {
      await v1(twin, "POST", `${USER}/unlock`);
      elapse(90);
    },
  },
  "the window was widened": { change: settingsOf({ window: 2 }) },
  "the window was closed": { change: settingsOf({ window: 0 }) },
  "fewer failures are allowed": { change: settingsOf({ failuresBeforeLock: 1 }) },
  "a lower cap was set": {
    settings: { failuresBeforeLock: 10, strikeCap: 100 },
    before: (twin) => wrongCodes(twin, 9),
    change: settingsOf({ strikeCap: 10 }),
  },
  "the app was deleted": { change: ({ app }) => operator("DELETE", `/apps/${app.id}`) },
  "the key was revoked": {
    // Its use would be noted.
    before: async () => elapse(3700),
    change: ({ app }) => revoke(app.id, app.key).then(done),
  },
  "the key was made": { change: useOtherKey({}) },
  "the key was made, and may not verify": { change: useOtherKey({ scopes: ["users"] }) },
  "the key was made, and is bound elsewhere": {
    change: useOtherKey({ addresses: ["192.0.2.1"] }),
  },
};

const verify = (code: string): Attempt => ["verify", { code }];
const resync = ({ phone }: EnrolledUser, ...steps: number[]): Attempt => [
  "resync",
  { codes: steps.map((one) => codeOf(phone, one)) },
];

/** Null where a twin has no such thing. */
export const ATTEMPTS: Record<string, (twin: Twin) => Attempt | null> = {
  "the code": ({ ada }) => verify(codeOf(ada.phone)),
  "the code that confirmed": ({ ada }) => verify(codeOf(ada.phone, -1)),
  "the next code": ({ ada }) => verify(codeOf(ada.phone, 1)),
  "the code after that": ({ ada }) => verify(codeOf(ada.phone, 2)),
  "a code of a clock that is far ahead": ({ ada }) => verify(codeOf(ada.phone, 9)),
  "a wrong code": ({ ada }) => verify(wrongCodeOf(ada.phone)),
  "a code of the later phone": ({ later: { phone } }) => (phone ? verify(codeOf(phone)) : null),
  "its next code": ({ later: { phone } }) => (phone ? verify(codeOf(phone, 1)) : null),
  "a backup code": ({ ada }) => verify(firstCode(ada, 5)),
  "a backup code that is used": ({ ada }) => verify(firstCode(ada)),
  "the backup code after it": ({ ada }) => verify(firstCode(ada, 1)),
  "a later backup code": ({ later: { backupCodes: [code] = [] } }) => (code ? verify(code) : null),
  "a backup code of nobody": () => verify("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"),
  "what is no code": () => verify("12"),
  "two codes in a row": ({ ada }) => resync(ada, 2, 3),
  "two codes in a row of which one was used": ({ ada }) => resync(ada, -1, 0),
  "two codes that are not in a row": ({ ada }) => resync(ada, 2, 4),
};
