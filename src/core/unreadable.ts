/**
 * Stored data that cannot be read, because it was altered or moved, or because its key is gone. The
 * request is refused. The error tells the log which row it is and what to do, and nothing of its
 * contents.
 */

import type { Keyring } from "../crypto/keyring";

/**
 * Becomes the problem `unreadable_data`. It is not a Problem itself, so that nothing takes it for
 * an answer.
 */
export class UnreadableData extends Error {
  constructor(
    table: "accounts" | "apps" | "archive" | "authenticators" | "users",
    id: string,
    { why, remedy }: { why: string; remedy: string },
  ) {
    super(`${table} ${id}: ${why}. ${remedy} (docs/storage.md)`);
  }
}

/**
 * The form of a sealed value. Text of another form might be a secret in plain text, so it is not
 * repeated.
 */
const SEALED = /^([\w-]{1,32})\.[\w-]+$/;

/** The error for an authenticator whose secret does not open. */
export function unreadableSecret(ring: Keyring, id: string, sealed: string): UnreadableData {
  const [, keyId] = SEALED.exec(sealed) ?? [];
  if (keyId !== undefined && !ring.some((key) => key.id === keyId)) {
    return new UnreadableData("authenticators", id, {
      why: `its secret is sealed with the key "${keyId}", which KEYRING does not have`,
      remedy: "Bring that key back, behind the first one.",
    });
  }
  const why =
    keyId === undefined
      ? "its secret is not a sealed value: it was altered"
      : `its secret does not open with the key "${keyId}": it was altered, or moved from another row, app or user, or KEYRING has another key of that name`;
  return new UnreadableData("authenticators", id, { why, remedy: RESTORE_OR_RESET });
}

const RESTORE_OR_RESET = "Restore the row from a backup, or reset the user.";

/** The error for an authenticator with parameters that no phone could have been set up with. */
export function unreadableParameters(id: string): UnreadableData {
  return new UnreadableData("authenticators", id, {
    why: "its algorithm, digits or period are none that are made here: they were altered",
    remedy: RESTORE_OR_RESET,
  });
}

export function unreadableSettings(appId: string): UnreadableData {
  return new UnreadableData("apps", appId, {
    why: "its settings are not a JSON object",
    remedy: "Restore the row from a backup, or set its settings to {} and make them anew.",
  });
}

export function unreadableHook(appId: string): UnreadableData {
  return new UnreadableData("apps", appId, {
    why: "its hook is not what is stored here, or its secret does not open with KEYRING",
    remedy: "Restore the row from a backup, or set its hook to NULL and make it anew.",
  });
}

export function unreadableBrand(appId: string): UnreadableData {
  return new UnreadableData("apps", appId, {
    why: "its brand is not a JSON object",
    remedy: "Restore the row from a backup, or set its brand to {} and make it anew.",
  });
}

export function unreadablePassword(userId: string): UnreadableData {
  return new UnreadableData("accounts", userId, {
    why: "its password_hash is no argon2id hash that is made here",
    remedy: "Restore the row from a backup, or give the user a new password.",
  });
}

/** The error for an object of the audit archive. */
export function unreadableArchive(name: string, why: string): UnreadableData {
  return new UnreadableData("archive", name, {
    why,
    remedy: "Put the object back from a copy. `npm run audit -- verify` checks the others.",
  });
}

export function unreadableErasureKey(userId: string): UnreadableData {
  return new UnreadableData("users", userId, {
    why: "its erasure_key does not open what was sealed with it: it was altered",
    remedy: "Restore the row from a backup.",
  });
}
