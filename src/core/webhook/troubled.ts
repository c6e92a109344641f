/** What the operator should look at: endpoints that do not take what they are sent. */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { toEndpoint, type Endpoint } from "./endpoint";
import { ENDPOINT_COLUMNS, type EndpointRow } from "./turn";

export interface TroubledEndpoint extends Endpoint {
  appId: string;
  appName: string;
}

/** Like the run of every minute, it passes all endpoints, of which an app has few. */
const FIND = statement(`
  SELECT ${ENDPOINT_COLUMNS}, (SELECT a.name FROM apps a WHERE a.id = app_id) AS appName FROM webhook_endpoints
  WHERE deleted_at IS NULL AND EXISTS (SELECT 1 FROM apps a WHERE a.id = app_id AND a.deleted_at IS NULL)
    AND (paused_because = 'failing' OR (paused_at IS NULL AND failing_since IS NOT NULL))
  ORDER BY coalesce(paused_at, failing_since), id LIMIT :limit`);

/** Finds those that fail, or are paused for it, of all apps: the longest troubled ones first. */
export async function findTroubled(deps: Deps, limit: number): Promise<TroubledEndpoint[]> {
  const { results } = await FIND(deps, { limit }).all<EndpointRow & { appName: string }>();
  return results.map((row) => {
    const { appId, appName } = row;
    return { ...toEndpoint(deps, row), appId, appName };
  });
}
