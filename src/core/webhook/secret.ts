/** The secrets that messages to an endpoint are signed with. They are sealed for their endpoint. */

import { open, seal, type Keyring } from "../../crypto/keyring";
import { createWebhookSecret } from "../../crypto/webhook-signature";
import type { Deps } from "../../env";
import { DAY } from "../policy";
import type { EndpointRow } from "./turn";

/** While a new secret is put in place, messages are signed with the one before it too. */
export const SECRET_OVERLAP = DAY;

type Sealed = Pick<EndpointRow, "id" | "secret" | "previousSecret" | "previousExpiresAt">;

/** A new secret, as the receiver gets it and as it is stored. */
export async function newSecret(keyring: Keyring, endpointId: string) {
  const secret = createWebhookSecret();
  const bytes = new TextEncoder().encode(secret);
  return { secret, sealed: await seal(keyring, bytes, contextOf(endpointId)) };
}

/** The secrets that a message is signed with at this moment, the newest first. */
export async function openSecrets(
  { keyring, now }: Pick<Deps, "keyring" | "now">,
  { id, secret, previousSecret, previousExpiresAt }: Sealed,
): Promise<string[]> {
  const isPreviousGood = (previousExpiresAt ?? 0) > now.getTime();
  const sealed = [secret, ...(previousSecret !== null && isPreviousGood ? [previousSecret] : [])];
  return Promise.all(
    sealed.map(async (one) => new TextDecoder().decode(await open(keyring, one, contextOf(id)))),
  );
}

function contextOf(endpointId: string): string {
  return `webhook:${endpointId}`;
}
