/** What an authenticator app shows for an authenticator: within what a QR code can carry. */

import { costInUri, shorten, type Label } from "../../crypto/provisioning-uri";
import { ACCOUNT_NAME_BOUNDS, ISSUER_BOUNDS, LABEL_COST } from "../policy";
import { isActive, type LoadedUser } from "../user/record";

/** What was asked for, as far as it was. */
export interface Names {
  issuer?: string | undefined;
  accountName?: string | undefined;
  /** The user's name for the authenticator. */
  name?: string | null | undefined;
}

/**
 * A second authenticator of one user goes by its own name too, or by a number: else some phones take
 * it for the first one, and others show two that look alike.
 */
export function labelFor(
  { app, accountName, authenticators }: Pick<LoadedUser, "app" | "accountName" | "authenticators">,
  names: Names,
): Label {
  const known = toAccountName(names.accountName ?? accountName);
  const others = authenticators.filter(isActive).length;
  return {
    issuer: toIssuer(names.issuer ?? app.issuer),
    accountName: others === 0 ? known : distinguish(known, names.name ?? String(others + 1)),
  };
}

function distinguish(accountName: string, name: string): string {
  const cost = LABEL_COST - costInUri(`${accountName} ()`);
  const short = shorten(withoutColons(name), { length: name.length, cost });
  return `${accountName} (${short})`;
}

/** A user id may contain colons and be long; an account name may not (Key Uri Format). */
export function toAccountName(text: string): string {
  return shorten(withoutColons(text), ACCOUNT_NAME_BOUNDS);
}

/** An app's name may cost more than an issuer may. */
export function toIssuer(text: string): string {
  return shorten(withoutColons(text), ISSUER_BOUNDS);
}

function withoutColons(text: string): string {
  return text.replaceAll(":", "-");
}
