/** An endpoint as the operator sees it, and how it is read. */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { getApp } from "../app/apps";
import { ENDPOINT_COLUMNS, readTypes, type EndpointRow } from "./turn";

export interface Endpoint {
  id: string;
  name: string | null;
  url: string;
  /** Null: all. */
  types: string[] | null;
  state: "active" | "failing" | "paused";
  /** Why it is paused. */
  pausedBecause: "operator" | "failing" | null;
  pausedAt: Date | null;
  /** Since when nothing has been taken. */
  failingSince: Date | null;
  /** Until then messages are signed with the secret before as well. */
  previousSecretExpiresAt: Date | null;
  createdAt: Date;
}

/** Which endpoint of which app. */
export interface EndpointPath {
  appId: string;
  id: string;
}

/** Condition on an endpoint: it is the one that is asked for, and is not deleted. */
export const OWN = `id = :id AND app_id = :appId AND deleted_at IS NULL` as const;

const LIST = statement(`
  SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE app_id = :appId AND deleted_at IS NULL
  ORDER BY created_at DESC, id`);
const FIND = statement(`SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE ${OWN}`);

/** Lists the endpoints of an app, newest first. Throws `not_found` for an unknown app. */
export async function listEndpoints(deps: Deps, appId: string): Promise<Endpoint[]> {
  await getApp(deps, appId);
  const { results } = await LIST(deps, { appId }).all<EndpointRow>();
  return results.map((row) => toEndpoint(deps, row));
}

/** Loads an endpoint. Throws `not_found`. */
export async function getEndpoint(deps: Deps, path: EndpointPath): Promise<Endpoint> {
  return toEndpoint(deps, await loadEndpoint(deps, path));
}

export async function loadEndpoint(deps: Deps, { appId, id }: EndpointPath): Promise<EndpointRow> {
  const row = await FIND(deps, { appId, id }).first<EndpointRow>();
  if (!row) throw new Problem("not_found", { detail: "No such webhook." });
  return row;
}

export function toEndpoint({ now }: Pick<Deps, "now">, row: EndpointRow): Endpoint {
  const { id, name, url, pausedBecause, previousExpiresAt } = row;
  const isPreviousGood = (previousExpiresAt ?? 0) > now.getTime();
  return {
    id,
    name,
    url,
    types: readTypes(row),
    state: row.pausedAt !== null ? "paused" : row.failingSince !== null ? "failing" : "active",
    pausedBecause,
    pausedAt: dateOf(row.pausedAt),
    failingSince: dateOf(row.failingSince),
    previousSecretExpiresAt: isPreviousGood ? dateOf(previousExpiresAt) : null,
    createdAt: new Date(row.createdAt),
  };
}

function dateOf(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}
