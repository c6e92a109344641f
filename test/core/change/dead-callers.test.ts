/**
 * Every change that there is, tried by a caller of each kind who may speak no longer when it is
 * decided: what was read a moment before still said yes.
 */

import { beforeEach, expect, it } from "vitest";
import { ACCOUNTS_BUCKET } from "../../../src/core/shard/bucket";
import { placed } from "../../../src/core/shard/placement";
import { everywhere, isMany } from "../../databases";
import { changeAccount } from "../../../src/core/account/change-account";
import { confirm } from "../../../src/core/authenticator/confirm";
import { enrol } from "../../../src/core/authenticator/enrol";
import { importAuthenticator, importByKey } from "../../../src/core/authenticator/import";
import { disableSecondFactor, removeAuthenticator } from "../../../src/core/authenticator/remove";
import { renameAuthenticator } from "../../../src/core/authenticator/rename";
import { rotateBackupCodes } from "../../../src/core/authenticator/rotate-backup-codes";
import {
  asOperator,
  isOperator,
  isSession,
  type Caller,
  type OperatorCaller,
  type SessionCaller,
} from "../../../src/core/caller/actor";
import { CHANGES } from "../../../src/core/change/change";
import { deleteUser } from "../../../src/core/change/delete-user";
import { unlockUser } from "../../../src/core/change/unlock";
import { proveByLink } from "../../../src/core/enrolment-link/browser";
import { setDisabled } from "../../../src/core/operator/operator";
import { resetUser } from "../../../src/core/operator/rebinding";
import {
  revokeOtherSessions,
  revokeSession,
  revokeSessionOf,
} from "../../../src/core/session/own-sessions";
import { readAccessToken } from "../../../src/core/session/access-token";
import { revokeDevice } from "../../../src/core/session/trusted-devices";
import { parseApiKey } from "../../../src/crypto/api-key";
import { DEFAULT_PARAMETERS } from "../../../src/crypto/totp";
import type { Deps } from "../../../src/env";
import { Problem } from "../../../src/problem";
import { enrolOwn, logInWithCode, protect, register } from "../../account";
import { depsOf } from "../../deps";
import { codeOf, elapse } from "../../service";
import { interrupted } from "../../interrupted";
import { enrolmentLink, inCore, opened, settings } from "../../links";
import { accountsApp, setAccounts } from "../../security/account-support";
import { contents } from "../../security/support";

type Kind = "key" | "session" | "link" | "operator";

/** How one of a kind dies, and how it is brought back. */
const DEATHS: Record<Kind, [kill: string, revive: string][]> = {
  key: [
    ["UPDATE api_keys SET revoked_at = 1", "UPDATE api_keys SET revoked_at = NULL"],
    ["UPDATE api_keys SET expires_at = 1", "UPDATE api_keys SET expires_at = NULL"],
    [
      "UPDATE api_keys SET scopes = 'enrolment verifying'",
      "UPDATE api_keys SET scopes = 'verify enrol users import'",
    ],
  ],
  session: [
    ["UPDATE sessions SET revoked_at = 1", "UPDATE sessions SET revoked_at = NULL"],
    [
      "UPDATE sessions SET expires_at = expires_at - 1e12",
      "UPDATE sessions SET expires_at = expires_at + 1e12",
    ],
    [
      "UPDATE sessions SET secret_hash = '!' || secret_hash",
      "UPDATE sessions SET secret_hash = substr(secret_hash, 2)",
    ],
  ],
  link: [
    [
      "UPDATE enrolment_links SET expires_at = expires_at - 1e12",
      "UPDATE enrolment_links SET expires_at = expires_at + 1e12",
    ],
    [
      "UPDATE enrolment_links SET completed_at = 1",
      "UPDATE enrolment_links SET completed_at = NULL",
    ],
    ["UPDATE api_keys SET revoked_at = 1", "UPDATE api_keys SET revoked_at = NULL"],
  ],
  operator: [],
};
/** Of the app, for whoever it is. */
const APP_DIES: [string, string] = [
  "UPDATE apps SET deleted_at = 1, epoch = epoch + 1",
  "UPDATE apps SET deleted_at = NULL, epoch = epoch - 1",
];

/** Where there are several databases: the user is on the way to another. */
const MOVES: [string, string][] = [
  ["UPDATE placements SET state = 'moving'", "UPDATE placements SET state = 'live'"],
];

interface World {
  callers: Record<Kind, Caller>;
  authenticatorId: string;
  pending: { authenticatorId: string; code: string };
  otherSession: string;
  device: string;
}

function own(caller: Caller): SessionCaller {
  if (!isSession(caller)) throw new Error("not a session");
  return caller;
}

function operator(caller: Caller): OperatorCaller {
  if (!isOperator(caller)) throw new Error("not the operator");
  return caller;
}

type Act = (deps: Deps, caller: Caller, world: World) => Promise<unknown>;

const ALL: Kind[] = ["key", "session", "link", "operator"];
const secret = () => crypto.getRandomValues(new Uint8Array(20));

/** By event: who may make it, and how. The same event twice is two changes. */
const ACTS: [event: string, kinds: Kind[], act: Act][] = [
  [
    "account.changed",
    ["session", "operator"],
    (deps, by) => changeAccount(deps, by, { name: "A" }),
  ],
  [
    "authenticator.confirmed",
    ["key", "session", "link"],
    (deps, by, { pending }) => confirm(deps, by, pending),
  ],
  [
    "authenticator.enrolled",
    ["key", "session", "link"],
    (deps, by) => enrol(deps, by, { parameters: DEFAULT_PARAMETERS }),
  ],
  [
    "authenticator.imported",
    ["key", "operator"],
    (deps, by) => {
      const input = { secret: secret(), parameters: DEFAULT_PARAMETERS };
      if (isOperator(by)) return importAuthenticator(deps, by, input);
      return "hash" in by ? importByKey(deps, by, input) : Promise.reject(new Error("no key"));
    },
  ],
  [
    "authenticator.removed",
    ALL,
    (deps, by, { authenticatorId }) => removeAuthenticator(deps, by, { authenticatorId }),
  ],
  [
    "authenticator.renamed",
    ALL,
    (deps, by, { authenticatorId }) =>
      renameAuthenticator(deps, by, { authenticatorId, name: "N" }),
  ],
  ["backup_codes.rotated", ALL, (deps, by) => rotateBackupCodes(deps, by)],
  ["device.revoked", ["session"], (deps, by, { device }) => revokeDevice(deps, own(by), device)],
  ["second_factor.disabled", ["session"], (deps, by) => disableSecondFactor(deps, own(by))],
  [
    "session.revoked",
    ["session"],
    (deps, by, { otherSession }) => revokeSession(deps, own(by), otherSession),
  ],
  ["session.revoked", ["session"], (deps, by) => revokeOtherSessions(deps, own(by))],
  [
    "session.revoked",
    ["operator"],
    (deps, by, { otherSession: revokedId }) =>
      revokeSessionOf(deps, operator(by), { revokedId, reason: "lost laptop" }),
  ],
  ["user.deleted", ALL, (deps, by) => deleteUser(deps, by)],
  [
    "user.disabled",
    ["operator"],
    (deps, by) => setDisabled(deps, operator(by), { disabled: true, note: null }),
  ],
  [
    "user.enabled",
    ["operator"],
    async (deps, by) => {
      await everywhere.prepare("UPDATE users SET disabled_at = 1").run();
      await setDisabled(deps, operator(by), { disabled: false, note: null });
    },
  ],
  ["user.reset", ["operator"], (deps, by) => resetUser(deps, operator(by), { note: "lost" })],
  ["user.unlocked", ALL, (deps, by) => unlockUser(deps, by)],
];

it("every change is tried here", () => {
  const tried = ACTS.map(([event]) => event).toSorted();
  expect(tried).toEqual(CHANGES.map(({ type }) => type).toSorted());
});

/** One user, about whom a caller of each kind may speak. */
async function populate(): Promise<World> {
  await setAccounts({ ...settings, trustedDevices: true });
  const app = await accountsApp();
  const person = await protect(await register("ada@example.com"));
  const other = await logInWithCode(person);
  const { id, phone } = await enrolOwn(person.tokens);
  const browser = await opened(await enrolmentLink(app, person.id));
  await inCore((deps) => proveByLink(deps, browser, codeOf(person.phone)));
  elapse(person.phone.period);
  await everywhere
    .prepare(
      `INSERT INTO trusted_devices (id, user_id, epoch, hash, created_at, last_used_at, expires_at)
     SELECT 'dev_1', id, epoch, 'hash', 1, 1, 9e15 FROM users`,
    )
    .run();
  const { deps } = await depsOf();
  const key = await parseApiKey(app.key);
  const current = await readAccessToken(deps, person.tokens.accessToken);
  const second = await readAccessToken(deps, other.accessToken);
  if (!key || !current || !second) throw new Error("no callers");
  return {
    callers: {
      key: { ...key, scope: "enrol", from: null, userId: person.id },
      session: { ...current, secretHash: null, fresh: true, enrolment: true },
      link: browser,
      operator: asOperator(person.id),
    },
    authenticatorId: person.authenticatorId,
    pending: { authenticatorId: id, code: codeOf(phone) },
    otherSession: second.sessionId,
    device: "dev_1",
  };
}

let world: World;
beforeEach(async () => {
  world = await populate();
});

it.each(ACTS.map(([event, kinds, act], at) => ({ event, kinds, act, at })))(
  "$event changes nothing for a caller who may speak no longer ($at)",
  async ({ kinds, act }) => {
    for (const kind of kinds) {
      for (const [kill, revive] of [...DEATHS[kind], APP_DIES, ...(isMany ? MOVES : [])]) {
        let atDeath: unknown;
        const { deps, settled } = await depsOf(
          interrupted(async () => {
            await everywhere.prepare(kill).run();
            atDeath = await contents();
          }),
        );
        const refusal = await act(placed(deps, ACCOUNTS_BUCKET), world.callers[kind], world).catch(
          (error: unknown) => error,
        );
        await settled();
        expect(refusal, `${kind}: ${kill}`).toBeInstanceOf(Problem);
        expect(await contents(), `${kind}: ${kill}`).toEqual(atDeath);
        await everywhere.prepare(revive).run();
      }
    }
  },
);

const BY_EACH = ACTS.flatMap(([event, kinds, act], at) =>
  kinds.map((kind) => ({ event, kind, act, at })),
);
it.each(BY_EACH)(
  "$event takes place for a $kind that may still speak ($at)",
  async ({ kind, act }) => {
    const before = await contents();
    const { deps, settled } = await depsOf();
    await act(deps, world.callers[kind], world);
    await settled();
    expect(await contents()).not.toEqual(before);
  },
);
