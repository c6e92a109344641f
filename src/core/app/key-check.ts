/**
 * What a back end asks when it starts: whether this is a key of the right app, and what it is good
 * for.
 */

import type { Named, Row } from "../../db/row";
import type { apiKeys, apps, AppSettings } from "../../db/app-schema";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { readScopes, type KeyCaller, type Scope } from "../caller/actor";
import { assertKey, HAS_KEY, KEY_COLUMNS, type CheckedKey } from "../caller/by-key";
import { readSettings } from "../settings";

export interface AppOfKey {
  id: string;
  name: string;
  issuer: string;
  /** The settings that matter to a back end. */
  settings: Pick<
    AppSettings,
    "window" | "failuresBeforeLock" | "allowedOrigins" | "returnUrls" | "requireProof"
  >;
  key: { id: string; name: string | null; scopes: Scope[]; expiresAt: Date | null };
}

/** A key that was presented, and the scope that it must have, if any. */
type KeyOfApp = Pick<KeyCaller, "id" | "hash" | "from"> & { scope?: Scope };

const LOAD = statement(`
  SELECT a.id AS appId, a.name AS appName, a.issuer, a.settings,
    k.name, k.expires_at AS expiresAt, ${KEY_COLUMNS}
  FROM api_keys k JOIN apps a ON a.id = k.app_id AND a.deleted_at IS NULL WHERE ${HAS_KEY}`);

type LoadedRow = CheckedKey &
  Named<Row<typeof apps>, { appId: "id"; appName: "name" }> &
  Pick<Row<typeof apps>, "issuer" | "settings"> &
  Pick<Row<typeof apiKeys>, "name" | "expiresAt">;

/**
 * Loads the app that a key belongs to. Throws `unauthorized` if the key is not good, `address_not_allowed`
 * if the call comes from elsewhere, and `insufficient_scope` if a scope is asked for that it has not.
 */
export async function loadAppOfKey(
  deps: Deps,
  { id, hash, from, scope }: KeyOfApp,
): Promise<AppOfKey> {
  const values = { id, hash, from, now: deps.now.getTime() };
  const { results } = await LOAD(deps, values).all<LoadedRow>();
  const [found] = results;
  assertKey(deps, { id, scope: scope ?? null }, found);
  const { appId, appName, issuer, name, expiresAt } = found;
  const { window, failuresBeforeLock, allowedOrigins, returnUrls, requireProof } = readSettings(
    appId,
    found.settings,
  );
  return {
    id: appId,
    name: appName,
    issuer,
    settings: { window, failuresBeforeLock, allowedOrigins, returnUrls, requireProof },
    key: {
      id,
      name,
      scopes: readScopes(found.scopes),
      expiresAt: expiresAt === null ? null : new Date(expiresAt),
    },
  };
}
