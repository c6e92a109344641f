/**
 * Challenges. The back end asks for one, the browser answers it at the nearest edge, and the back
 * end checks the signed assertion offline. Answering costs one round trip to D1: the commit.
 */

import type { Method } from "../../crypto/code";
import { randomId } from "../../crypto/random";
import { ALWAYS, carryOut } from "../../db/effect";
import type { Deps } from "../../env";
import { invalidField, Problem } from "../../problem";
import { actorOf, type KeyCaller } from "../caller/actor";
import { putSnapshot } from "./snapshot";
import { FACTOR_CHANGE, sealToken, type ChallengeClaims } from "./token";
import { openAuthenticators } from "../code/match";
import { askHook, type Permit } from "../hook/ask";
import { assertOpen } from "../user/guard";
import { once, type Created, type IdempotentRequest } from "../change/idempotency";
import { loadKnownUser } from "../caller/load";
import { assertRegistered } from "../app/return-url";
import { bucketOfId } from "../shard/bucket";
import { codeLengths, isActive, type App, type UserRecord } from "../user/record";

export interface Challenge {
  id: string;
  token: string;
  expiresAt: Date;
  methods: Method[];
}

export interface ChallengeInput {
  /** The back end's own words for what is being confirmed. The assertion repeats them. */
  purpose?: string | undefined;
  /** What a hosted page tells the user of it, in their language. */
  displayText?: string | undefined;
  ttlSeconds: number;
  /** If given, the challenge is answered on a hosted page, which leads back to this URL. */
  returnUrl?: string | undefined;
}

/**
 * Creates a challenge. Throws `invalid_request`, `not_found`, `not_enrolled`, `locked`, `user_disabled`,
 * `rebinding_required`, `return_url_not_registered`, what `askHook` throws, `already_created` if a repeated request finds
 * the challenge expired, and what `loadByKey` and `once` throw.
 */
export async function createChallenge(
  deps: Deps,
  caller: KeyCaller,
  { input, request }: { input: ChallengeInput; request: IdempotentRequest | null },
): Promise<Challenge> {
  assertHonest(input);
  const loaded = await loadKnownUser(deps, caller);
  assertOpen(loaded.user, deps.now);
  if (!loaded.authenticators.some(isActive)) throw new Problem("not_enrolled");
  const place = placeOf(loaded.app, input);
  const words = wordsOf(input);
  const asked = { purpose: words.purpose, actor: actorOf(caller).name };
  // Also of a repeated request: each token that is made has been permitted.
  const permit = await askHook(deps, loaded, asked);
  const made = { resourceId: randomId("chal", bucketOfId(loaded.user.id)), createdAt: deps.now };
  // A challenge has no row until it is answered. Its replay has the same id and the same expiry.
  const mintAs = ({ resourceId: id, createdAt }: Created) => {
    const expiresAt = createdAt.getTime() + input.ttlSeconds * 1000;
    if (expiresAt <= deps.now.getTime()) {
      throw new Problem("already_created", { detail: "That challenge has expired." });
    }
    const terms = { ...place, ...words, id, keyId: caller.id, expiresAt };
    return mintChallenge(deps, loaded, { permit, terms });
  };
  return once(
    deps,
    { scope: loaded.app.id, request },
    async (remember) => {
      const statements = carryOut(deps, ALWAYS, remember(made.resourceId));
      if (statements.length > 0) await deps.db.$client.batch(statements);
      return mintAs(made);
    },
    mintAs,
  );
}

/** A code that allows a change of factors must not be asked for in other words. */
function assertHonest({ purpose, displayText }: ChallengeInput): void {
  if (purpose === FACTOR_CHANGE && displayText !== undefined) {
    throw invalidField(["displayText"], `not with the purpose ${FACTOR_CHANGE}`);
  }
}

function wordsOf({
  purpose,
  displayText,
}: ChallengeInput): Pick<ChallengeClaims, "purpose" | "displayText"> {
  return { purpose: purpose ?? null, ...(displayText !== undefined && { displayText }) };
}

/** Where the challenge is answered: by the app's own browser code, or on a hosted page. */
function placeOf(app: App, { returnUrl }: ChallengeInput): Pick<ChallengeClaims, "kind" | "page"> {
  if (returnUrl === undefined) return { kind: "server" };
  return { kind: "link", page: { returnUrl: assertRegistered(app, returnUrl) } };
}

type Terms = Pick<
  ChallengeClaims,
  "id" | "kind" | "keyId" | "purpose" | "displayText" | "login" | "page" | "expiresAt"
>;

/**
 * Mints a challenge for the active authenticators of this user, as the app's hook permits it. Its snapshot is
 * stored after the answer.
 */
export async function mintChallenge(
  deps: Deps,
  { app, user, authenticators }: UserRecord,
  { permit, terms }: { permit: Permit; terms: Terms },
): Promise<Challenge> {
  const active = authenticators.filter(isActive);
  const claims: ChallengeClaims = {
    ...terms,
    appId: app.id,
    appEpoch: app.epoch,
    userId: user.id,
    externalId: user.externalId,
    userEpoch: user.epoch,
    authenticatorIds: active.map((one) => one.id),
    codeLengths: codeLengths(active),
    ...(permit.isRestricted && { methods: permit.methods }),
  };
  const subject = { appId: app.id, userId: user.id, authenticators: active };
  const opened = await openAuthenticators(deps.keyring, subject);
  putSnapshot(deps, claims, { settings: app.settings, authenticators: opened });
  return {
    id: claims.id,
    token: await sealToken(deps.keyring, claims),
    expiresAt: new Date(claims.expiresAt),
    methods: permit.methods,
  };
}
