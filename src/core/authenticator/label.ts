/** The label that an authenticator app shows for an authenticator, short enough for a QR code. */

import { costInUri, shorten, type Label } from "../../crypto/provisioning-uri";
import { ACCOUNT_NAME_BOUNDS, ISSUER_BOUNDS, LABEL_COST } from "../policy";
import { isActive, type LoadedUser } from "../user/record";

/** The names that the caller gave. */
export interface Names {
  issuer?: string | undefined;
  accountName?: string | undefined;
  /** The user's name for the authenticator. */
  name?: string | null | undefined;
}

/**
 * The label for a new authenticator. If the user has others, the label also contains the
 * authenticator's own name or a number. Otherwise some phones would take it for the first one, and
 * others would show two that look alike.
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

/**
 * Makes an account name of a user id. An id may be long and contain colons, and an account name may
 * not (Key Uri Format).
 */
export function toAccountName(text: string): string {
  return shorten(withoutColons(text), ACCOUNT_NAME_BOUNDS);
}

/** Makes an issuer of an app's name, which may be longer than an issuer. */
export function toIssuer(text: string): string {
  return shorten(withoutColons(text), ISSUER_BOUNDS);
}

function withoutColons(text: string): string {
  return text.replaceAll(":", "-");
}
