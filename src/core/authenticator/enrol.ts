/**
 * Enrols an authenticator. Its secret is pending and shown once, and it counts for nothing until
 * one of its codes has been confirmed.
 */

import { digests, seal } from "../../crypto/keyring";
import { provisioningUri } from "../../crypto/provisioning-uri";
import { drawQrCode, type QrCode } from "../../crypto/qr-code";
import { randomBytes } from "../../crypto/random";
import { encodeBase32 } from "../../crypto/shared-secret";
import type { TotpParameters } from "../../crypto/totp";
import { effect, type Effect } from "../../db/effect";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import {
  isLink,
  isSession,
  type Caller,
  type LinkCaller,
  type SessionCaller,
} from "../caller/actor";
import { assertScope } from "../caller/by-key";
import { SAME_EPOCH, UNLOCKED } from "../caller/live";
import { loadUser } from "../caller/load";
import { firstChange, type Context } from "../change/change";
import type { Created, IdempotentRequest } from "../change/idempotency";
import type { Proof } from "../change/proof";
import { openSecret, secretContext } from "../code/match";
import { CONFIRM_TRIES, MAX_AUTHENTICATORS, PENDING_LIFE, SECRET_BYTES } from "../policy";
import { assertUnlocked } from "../user/guard";
import { isActive, type Authenticator, type LoadedUser } from "../user/record";
import { isShort } from "./given-secret";
import { labelFor, type Names } from "./label";
import { eventOfNew, HAS_ROOM, idFor, MAKE_ROOM, SECRET_IS_NEW, storedValues } from "./pending";

/** If no account name is given, it is the app's own name for the user. */
export interface EnrolmentInput extends Names {
  name?: string | undefined;
  parameters: TotpParameters;
  /** The secret of an import. If it is left out, a new one is made. */
  secret?: Uint8Array<ArrayBuffer>;
  /** Whether this enrolment replaces all pending ones. */
  replaces?: boolean;
  /** The token of an operator's reset. */
  rebindToken?: string | undefined;
  /** The proof of a factor that is active already. */
  proof?: Proof | undefined;
  /** The id that the authenticator gets. It is given by callers whose own effects refer to it. */
  id?: string;
  effects?: readonly Effect[];
  request?: IdempotentRequest | null;
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
 * A reset user needs the token of that reset. If a link was opened in time, the link's own expiry
 * applies.
 */
const MAY_BE_BOUND = `NOT users.must_rebind OR ((users.rebind_expires_at > :now OR :linkId IS NOT NULL)
      AND users.rebind_hash IN (SELECT value FROM json_each(:rebindHashes)))`;
const INSERT = effect(`
  INSERT INTO authenticators
    (id, user_id, name, secret, secret_digest, algorithm, digits, period, state, proven, created_at, expires_at)
  SELECT :id, :userId, :name, :secret, :secretDigest, :algorithm, :digits, :period, 'pending', :proven, :now, :expiresAt`);

/** Enrolling uses up the token of a reset. */
const ENROL = firstChange(
  "authenticator.enrolled",
  {
    needsProof: true,
    set: "rebind_hash = NULL, rebind_expires_at = NULL",
    only: [SAME_EPOCH, UNLOCKED, MAY_BE_BOUND, HAS_ROOM, SECRET_IS_NEW],
    effects: [MAKE_ROOM, INSERT],
  },
  {
    admit: ({ found }, { secret }: EnrolmentInput) => {
      if (secret !== undefined) assertScope(found.scopes, "import");
    },
    plan: planEnrolment,
    explain: ({ found }) => (found.user.mustRebind ? new Problem("rebinding_required") : null),
    replay: ({ deps, found }, input, created) => replay(deps, found, input, created),
  },
);

/**
 * Creates a pending authenticator, and the user if this is the first one.
 *
 * Throws `insufficient_scope` for an import by a key without the scope, `locked`, `user_disabled`,
 * `rebinding_required`, `too_many_authenticators`, `secret_in_use`, and what a change throws.
 */
export function enrol(deps: Deps, caller: Caller, input: EnrolmentInput): Promise<Enrolment> {
  return ENROL(deps, caller, input);
}

/**
 * Shows a pending enrolment again as it was answered, for a page that is loaded again. Throws
 * `not_found` if it is no longer pending, `enrolment_closed` after five wrong codes, and what
 * `loadUser` throws.
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

async function planEnrolment({ deps, caller, found }: Context, input: EnrolmentInput) {
  const { app, user } = found;
  const { id = idFor(user), secret = randomBytes(SECRET_BYTES), parameters } = input;
  const secretDigests = await digests(deps.keyring, "secret", secret);
  assertUnlocked(user, deps.now);
  assertRoomFor(secretDigests, found.authenticators);
  const pending = {
    id,
    name: input.name ?? null,
    parameters,
    secretDigests,
    secret: await seal(deps.keyring, secret, secretContext(app.id, user.id, id)),
    isShort: isShort(secret),
  };
  const expiresAt = deps.now.getTime() + PENDING_LIFE;
  return {
    values: {
      ...storedValues(pending),
      rebindHashes: JSON.stringify(await rebindHashes(deps, found, input)),
      replaces: Number(input.replaces ?? false),
      proven: Number(isProven(caller, found, input)),
      expiresAt,
    },
    event: eventOfNew(pending),
    effects: input.effects ?? [],
    resourceId: id,
    // The answer is made before anything is written: what cannot be shown must not be stored.
    answer: describe(secret, { id, loaded: found, input, expiresAt }),
  };
}

/**
 * Whether a factor was proven. Sessions and links ask for a code themselves where a factor is
 * active.
 */
function isProven(
  caller: Caller,
  { authenticators }: Pick<LoadedUser, "authenticators">,
  { proof }: EnrolmentInput,
): boolean {
  if (proof !== undefined) return true;
  return (isSession(caller) || isLink(caller)) && authenticators.some(isActive);
}

/** The digests of the reset token that was given. A link for a reset stands for its token. */
async function rebindHashes(
  { keyring }: Deps,
  { rebindHash }: LoadedUser,
  { rebindToken }: EnrolmentInput,
): Promise<string[]> {
  return rebindHash ? [rebindHash] : digests(keyring, "rebinding", rebindToken ?? "");
}

/** Throws `too_many_authenticators` or `secret_in_use`. */
export function assertRoomFor(secretDigests: string[], authenticators: Authenticator[]): void {
  const active = authenticators.filter(isActive);
  if (active.length >= MAX_AUTHENTICATORS) throw new Problem("too_many_authenticators");
  const known = authenticators.some((one) => secretDigests.includes(one.secretDigest));
  if (known) throw new Problem("secret_in_use");
}

/**
 * Shows the same enrolment again while it is pending, for a request that was carried out before.
 */
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
