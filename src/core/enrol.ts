/**
 * Enrolling an authenticator: a pending secret, shown once, that counts for nothing until a code of
 * it has been confirmed.
 */

import { digests, seal } from "../crypto/keyring";
import { decodeSecret, encodeSecret, provisioningUri } from "../crypto/provisioning-uri";
import { drawQrCode, type QrCode } from "../crypto/qr-code";
import { randomBytes, randomId } from "../crypto/random";
import { timeStep, type TotpParameters } from "../crypto/totp";
import type { Deps } from "../env";
import { Problem } from "../problem";
import type { Caller, LinkCaller, SessionCaller } from "./actor";
import { openSecret, secretContext } from "./evaluate";
import { assertUnlocked } from "./guard";
import { once, scopeOf, type Created, type IdempotentRequest, type Remember } from "./idempotency";
import { assertScope } from "./load-by-key";
import { loadUser } from "./load-user";
import { insertPending, type PendingSequel } from "./pending-authenticator";
import {
  CONFIRM_TRIES,
  MAX_ACCOUNT_NAME,
  MAX_AUTHENTICATORS,
  MAX_SECRET_BYTES,
  MIN_SECRET_BYTES,
  PENDING_LIFE,
  SECRET_BYTES,
} from "./policy";
import { isActive, type Authenticator, type LoadedUser } from "./user-record";

export interface EnrolmentInput {
  /** Shown in the authenticator app; left out, it is the app's own name for the user. */
  accountName?: string | undefined;
  issuer?: string | undefined;
  name?: string | undefined;
  parameters: TotpParameters;
  /**
   * Base32: an import. Its present code may have been used elsewhere, so that only a later one
   * confirms it.
   */
  secret?: string | undefined;
  /** Whether it takes the place of all that are pending. */
  replaces?: boolean;
  /** From an operator's reset. */
  rebindToken?: string | undefined;
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
 * `secret_in_use`, or `invalid_request` for a secret that is not Base32 or has not 128 to 1,024
 * bits.
 */
export async function enrol(
  deps: Deps,
  caller: Caller,
  { input, request }: { input: EnrolmentInput; request: IdempotentRequest | null },
): Promise<Enrolment> {
  const secret = input.secret === undefined ? randomBytes(SECRET_BYTES) : parseSecret(input.secret);
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
    app,
    user,
    name: input.name ?? null,
    parameters: input.parameters,
    secretDigests,
    secret: await seal(keyring, secret, secretContext(app.id, user.id, id)),
    rebindHashes: await rebindHashes(deps, loaded, input),
    replaces: input.replaces ?? false,
    lastStep: input.secret === undefined ? -1 : timeStep(now, input.parameters.period),
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
  input: EnrolmentInput,
  { resourceId: id }: Created,
): Promise<Enrolment> {
  const pending = await openPending(deps, loaded, input, id);
  if (pending) return pending;
  throw new Problem("already_created", { detail: "This enrolment is no longer pending." });
}

async function openPending(
  deps: Deps,
  loaded: LoadedUser,
  names: Pick<EnrolmentInput, "issuer" | "accountName">,
  id: string,
): Promise<Enrolment | null> {
  const { app, user, authenticators } = loaded;
  if (user) assertUnlocked(user, deps.now);
  const pending = authenticators.find((one) => one.id === id && one.state === "pending");
  if (!user || !pending) return null;
  const subject = { appId: app.id, userId: user.id, id };
  const secret = await openSecret(deps.keyring, pending.secret, subject);
  const { algorithm, digits, period, expiresAt } = pending;
  const input = { ...names, parameters: { algorithm, digits, period } };
  return describe(secret, { id, loaded, input, expiresAt: expiresAt ?? 0 });
}

function describe(
  secret: Uint8Array<ArrayBuffer>,
  about: {
    id: string;
    loaded: LoadedUser;
    input: Pick<EnrolmentInput, "issuer" | "accountName" | "parameters">;
    expiresAt: number;
  },
): Enrolment {
  const { id, loaded, input } = about;
  const label = {
    issuer: input.issuer ?? loaded.app.issuer,
    accountName: input.accountName ?? toAccountName(loaded.accountName),
  };
  const uri = provisioningUri(secret, label, input.parameters);
  const expiresAt = new Date(about.expiresAt);
  return {
    id,
    status: "pending",
    secret: encodeSecret(secret),
    uri,
    qr: drawQrCode(uri),
    expiresAt,
  };
}

/** A user id may contain colons and be long; an account name may not (Key Uri Format). */
export function toAccountName(text: string): string {
  const short = text.replaceAll(":", "-").slice(0, MAX_ACCOUNT_NAME);
  // Not half of a surrogate pair.
  return short.replace(/[\ud800-\udbff]$/, "");
}

/** Throws `invalid_request` for what is not Base32 of 128 to 1,024 bits. */
export function parseSecret(text: string): Uint8Array<ArrayBuffer> {
  const secret = decodeSecret(text);
  if (secret && secret.byteLength >= MIN_SECRET_BYTES && secret.byteLength <= MAX_SECRET_BYTES) {
    return secret;
  }
  throw new Problem("invalid_request", {
    detail: `secret: Base32 of ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes (RFC 4226, requirement R6).`,
  });
}
