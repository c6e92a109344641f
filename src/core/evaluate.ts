/**
 * What a code would be worth: pure computation on opened secrets. Whether it is accepted is decided
 * by the commit.
 */

import { open, type Keyring } from "../crypto/keyring";
import { areParameters, matchStep } from "../crypto/totp";
import { unreadableParameters, unreadableSecret } from "./unreadable";
import type { Authenticator } from "./user-record";

/** An authenticator with its secret in plain: lives as long as the function call that opened it. */
export type OpenAuthenticator = Pick<
  Authenticator,
  "id" | "algorithm" | "digits" | "period" | "lastStep"
> & { secret: Uint8Array<ArrayBuffer> };

/**
 * A step whose code it is, and the highest one spent as read: a hint, because the commit decides.
 */
export interface Match extends Pick<Authenticator, "period" | "lastStep"> {
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
    authenticators.map(async ({ id, secret, algorithm, digits, period, lastStep }) => {
      if (!areParameters({ algorithm, digits, period })) throw unreadableParameters(id);
      const plain = await openSecret(keyring, secret, { appId, userId, id });
      return { id, secret: plain, algorithm, digits, period, lastStep };
    }),
  );
}

/** Every authenticator whose code this is, at its step within the window. */
export async function findMatches(
  authenticators: OpenAuthenticator[],
  digits: string,
  { now, window }: { now: Date; window: number },
): Promise<Match[]> {
  const steps = await Promise.all(
    authenticators.map(({ secret, ...parameters }) =>
      matchStep(secret, digits, { now, window, parameters }),
    ),
  );
  return authenticators.flatMap(({ id: authenticatorId, period, lastStep }, at) => {
    const step = steps[at] ?? null;
    return step === null ? [] : [{ authenticatorId, period, step, lastStep }];
  });
}
