/**
 * Imports that are active at once: the phone of a user works already, in the system that they come
 * from. The operator vouches for it; so does a back end with the scope `import`, which may instead
 * show the code that its user has just typed.
 */

import { digests, seal } from "../../crypto/keyring";
import { randomId } from "../../crypto/random";
import { matchStep, stepsAround, timeStep, type TotpParameters } from "../../crypto/totp";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { insertActive, type ActiveAuthenticator } from "./active";
import { actorOf, OPERATOR, type KeyCaller } from "../caller/actor";
import { createBackupCodes } from "../code/backup-codes";
import { digitsOf } from "./confirm";
import { assertRoomFor } from "./enrol";
import { secretContext } from "../code/match";
import { isShort } from "./given-secret";
import { assertOpen } from "../user/guard";
import { once, type Created, type IdempotentRequest, type Remember } from "../change/idempotency";
import { assertScope, loadByKey } from "../caller/by-key";
import type { Holder, Proof } from "../change/proof";
import { isActive, loadUserById, type App, type LoadedUser } from "../user/record";

interface GivenAuthenticator {
  secret: Uint8Array<ArrayBuffer>;
  name?: string | undefined;
  parameters: TotpParameters;
}

export interface ImportInput extends GivenAuthenticator {
  /** Checks everything and writes nothing. */
  dryRun: boolean;
}

export interface KeyImportInput extends GivenAuthenticator {
  /** What the phone shows now: it proves that the two have the same secret, and is spent by it. */
  code?: string | undefined;
  /** Whether ten backup codes come with a first factor. */
  backupCodes?: boolean | undefined;
  /** Of a factor that is active already. */
  proof?: Proof | undefined;
}

export interface Imported {
  id: string;
  status: "active";
  backupCodes?: string[];
}

/**
 * The id of the new authenticator; null for a dry run that found nothing against it. No backup codes
 * come with it: nobody is there to be shown them.
 *
 * Throws `not_found`, `user_disabled`, `locked`, `rebinding_required`, `too_many_authenticators` or
 * `secret_in_use`.
 */
export async function importAuthenticator(
  deps: Deps,
  userId: string,
  input: ImportInput,
): Promise<string | null> {
  const secretDigests = await digests(deps.keyring, "secret", input.secret);
  for (let reads = 0; reads < 2; reads++) {
    const loaded = await loadUserById(deps, userId);
    if (!loaded) throw new Problem("not_found", { detail: "No such user." });
    assertOpen(loaded.user, deps.now);
    assertRoomFor(secretDigests, loaded.authenticators);
    if (input.dryRun) return null;
    const active = await describeActive(deps, loaded, loaded.user, { ...input, secretDigests });
    if (await insertActive(deps, OPERATOR, active)) return active.id;
  }
  throw new Problem("conflict", { retryAfter: 1 });
}

/**
 * Makes the user if this is the first. A wrong code makes nothing and is no guess: who sends it sends
 * the secret too.
 *
 * Throws `insufficient_scope`, `invalid_code`, what `importAuthenticator` throws but `not_found`, and
 * what `commitProven` throws.
 */
export async function importByKey(
  deps: Deps,
  caller: KeyCaller,
  { input, request }: { input: KeyImportInput; request: IdempotentRequest | null },
): Promise<Imported> {
  const loaded = await loadByKey(deps, caller);
  assertScope(loaded.scopes, "import");
  return once(
    deps,
    { scope: loaded.app.id, request },
    (remember) => create(deps, caller, { loaded, input, remember }),
    async (created) => replay(await loadByKey(deps, caller), input, created),
  );
}

interface Creation {
  loaded: LoadedUser;
  input: KeyImportInput;
  remember: Remember;
}

/** Twice at most, as for any enrolment. */
async function create(deps: Deps, caller: KeyCaller, creation: Creation): Promise<Imported> {
  const first = await tryCreate(deps, caller, creation);
  if (first) return first;
  const loaded = await loadByKey(deps, caller);
  const second = await tryCreate(deps, caller, { ...creation, loaded });
  if (second) return second;
  throw new Problem("conflict", { retryAfter: 1 });
}

async function tryCreate(
  deps: Deps,
  caller: KeyCaller,
  { loaded, input, remember }: Creation,
): Promise<Imported | null> {
  const secretDigests = await digests(deps.keyring, "secret", input.secret);
  if (loaded.user) assertOpen(loaded.user, deps.now);
  assertRoomFor(secretDigests, loaded.authenticators);
  const user = loaded.user ?? { id: randomId("usr"), externalId: loaded.externalId, epoch: 0 };
  const active = await describeActive(deps, loaded, user, { ...input, secretDigests });
  const isFirst = !loaded.authenticators.some(isActive);
  const backup =
    isFirst && input.backupCodes ? await createBackupCodes(deps.keyring, user.id) : undefined;
  const inserted = await insertActive(
    deps,
    actorOf(caller),
    { ...active, backupCodeHashes: backup?.hashes ?? null },
    remember,
  );
  if (!inserted) return null;
  return { id: active.id, status: "active", ...(backup && { backupCodes: backup.codes }) };
}

async function describeActive(
  deps: Deps,
  holder: Holder,
  user: ActiveAuthenticator["user"],
  input: KeyImportInput & { secretDigests: string[] },
): Promise<ActiveAuthenticator> {
  const { name = null, parameters, secret, secretDigests, proof } = input;
  const id = randomId("auth");
  const context = secretContext(holder.app.id, user.id, id);
  return {
    ...(await spentBy(deps, holder.app, input)),
    id,
    holder,
    user,
    name,
    parameters,
    secretDigests,
    secret: await seal(deps.keyring, secret, context),
    isShort: isShort(secret),
    backupCodeHashes: null,
    proof,
  };
}

/** What counts as spent: the step of the code, else the present one, whose code may have been used elsewhere. */
async function spentBy(
  { now }: Deps,
  { settings: { window } }: App,
  { secret, parameters, code }: KeyImportInput,
): Promise<Pick<ActiveAuthenticator, "lastStep" | "drift">> {
  const present = timeStep(now, parameters.period);
  if (code === undefined) return { lastStep: present, drift: null };
  const digits = digitsOf(code, parameters);
  const steps = stepsAround(present, window);
  const step = await matchStep(secret, [digits], { steps, parameters });
  if (step === null) throw new Problem("invalid_code");
  return { lastStep: step, drift: step - present };
}

/** The same answer again, unless backup codes were to come with it, which are shown once. */
async function replay(
  { authenticators }: LoadedUser,
  { backupCodes }: KeyImportInput,
  { resourceId: id }: Created,
): Promise<Imported> {
  const isThere = authenticators.some((one) => one.id === id && isActive(one));
  if (isThere && !backupCodes) return { id, status: "active" };
  const detail = isThere
    ? `It is active (${id}). Backup codes are shown once: make new ones.`
    : "This authenticator has been removed since.";
  throw new Problem("already_created", { detail });
}
