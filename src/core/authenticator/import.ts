/**
 * Imports authenticators that are active at once, because the user's phone works already with the
 * system that they come from. The operator vouches for that. So does a back end with the scope
 * `import`; it may instead send the code that its user has just typed.
 */

import { digests, seal } from "../../crypto/keyring";
import { matchStep, stepsAround, timeStep, type TotpParameters } from "../../crypto/totp";
import { effect } from "../../db/effect";
import type { Deps } from "../../env";
import { invalidField, Problem } from "../../problem";
import { isOperator, type KeyCaller, type OperatorCaller } from "../caller/actor";
import { assertScope } from "../caller/by-key";
import { SAME_EPOCH, UNLOCKED } from "../caller/live";
import { firstChange, type Context } from "../change/change";
import type { Created, IdempotentRequest } from "../change/idempotency";
import type { Proof } from "../change/proof";
import { createBackupCodes, replaceBackupCodes } from "../code/backup-codes";
import { secretContext } from "../code/match";
import { MAX_DRIFT } from "../policy";
import { assertOpen } from "../user/guard";
import { isActive, type App, type UserRecord } from "../user/record";
import { digitsOf } from "./confirm";
import { assertRoomFor } from "./enrol";
import { isShort } from "./given-secret";
import { eventOfNew, HAS_ROOM, idFor, MAKE_ROOM, SECRET_IS_NEW, storedValues } from "./pending";

export interface ImportInput {
  secret: Uint8Array<ArrayBuffer>;
  name?: string | undefined;
  parameters: TotpParameters;
  /**
   * The code that the phone shows now. It proves that both sides have the same secret, and is spent
   * by that.
   */
  code?: string | undefined;
  /** By how many steps the phone's clock is off, as the other system knows it. */
  drift?: number | undefined;
  /** The step of the last code that the other system accepted. */
  lastStep?: number | undefined;
  /**
   * Whether ten backup codes come with a first factor. They are left out if nobody is there to see
   * them.
   */
  backupCodes?: boolean | undefined;
  /** The proof of a factor that is active already. */
  proof?: Proof | undefined;
  request?: IdempotentRequest | null;
  /** Checks everything and writes nothing. */
  dryRun?: boolean | undefined;
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
 * An import does not end the need of a reset user to enrol again, because an old secret does not
 * prove who they are. For a key, the epoch must be as it was read, because what was read decides
 * whether backup codes come with the import. The operator's imports do not depend on that.
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
 * Imports an authenticator by a key with the scope `import`. Throws `insufficient_scope`,
 * `invalid_code`, `user_disabled`, `locked`, `rebinding_required`, `too_many_authenticators`,
 * `secret_in_use`, and what a change throws.
 */
export function importByKey(deps: Deps, caller: KeyCaller, input: ImportInput): Promise<Imported> {
  return IMPORT(deps, caller, input);
}

/**
 * Imports an authenticator by the operator, without backup codes: nobody is there to be shown them.
 * Throws what `importByKey` throws, except `insufficient_scope`.
 */
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
  const { lastStep, drift, isUsed } = await spentBy(deps, app, input);
  const id = idFor(user);
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
      drift,
      lastUsedAt: isUsed ? deps.now.getTime() : null,
    },
    event: eventOfNew(active),
    effects: backup ? replaceBackupCodes(backup.hashes) : [],
    resourceId: id,
    answer,
  };
}

/**
 * What counts as spent, the drift to begin with, and whether a code was used. With a code it is the
 * step of that code, and its distance from now.
 */
async function spentBy(
  { now }: Deps,
  { settings: { window } }: App,
  input: ImportInput,
): Promise<{ lastStep: number; drift: number; isUsed: boolean }> {
  const { secret, parameters, code } = input;
  const present = timeStep(now, parameters.period);
  if (code === undefined) return { ...spentElsewhere(present, input), isUsed: false };
  const digits = digitsOf(code, parameters);
  const steps = stepsAround(present, window);
  const step = await matchStep(secret, [digits], { steps, parameters });
  if (step === null) throw new Problem("invalid_code");
  return { lastStep: step, drift: step - present, isUsed: true };
}

/**
 * What may have been used with the other system. That is never less than what the phone shows now,
 * because people log in there between the export and the import.
 */
function spentElsewhere(present: number, { drift = 0, lastStep = 0 }: ImportInput) {
  // A step in the far future would refuse every code until then.
  if (lastStep > present + MAX_DRIFT) {
    throw invalidField(["lastStep"], `more than ${MAX_DRIFT} steps after the present one.`);
  }
  return { lastStep: Math.max(lastStep, present + Math.max(0, drift)), drift };
}

/**
 * Answers a repeated request like the first one, unless backup codes were to come with it, because
 * those are shown once.
 */
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
