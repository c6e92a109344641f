/**
 * API keys, with which an app's back end calls. The key itself is shown once; only its hash is
 * stored.
 */

import { and, desc, eq, gt, isNull, or } from "drizzle-orm";
import { createApiKey } from "../../crypto/api-key";
import { createSigningKey } from "../../crypto/signing-key";
import { apiKeys } from "../../db/app-schema";
import { ALWAYS, carryOut } from "../../db/effect";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { invalidField, Problem } from "../../problem";
import { readScopes, SCOPES, type Scope } from "../caller/actor";
import type { AddressRange } from "../caller/address-range";
import { getApp } from "./apps";
import { publish, unpublished } from "./publish";
import { record } from "../audit/event";
import { once, type IdempotentRequest } from "../change/idempotency";

/** Whether calls carry the key, or are signed with it (`crypto/signing-key.ts`). */
export const KEY_KINDS = ["bearer", "signing"] as const;
type KeyKind = (typeof KEY_KINDS)[number];

export interface ApiKeyRecord {
  id: string;
  kind: KeyKind;
  /** The beginning of the key, by which it can be recognised. */
  prefix: string;
  name: string | null;
  scopes: Scope[];
  /** Where calls may come from, in CIDR notation. Empty: from anywhere. */
  addresses: string[];
  createdAt: Date;
  expiresAt: Date | null;
  /** Accurate to the hour. */
  lastUsedAt: Date | null;
}

export interface ApiKeyInput {
  name?: string | undefined;
  kind?: KeyKind | undefined;
  /** If left out, the key gets all scopes. */
  scopes?: Scope[] | undefined;
  addresses?: AddressRange[] | undefined;
  expiresAt?: Date | undefined;
}

/**
 * Stores a key. Fails, and the whole batch with it, if the app has been deleted since, because
 * `app_id` may not be null.
 */
const INSERT = statement(`
  INSERT INTO api_keys (id, app_id, name, kind, hash, scopes, addresses, created_at, expires_at)
  VALUES (:id, (SELECT id FROM apps WHERE id = :appId AND deleted_at IS NULL), :name, :kind, :hash, :scopes, :addresses, :now, :expiresAt)`);
const REVOKE = statement(`
  UPDATE api_keys SET revoked_at = :now WHERE id = :id AND app_id = :appId AND revoked_at IS NULL RETURNING id`);

/**
 * Creates a key. Throws `not_found` for an unknown app, and `already_created` for a request that
 * was carried out before, because a key is shown once.
 */
export async function createKey(
  deps: Deps,
  appId: string,
  { input, request }: { input: ApiKeyInput; request: IdempotentRequest | null },
): Promise<ApiKeyRecord & { key: string }> {
  await getApp(deps, appId);
  const made = await once(
    deps,
    { scope: "admin", request },
    async (remember) => {
      if (input.expiresAt && input.expiresAt <= deps.now) {
        throw invalidField(["expiresAt"], "a time to come.");
      }
      const {
        name = null,
        kind = "bearer",
        scopes = [...SCOPES],
        addresses = [],
        expiresAt = null,
      } = input;
      const { id, key, hash } = await (kind === "signing"
        ? createSigningKey(deps.keyring)
        : createApiKey());
      const values = {
        id,
        appId,
        name,
        kind,
        hash,
        scopes: scopes.join(" "),
        addresses: addresses.length > 0 ? JSON.stringify(addresses) : null,
        now: deps.now.getTime(),
        expiresAt: expiresAt?.getTime() ?? null,
      };
      const d1 = deps.db.$client;
      await d1.batch([
        INSERT(deps, values),
        ...unpublished(deps, appId),
        record(deps, { type: "api_key.created", actor: "admin", appId, note: id }),
        ...carryOut(deps, ALWAYS, remember(id)),
      ]);
      const stored = { id, name, kind, scopes, createdAt: deps.now, expiresAt, lastUsedAt: null };
      return { ...stored, addresses: shown(addresses), prefix: prefixOf(kind, id), key };
    },
    () => {
      throw new Problem("already_created", {
        detail: "A key is shown once. Revoke it and make another.",
      });
    },
  );
  await publish(deps, appId);
  return made;
}

/** Lists the live keys of an app, newest first. Throws `not_found` for an unknown app. */
export async function listKeys(deps: Deps, appId: string): Promise<ApiKeyRecord[]> {
  await getApp(deps, appId);
  const rows = await deps.db
    .select()
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.appId, appId),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, deps.now)),
      ),
    )
    .orderBy(desc(apiKeys.createdAt));
  return rows.map(({ id, name, kind, scopes, addresses, createdAt, expiresAt, lastUsedAt }) => ({
    id,
    prefix: prefixOf(kind, id),
    name,
    kind,
    createdAt,
    expiresAt,
    lastUsedAt,
    scopes: readScopes(scopes),
    addresses: shown(addresses ?? []),
  }));
}

/** A key that was searched for, with the app that it belongs to. */
export interface FoundKey {
  prefix: string;
  name: string | null;
  appId: string;
  appName: string;
}

const FIND = statement(`
  SELECT k.id, k.kind, k.name, k.app_id AS appId, a.name AS appName
  FROM api_keys k JOIN apps a ON a.id = k.app_id
  WHERE k.id >= :id AND k.id < :id || '~' AND k.kind = :kind AND k.revoked_at IS NULL AND a.deleted_at IS NULL
  ORDER BY k.id LIMIT 10`);

/** Finds live keys by how they begin: `sg_` or `sgh_` and at least a part of their id. */
export async function findKeys(deps: Deps, beginning: string): Promise<FoundKey[]> {
  const [, scheme, id] = /^(sgh?)_([a-z2-7]{1,16})/.exec(beginning.trim()) ?? [];
  if (id === undefined) return [];
  const kind: KeyKind = scheme === "sgh" ? "signing" : "bearer";
  const { results } = await FIND(deps, { id, kind }).all<
    Omit<FoundKey, "prefix"> & { id: string; kind: KeyKind }
  >();
  return results.map(({ id: keyId, kind: of, ...rest }) => ({
    ...rest,
    prefix: prefixOf(of, keyId),
  }));
}

/**
 * Revokes a key at once on every route, together with whatever it has minted. Throws `not_found`.
 */
export async function revokeKey(deps: Deps, appId: string, id: string): Promise<void> {
  const known = await listKeys(deps, appId);
  if (!known.some((key) => key.id === id)) {
    // It may have been revoked by a call that could not tell every database.
    await publish(deps, appId);
    throw new Problem("not_found", { detail: "No such key." });
  }
  const d1 = deps.db.$client;
  await d1.batch([
    REVOKE(deps, { id, appId, now: deps.now.getTime() }),
    ...unpublished(deps, appId),
    record(deps, { type: "api_key.revoked", actor: "admin", appId, note: id }),
  ]);
  await publish(deps, appId);
}

function shown(addresses: readonly AddressRange[]): string[] {
  return addresses.map(([, , text]) => text);
}

function prefixOf(kind: KeyKind, id: string): string {
  return kind === "signing" ? `sgh_${id}` : `sg_${id}`;
}
