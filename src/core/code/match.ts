/**
 * Works out what a code would be worth, by pure computation on opened secrets. The commit decides
 * whether it is accepted.
 */

import { open, type Keyring } from "../../crypto/keyring";
import { acceptedSteps, areParameters, matchStep, stepsAround, timeStep } from "../../crypto/totp";
import { MAX_DRIFT } from "../policy";
import { unreadableParameters, unreadableSecret } from "../unreadable";
import type { Authenticator } from "../user/record";

/**
 * An authenticator with its secret in plain text. It lives no longer than the call that opened it.
 */
export type OpenAuthenticator = Pick<
  Authenticator,
  "id" | "algorithm" | "digits" | "period" | "lastStep" | "drift"
> & { secret: Uint8Array<ArrayBuffer> };

/**
 * The step whose code it is, and the highest spent step as read. The latter is only a hint, because
 * the commit decides.
 */
export interface Match extends Pick<Authenticator, "period" | "lastStep" | "drift"> {
  authenticatorId: string;
  step: number;
}

/**
 * The context that a secret is sealed with. A sealed value that is moved to another row does not
 * open there.
 */
export function secretContext(appId: string, userId: string, authenticatorId: string): string {
  return `authenticator:${appId}:${userId}:${authenticatorId}`;
}

/** Opens a sealed secret. Throws UnreadableData. */
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
 * Opens the secrets of these authenticators. Throws UnreadableData if one does not open: an
 * unreadable secret makes us refuse, and never means "no second factor".
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
  /** One match for each authenticator whose code it is. */
  matches: Match[];
  /** How many codes a guess was compared with. A wrong guess is charged by this number. */
  compared: number;
}

/** Finds every authenticator whose code this is, at its steps around now or around its drift. */
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
 * Finds every authenticator for which these are two codes in a row, the second at most `MAX_DRIFT`
 * steps from now.
 *
 * A guess is worth at most one code of each authenticator, however wide that range is: somebody who
 * knows the first code of a pair has only one way to be right about the second.
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
