/**
 * Enrolling an authenticator: a pending secret, shown once, that counts for nothing until a code of
 * it has been confirmed.
 */

import { digests, seal } from "../../crypto/keyring";
import { provisioningUri } from "../../crypto/provisioning-uri";
import { drawQrCode, type QrCode } from "../../crypto/qr-code";
import { randomBytes, randomId } from "../../crypto/random";
import { encodeBase32 } from "../../crypto/shared-secret";
import type { TotpParameters } from "../../crypto/totp";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { Caller, LinkCaller, SessionCaller } from "../caller/actor";
import { openSecret, secretContext } from "../code/match";
import { isShort } from "./given-secret";
import { assertUnlocked } from "../user/guard";
import {
  once,
  scopeOf,
  type Created,
  type IdempotentRequest,
  type Remember,
} from "../change/idempotency";
import { assertScope } from "../caller/by-key";
import { labelFor, type Names } from "./label";
import { loadUser } from "../caller/load";
import { insertPending, type PendingSequel } from "./pending";
import { CONFIRM_TRIES, MAX_AUTHENTICATORS, PENDING_LIFE, SECRET_BYTES } from "../policy";
import type { Proof } from "../change/proof";
import { isActive, type Authenticator, type LoadedUser } from "../user/record";

/** Left out, the account's name is the app's own name for the user. */
export interface EnrolmentInput extends Names {
  name?: string | undefined;
  parameters: TotpParameters;
  /** An import; left out, a new one is made. */
  secret?: Uint8Array<ArrayBuffer>;
  /** Whether it takes the place of all that are pending. */
  replaces?: boolean;
  /** From an operator's reset. */
  rebindToken?: string | undefined;
  /** Of a factor that is active already. */
  proof?: Proof | undefined;
  /** What else happens with it. */
  sequel?: PendingSequel;
}

export interface Enrolment {
  id: string;
  status: "pending";
  secret: string;
  uri: string;
  qr: QrCode;
  expiresAt: Date;
}

/**
 * A new pending authenticator; makes the user if this is the first.
 *
 * Throws `locked`, `user_disabled`, `rebinding_required`, `too_many_authenticators`,
 * `secret_in_use`, and what `commitProven` throws.
 */
export async function enrol(
  deps: Deps,
  caller: Caller,
  { input, request }: { input: EnrolmentInput; request: IdempotentRequest | null },
): Promise<Enrolment> {
  const secret = input.secret ?? randomBytes(SECRET_BYTES);
  const loaded = await loadUser(deps, caller);
  if (input.secret !== undefined) assertScope(loaded.scopes, "import");
  return once(
    deps,
    { scope: scopeOf(caller, loaded.app, loaded.user), request },
    (remember) => create(deps, caller, { loaded, input, secret, remember }),
    async (created) => replay(deps, await loadUser(deps, caller), input, created),
  );
}

/**
 * A pending enrolment as it was answered, for a page that is shown again. Throws `not_found` for one
 * that is not pending any more, `enrolment_closed` after five wrong codes, and what `loadUser` throws.
 */
export async function showPending(
  deps: Deps,
  caller: SessionCaller | LinkCaller,
  id: string,
): Promise<Enrolment> {
  const loaded = await loadUser(deps, caller);
  const isClosed = loaded.authenticators.some((one) => one.id === id && one.tries >= CONFIRM_TRIES);
  if (isClosed) throw new Problem("enrolment_closed");
  const pending = await openPending(deps, loaded, {}, id);
  if (!pending) throw new Problem("not_found", { detail: "No such pending authenticator." });
  return pending;
}

interface Creation {
  loaded: LoadedUser;
  input: EnrolmentInput;
  secret: Uint8Array<ArrayBuffer>;
  remember: Remember;
}

/** Twice at most: another first enrolment of the same user may come between read and write. */
async function create(deps: Deps, caller: Caller, creation: Creation): Promise<Enrolment> {
  const first = await tryCreate(deps, caller, creation);
  if (first) return first;
  const loaded = await loadUser(deps, caller);
  const second = await tryCreate(deps, caller, { ...creation, loaded });
  if (second) return second;
  throw loaded.user?.mustRebind ? new Problem("rebinding_required") : new Problem("conflict");
}

async function tryCreate(
  deps: Deps,
  caller: Caller,
  { loaded, input, secret, remember }: Creation,
): Promise<Enrolment | null> {
  const { keyring, now } = deps;
  const secretDigests = await digests(keyring, "secret", secret);
  assertEnrollable(loaded, secretDigests, now);
  const id = randomId("auth");
  const { app, externalId } = loaded;
  const user = loaded.user ?? { id: randomId("usr"), externalId, epoch: 0 };
  const pending = {
    id,
    holder: loaded,
    user,
    name: input.name ?? null,
    parameters: input.parameters,
    secretDigests,
    secret: await seal(keyring, secret, secretContext(app.id, user.id, id)),
    rebindHashes: await rebindHashes(deps, loaded, input),
    replaces: input.replaces ?? false,
    isShort: isShort(secret),
    proof: input.proof,
    sequel: input.sequel,
  };
  // Before anything is written: what cannot be shown must not be made.
  const expiresAt = now.getTime() + PENDING_LIFE;
  const enrolment = describe(secret, { id, loaded, input, expiresAt });
  return (await insertPending(deps, caller, pending, remember)) ? enrolment : null;
}

/** The link of a reset stands for its token. */
async function rebindHashes(
  { keyring }: Deps,
  { rebindHash }: LoadedUser,
  { rebindToken }: EnrolmentInput,
): Promise<string[]> {
  return rebindHash ? [rebindHash] : digests(keyring, "rebinding", rebindToken ?? "");
}

/** Refuses, as read, what the write would refuse; to say why. */
function assertEnrollable(loaded: LoadedUser, secretDigests: string[], now: Date): void {
  if (loaded.user) assertUnlocked(loaded.user, now);
  assertRoomFor(secretDigests, loaded.authenticators);
}

/** Throws `too_many_authenticators`, or `secret_in_use`. */
export function assertRoomFor(secretDigests: string[], authenticators: Authenticator[]): void {
  const active = authenticators.filter(isActive);
  if (active.length >= MAX_AUTHENTICATORS) throw new Problem("too_many_authenticators");
  const known = authenticators.some((one) => secretDigests.includes(one.secretDigest));
  if (known) throw new Problem("secret_in_use");
}

/** While it is pending, an idempotent replay shows the same enrolment again. */
async function replay(
  deps: Deps,
  loaded: LoadedUser,
  input: Names,
  { resourceId: id }: Created,
): Promise<Enrolment> {
  const pending = await openPending(deps, loaded, input, id);
  if (pending) return pending;
  throw new Problem("already_created", { detail: "This enrolment is no longer pending." });
}

async function openPending(
  deps: Deps,
  loaded: LoadedUser,
  names: Names,
  id: string,
): Promise<Enrolment | null> {
  const { app, user, authenticators } = loaded;
  if (user) assertUnlocked(user, deps.now);
  const pending = authenticators.find((one) => one.id === id && one.state === "pending");
  if (!user || !pending) return null;
  const subject = { appId: app.id, userId: user.id, id };
  const secret = await openSecret(deps.keyring, pending.secret, subject);
  const { name, algorithm, digits, period, expiresAt } = pending;
  const input = { ...names, name, parameters: { algorithm, digits, period } };
  return describe(secret, { id, loaded, input, expiresAt: expiresAt ?? 0 });
}

function describe(
  secret: Uint8Array<ArrayBuffer>,
  about: {
    id: string;
    loaded: LoadedUser;
    input: Names & Pick<EnrolmentInput, "parameters">;
    expiresAt: number;
  },
): Enrolment {
  const { id, loaded, input } = about;
  const uri = provisioningUri(secret, labelFor(loaded, input), input.parameters);
  const expiresAt = new Date(about.expiresAt);
  return {
    id,
    status: "pending",
    secret: encodeBase32(secret),
    uri,
    qr: drawQrCode(uri),
    expiresAt,
  };
}
