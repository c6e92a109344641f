/**
 * An operator's import: the phone of a user works already, in the system that they come from, so
 * that its authenticator is active at once. Nobody gives a code for it; the operator vouches.
 */

import { digests, seal } from "../crypto/keyring";
import { randomId } from "../crypto/random";
import { timeStep, type TotpParameters } from "../crypto/totp";
import { statement } from "../db/statement";
import type { Deps } from "../env";
import { Problem } from "../problem";
import { OPERATOR } from "./actor";
import { record } from "./audit";
import { claimBy, CLAIMED, LIVE_APP, UNLOCKED } from "./claim";
import { assertRoomFor, parseSecret } from "./enrol";
import { secretContext } from "./evaluate";
import { assertOpen } from "./guard";
import { HAS_ROOM, MAKE_ROOM, SECRET_IS_NEW } from "./pending-authenticator";
import { loadUserById, type UserRecord } from "./user-record";
import { eventOf } from "./users";

export interface ImportInput {
  /** Base32. */
  secret: string;
  name?: string | undefined;
  parameters: TotpParameters;
  /** Checks everything and writes nothing. */
  dryRun: boolean;
}

/** Decides. A reset user is not bound again by this: who they are is not proven by an old secret. */
const CLAIM_IMPORT = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + 1
  WHERE users.id = :userId AND ${UNLOCKED} AND NOT users.must_rebind AND ${LIVE_APP}
    AND ${HAS_ROOM} AND ${SECRET_IS_NEW}
  RETURNING id`);

const INSERT_ACTIVE = statement(`
  INSERT INTO authenticators
    (id, user_id, name, secret, secret_digest, algorithm, digits, period, state, last_step, created_at, confirmed_at)
  SELECT :id, :userId, :name, :secret, :secretDigest, :algorithm, :digits, :period, 'active', :lastStep, :now, :now
  WHERE ${CLAIMED}`);

/**
 * The id of the new authenticator; null for a dry run that found nothing against it. No backup codes
 * come with it: nobody is there to be shown them.
 *
 * Throws `not_found`, `user_disabled`, `locked`, `rebinding_required`, `too_many_authenticators`,
 * `secret_in_use`, or `invalid_request` for a secret that is not Base32 or has not 128 to 1,024
 * bits.
 */
export async function importAuthenticator(
  deps: Deps,
  userId: string,
  input: ImportInput,
): Promise<string | null> {
  const secret = parseSecret(input.secret);
  const secretDigests = await digests(deps.keyring, "secret", secret);
  for (let reads = 0; reads < 2; reads++) {
    const loaded = await loadUserById(deps, userId);
    if (!loaded) throw new Problem("not_found", { detail: "No such user." });
    assertOpen(loaded.user, deps.now);
    assertRoomFor(secretDigests, loaded.authenticators);
    if (input.dryRun) return null;
    const id = await insertActive(deps, loaded, { ...input, secret, secretDigests });
    if (id !== null) return id;
  }
  throw new Problem("conflict", { retryAfter: 1 });
}

/** Null if something changed since the read. */
async function insertActive(
  deps: Deps,
  { app, user }: UserRecord,
  input: Omit<ImportInput, "secret"> & { secret: Uint8Array<ArrayBuffer>; secretDigests: string[] },
): Promise<string | null> {
  const { parameters, secretDigests } = input;
  const id = randomId("auth");
  const [secretDigest = ""] = secretDigests;
  const claim = claimBy(deps, OPERATOR, { app, user });
  const values = {
    ...claim,
    ...parameters,
    id,
    name: input.name ?? null,
    secret: await seal(deps.keyring, input.secret, secretContext(app.id, user.id, id)),
    secretDigest,
    secretDigests: JSON.stringify(secretDigests),
    // Its present code may have been used elsewhere.
    lastStep: timeStep(deps.now, parameters.period),
    replaces: 0,
  };
  const event = eventOf("authenticator.imported", OPERATOR, { app, user });
  const d1 = deps.db.$client;
  const [claimed] = await d1.batch([
    CLAIM_IMPORT(d1, values),
    MAKE_ROOM(d1, values),
    INSERT_ACTIVE(d1, values),
    record(deps, { ...event, authenticatorId: id }, claim.attempt),
  ]);
  return claimed?.results.length === 1 ? id : null;
}
