/**
 * Imports that are active at once: the phone of a user works already, in the system that they come
 * from. The operator vouches for it; so does a back end with the scope `import`, which may instead
 * show the code that its user has just typed.
 */

import { digests, seal } from "../../crypto/keyring";
import { randomId } from "../../crypto/random";
import { matchStep, stepsAround, timeStep, type TotpParameters } from "../../crypto/totp";
import { effect } from "../../db/effect";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { isOperator, type KeyCaller, type OperatorCaller } from "../caller/actor";
import { assertScope } from "../caller/by-key";
import { SAME_EPOCH, UNLOCKED } from "../caller/live";
import { firstChange, type Context } from "../change/change";
import type { Created, IdempotentRequest } from "../change/idempotency";
import type { Proof } from "../change/proof";
import { createBackupCodes, replaceBackupCodes } from "../code/backup-codes";
import { secretContext } from "../code/match";
import { assertOpen } from "../user/guard";
import { isActive, type App, type UserRecord } from "../user/record";
import { digitsOf } from "./confirm";
import { assertRoomFor } from "./enrol";
import { isShort } from "./given-secret";
import { eventOfNew, HAS_ROOM, MAKE_ROOM, SECRET_IS_NEW, storedValues } from "./pending";

export interface ImportInput {
  secret: Uint8Array<ArrayBuffer>;
  name?: string | undefined;
  parameters: TotpParameters;
  /** What the phone shows now: it proves that the two have the same secret, and is spent by it. */
  code?: string | undefined;
  /** Whether ten backup codes come with a first factor: not where nobody is there to be shown them. */
  backupCodes?: boolean | undefined;
  /** Of a factor that is active already. */
  proof?: Proof | undefined;
  request?: IdempotentRequest | null;
  /** Checks everything and writes nothing. */
  dryRun?: boolean;
}

export interface Imported {
  id: string;
  status: "active";
  backupCodes?: string[];
}

const INSERT = effect(`
  INSERT INTO authenticators (id, user_id, name, secret, secret_digest, algorithm, digits, period, state,
    last_step, drift, created_at, confirmed_at, last_used_at)
  SELECT :id, :userId, :name, :secret, :secretDigest, :algorithm, :digits, :period, 'active',
    :lastStep, :drift, :now, :now, :lastUsedAt`);

/**
 * A reset user is not bound again by this: who they are is not proven by an old secret. Of a key it
 * depends on what was read whether backup codes come with it; of the operator nothing does.
 */
const IMPORT = firstChange(
  "authenticator.imported",
  {
    raisesEpoch: true,
    needsProof: true,
    only: [
      `:keyId IS NULL OR ${SAME_EPOCH}`,
      UNLOCKED,
      "NOT users.must_rebind",
      HAS_ROOM,
      SECRET_IS_NEW,
    ],
    effects: [MAKE_ROOM, INSERT],
  },
  {
    admit: ({ caller, found }) => {
      if (!isOperator(caller)) assertScope(found.scopes, "import");
    },
    plan: planImport,
    replay: ({ found }, input, created) => replay(found, input, created),
  },
);

/**
 * By a key of the scope `import`. Throws `insufficient_scope`, `invalid_code`, `user_disabled`,
 * `locked`, `rebinding_required`, `too_many_authenticators`, `secret_in_use`, and what a change
 * throws.
 */
export function importByKey(deps: Deps, caller: KeyCaller, input: ImportInput): Promise<Imported> {
  return IMPORT(deps, caller, input);
}

/** By the operator, without backup codes: nobody is there to be shown them. Throws as `importByKey`. */
export function importAuthenticator(
  deps: Deps,
  caller: OperatorCaller,
  input: Omit<ImportInput, "backupCodes" | "code" | "proof">,
): Promise<Imported> {
  return IMPORT(deps, caller, input);
}

async function planImport({ deps, found }: Context, input: ImportInput) {
  const { app, user, authenticators } = found;
  const { name = null, parameters, secret, dryRun: isDone = false } = input;
  const secretDigests = await digests(deps.keyring, "secret", secret);
  assertOpen(user, deps.now);
  assertRoomFor(secretDigests, authenticators);
  const { lastStep, drift } = await spentBy(deps, app, input);
  const id = randomId("auth");
  const sealed = await seal(deps.keyring, secret, secretContext(app.id, user.id, id));
  const active = { id, name, parameters, secretDigests, secret: sealed, isShort: isShort(secret) };
  const isFirst = !authenticators.some(isActive);
  const backup =
    isFirst && input.backupCodes ? await createBackupCodes(deps.keyring, user.id) : undefined;
  const answer: Imported = { id, status: "active", ...(backup && { backupCodes: backup.codes }) };
  return {
    isDone,
    values: {
      ...storedValues(active),
      replaces: 0,
      lastStep,
      drift: drift ?? 0,
      lastUsedAt: drift === null ? null : deps.now.getTime(),
    },
    event: eventOfNew(active),
    effects: backup ? replaceBackupCodes(backup.hashes) : [],
    resourceId: id,
    answer,
  };
}

/** What counts as spent: the step of the code, with its distance from now; else the present one, whose code may have been used elsewhere. */
async function spentBy(
  { now }: Deps,
  { settings: { window } }: App,
  { secret, parameters, code }: ImportInput,
): Promise<{ lastStep: number; drift: number | null }> {
  const present = timeStep(now, parameters.period);
  if (code === undefined) return { lastStep: present, drift: null };
  const digits = digitsOf(code, parameters);
  const steps = stepsAround(present, window);
  const step = await matchStep(secret, [digits], { steps, parameters });
  if (step === null) throw new Problem("invalid_code");
  return { lastStep: step, drift: step - present };
}

/** The same answer again, unless backup codes were to come with it, which are shown once. */
function replay(
  { authenticators }: UserRecord,
  { backupCodes }: ImportInput,
  { resourceId: id }: Created,
): Imported {
  const isThere = authenticators.some((one) => one.id === id && isActive(one));
  if (isThere && !backupCodes) return { id, status: "active" };
  const detail = isThere
    ? `It is active (${id}). Backup codes are shown once: make new ones.`
    : "This authenticator has been removed since.";
  throw new Problem("already_created", { detail });
}
