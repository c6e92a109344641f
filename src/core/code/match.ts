/**
 * What a code would be worth: pure computation on opened secrets. Whether it is accepted is decided
 * by the commit.
 */

import { open, type Keyring } from "../../crypto/keyring";
import { acceptedSteps, areParameters, matchStep, stepsAround, timeStep } from "../../crypto/totp";
import { MAX_DRIFT } from "../policy";
import { unreadableParameters, unreadableSecret } from "../unreadable";
import type { Authenticator } from "../user/record";

/** An authenticator with its secret in plain: lives as long as the function call that opened it. */
export type OpenAuthenticator = Pick<
  Authenticator,
  "id" | "algorithm" | "digits" | "period" | "lastStep" | "drift"
> & { secret: Uint8Array<ArrayBuffer> };

/**
 * A step whose code it is, and the highest one spent as read: a hint, because the commit decides.
 */
export interface Match extends Pick<Authenticator, "period" | "lastStep" | "drift"> {
  authenticatorId: string;
  step: number;
}

/**
 * The context that a secret is sealed with: a sealed value moved to another row does not open
 * there.
 */
export function secretContext(appId: string, userId: string, authenticatorId: string): string {
  return `authenticator:${appId}:${userId}:${authenticatorId}`;
}

/** Throws UnreadableData. */
export async function openSecret(
  keyring: Keyring,
  sealed: string,
  { appId, userId, id }: { appId: string; userId: string; id: string },
): Promise<Uint8Array<ArrayBuffer>> {
  return open(keyring, sealed, secretContext(appId, userId, id)).catch(() => {
    throw unreadableSecret(keyring, id, sealed);
  });
}

/**
 * Throws UnreadableData when a secret does not open: an unreadable secret refuses, it never means
 * "no second factor".
 */
export async function openAuthenticators(
  keyring: Keyring,
  {
    appId,
    userId,
    authenticators,
  }: { appId: string; userId: string; authenticators: Authenticator[] },
): Promise<OpenAuthenticator[]> {
  return Promise.all(
    authenticators.map(async ({ id, secret, algorithm, digits, period, lastStep, drift }) => {
      if (!areParameters({ algorithm, digits, period })) throw unreadableParameters(id);
      const plain = await openSecret(keyring, secret, { appId, userId, id });
      return { id, secret: plain, algorithm, digits, period, lastStep, drift };
    }),
  );
}

/** What a code, or a pair of them, turned out to be. */
export interface Evaluation {
  /** One of each authenticator that it is a code of. */
  matches: Match[];
  /** How many codes a guess was compared with: what a wrong one weighs. */
  compared: number;
}

/** Every authenticator whose code this is, at its step around now or around its drift. */
export async function evaluateCode(
  authenticators: OpenAuthenticator[],
  digits: string,
  { now, window }: { now: Date; window: number },
): Promise<Evaluation> {
  const steps = authenticators.map((one) => acceptedSteps(now, { ...one, window }));
  const matches = await findMatches(authenticators, [digits], steps);
  return { matches, compared: steps.flat().length };
}

/**
 * Every authenticator whose two codes in a row these are, the second at most `MAX_DRIFT` steps from
 * now.
 *
 * A guess is worth one code of each authenticator at most, however far that is: whoever knows the
 * first of a pair has one way to be right about the second.
 */
export async function evaluatePair(
  authenticators: OpenAuthenticator[],
  pair: readonly [string, string],
  now: Date,
): Promise<Evaluation> {
  const steps = authenticators.map(({ period }) => stepsAround(timeStep(now, period), MAX_DRIFT));
  const matches = await findMatches(authenticators, pair, steps);
  return { matches, compared: authenticators.length };
}

async function findMatches(
  authenticators: OpenAuthenticator[],
  codes: readonly string[],
  steps: number[][],
): Promise<Match[]> {
  const found = await Promise.all(
    authenticators.map(({ secret, ...parameters }, at) =>
      matchStep(secret, codes, { steps: steps[at] ?? [], parameters }),
    ),
  );
  return authenticators.flatMap(({ id: authenticatorId, period, lastStep, drift }, at) => {
    const step = found[at] ?? null;
    return step === null ? [] : [{ authenticatorId, period, step, lastStep, drift }];
  });
}
