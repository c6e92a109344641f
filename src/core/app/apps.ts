/** Apps: the tenants of the service. */

import { and, desc, eq, isNull, lt, sql } from "drizzle-orm";
import { randomId } from "../../crypto/random";
import { apps, type AppSettings } from "../../db/app-schema";
import { ALWAYS, carryOut } from "../../db/effect";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { readBrand, type Brand } from "../brand";
import { readSettings } from "../settings";
import { record } from "../audit/event";
import { toIssuer } from "../authenticator/label";
import { once, type IdempotentRequest } from "../change/idempotency";
import { before, toListing, type Listing, type ListingRequest } from "../listing";
import { ENQUEUE, FORGET_DEVICES, publish, unpublished } from "./publish";
import { ACCOUNTS_APP, DEFAULT_SETTINGS, type Region } from "../policy";

export type AppRecord = Pick<
  typeof apps.$inferSelect,
  "id" | "name" | "issuer" | "settings" | "region" | "createdAt"
> & { brand: Brand };

export interface AppInput {
  name: string;
  issuer?: string | undefined;
  settings?: { [K in keyof AppSettings]?: AppSettings[K] | undefined } | undefined;
  brand?: BrandInput | undefined;
  /** Where its users are kept, for good. Null: anywhere. */
  region?: Region | null | undefined;
}

/** What an operator says of an app's brand. Its logo is stored by itself (`logo.ts`). */
export interface BrandInput {
  displayName?: string | undefined;
  accentColor?: string | undefined;
  supportUrl?: string | undefined;
}

/** The changes to an app. Whatever is left out stays as it is. */
export interface AppChanges {
  name?: string | undefined;
  issuer?: string | undefined;
  settings?: SettingsChanges | undefined;
  /** Null sets a part of it back. */
  brand?: { [K in keyof BrandInput]?: BrandInput[K] | null } | undefined;
}

/** Null sets a setting back, as if it had never been set. */
export type SettingsChanges = Omit<NonNullable<AppInput["settings"]>, "minPasswordLength"> & {
  minPasswordLength?: number | null | undefined;
};

const shown = {
  id: apps.id,
  name: apps.name,
  issuer: apps.issuer,
  settings: sql<string>`${apps.settings}`,
  brand: sql<string>`${apps.brand}`,
  region: apps.region,
  createdAt: apps.createdAt,
};

const INSERT = statement(`
  INSERT INTO apps (id, name, issuer, settings, brand, region, created_at)
  VALUES (:id, :name, :issuer, :settings, :brand, :region, :now)`);
/**
 * Changing any setting ends what was minted under the old ones; changing the brand ends nothing.
 * `json_patch` merges, so that of parallel changes each takes effect.
 */
const UPDATE = statement(`
  UPDATE apps SET name = coalesce(:name, name), issuer = coalesce(:issuer, issuer),
    brand = json_patch(brand, :brand), revision = revision + 1,
    settings = json_patch(settings, :settings), epoch = epoch + (json_patch(settings, :settings) <> json(settings))
  WHERE id = :id AND deleted_at IS NULL RETURNING id`);
const DELETE = statement(`
  UPDATE apps SET deleted_at = :now, epoch = epoch + 1, revision = revision + 1 WHERE id = :id AND deleted_at IS NULL RETURNING id`);
const REVOKE_KEYS = statement(`
  UPDATE api_keys SET revoked_at = :now WHERE app_id = :id AND revoked_at IS NULL`);
const END_WEBHOOKS = statement(`
  UPDATE webhook_endpoints SET deleted_at = :now, turn = NULL WHERE app_id = :id AND deleted_at IS NULL`);
const DELETE_LOGO = statement(`DELETE FROM app_logos WHERE app_id = :id`);

/**
 * Creates an app. Authenticator apps show its issuer, which is the app's name unless another is
 * given.
 */
export async function createApp(
  deps: Deps,
  input: AppInput,
  request: IdempotentRequest | null,
): Promise<AppRecord> {
  const made = await once(
    deps,
    { scope: "admin", request },
    async (remember) => {
      const id = randomId("app");
      const app = {
        id,
        name: input.name,
        issuer: input.issuer ?? toIssuer(input.name),
        settings: withDefaults(input.settings),
        region: input.region ?? null,
      };
      const d1 = deps.db.$client;
      const brand = JSON.stringify(input.brand ?? {});
      const settings = JSON.stringify(app.settings);
      const values = { ...app, settings, brand, now: deps.now.getTime() };
      await d1.batch([
        INSERT(deps, values),
        ...unpublished(deps, id),
        record(deps, { type: "app.created", actor: "admin", appId: id }),
        ...carryOut(deps, ALWAYS, remember(id)),
      ]);
      return { ...app, brand: readBrand(id, brand), createdAt: deps.now };
    },
    (created) => getApp(deps, created.resourceId),
  );
  await publish(deps, made.id);
  return made;
}

function withDefaults(settings: AppInput["settings"] = {}): AppSettings {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(given) };
}

/** Loads an app. Throws `not_found`. */
export async function getApp({ db }: Pick<Deps, "db">, id: string): Promise<AppRecord> {
  const [app] = await db
    .select(shown)
    .from(apps)
    .where(and(eq(apps.id, id), isNull(apps.deletedAt)));
  if (!app) throw new Problem("not_found", { detail: "No such app." });
  return readApp(app);
}

function readApp<Stored extends { id: string; settings: string; brand: string }>(app: Stored) {
  const { id, settings, brand } = app;
  return { ...app, settings: readSettings(id, settings), brand: readBrand(id, brand) };
}

/** Lists the apps, newest first. */
export async function listApps(
  { db }: Deps,
  { cursor, limit }: ListingRequest,
): Promise<Listing<AppRecord>> {
  const rows = await db
    .select({ ...shown, cursor: sql<number>`apps.rowid` })
    .from(apps)
    .where(and(isNull(apps.deletedAt), lt(sql`apps.rowid`, before(cursor))))
    .orderBy(desc(sql`apps.rowid`))
    .limit(limit + 1);
  const { items, nextCursor } = await toListing(rows, limit);
  return {
    items: items.map(readApp),
    nextCursor,
  };
}

/** Changes whatever is given and leaves the rest. Throws `not_found`. */
export async function updateApp(
  deps: Deps,
  id: string,
  { name, issuer, settings, brand }: AppChanges,
): Promise<AppRecord> {
  await getApp(deps, id);
  const values = {
    id,
    name: name ?? null,
    issuer: issuer ?? null,
    settings: JSON.stringify(settings ?? {}),
    brand: JSON.stringify(brand ?? {}),
  };
  await deps.db.$client.batch([
    UPDATE(deps, values),
    // Where there are several databases, that is part of the publication.
    ...(id === ACCOUNTS_APP && deps.shards.all.length === 1 ? [FORGET_DEVICES(deps, values)] : []),
    ...unpublished(deps, id),
    record(deps, { type: "app.updated", actor: "admin", appId: id }),
  ]);
  await publish(deps, id);
  return getApp(deps, id);
}

/**
 * Deletes an app, its logo and its webhooks. It ends at once for every caller; the rows of its users are deleted by the
 * clean-up. Throws `not_found`, and `app_built_in` for the app of the user API.
 */
export async function deleteApp(deps: Deps, id: string): Promise<void> {
  if (id === ACCOUNTS_APP) throw new Problem("app_built_in");
  await getApp(deps, id).catch(async (error: unknown) => {
    // It may have been deleted by a call that could not tell every database.
    await publish(deps, id);
    throw error;
  });
  const values = { id, now: deps.now.getTime() };
  await deps.db.$client.batch([
    DELETE(deps, values),
    ENQUEUE(deps, values),
    REVOKE_KEYS(deps, values),
    DELETE_LOGO(deps, values),
    END_WEBHOOKS(deps, values),
    ...unpublished(deps, id),
    record(deps, { type: "app.deleted", actor: "admin", appId: id }),
  ]);
  await publish(deps, id);
}
