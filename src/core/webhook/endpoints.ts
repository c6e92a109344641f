/** Changes of endpoints: addresses of an app's back end to which its events are sent. The operator keeps them. */

import { ALWAYS, carryOut } from "../../db/effect";
import { randomId } from "../../crypto/random";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { record, recordWhere, type AuditType } from "../audit/event";
import { once, type IdempotentRequest } from "../change/idempotency";
import { assertTarget } from "../outgoing/target";
import {
  getEndpoint,
  listEndpoints,
  loadEndpoint,
  OWN,
  type Endpoint,
  type EndpointPath,
} from "./endpoint";
import { newestPosition } from "./feed";
import { forgetListeners } from "./listeners";
import type { EventType } from "./message";
import { newSecret, SECRET_OVERLAP } from "./secret";

/** So many endpoints an app may have. */
const MAX_ENDPOINTS = 10;

export interface EndpointInput {
  url: string;
  name?: string | null | undefined;
  types?: EventType[] | null | undefined;
}

export interface EndpointChanges {
  url?: string | undefined;
  name?: string | null | undefined;
  types?: EventType[] | null | undefined;
  /** Whether nothing is sent. */
  paused?: boolean | undefined;
}

const COUNT =
  `(SELECT count(*) FROM webhook_endpoints WHERE app_id = :appId AND deleted_at IS NULL)` as const;

/** Fails, and the whole batch with it, if the app has been deleted since or has endpoints enough. */
const INSERT = statement(`
  INSERT INTO webhook_endpoints (id, app_id, name, url, types, secret, created_at, position)
  VALUES (:id, (SELECT id FROM apps WHERE id = :appId AND deleted_at IS NULL AND ${COUNT} < ${MAX_ENDPOINTS}),
    :name, :url, :types, :secret, :now, :position)`);
/**
 * Who has the turn loses it to a new URL or new types: otherwise the position would pass events that are of the
 * new types alone.
 */
const UPDATE = statement(`
  UPDATE webhook_endpoints SET url = coalesce(:url, url), name = iif(:setsName, :name, name),
    types = iif(:setsTypes, :types, types), turn = iif(:takesTurn, NULL, turn),
    busy_until = iif(:takesTurn, NULL, busy_until) WHERE ${OWN}`);
const PAUSE = statement(`
  UPDATE webhook_endpoints SET paused_at = :now, paused_because = 'operator' WHERE ${OWN} AND paused_at IS NULL`);
const RESUME = statement(`
  UPDATE webhook_endpoints SET paused_at = NULL, paused_because = NULL, failing_since = NULL
  WHERE ${OWN} AND paused_at IS NOT NULL`);
const IS_PAUSED =
  `EXISTS (SELECT 1 FROM webhook_endpoints WHERE ${OWN} AND paused_at IS NOT NULL)` as const;
/** What waits is tried at once, and for another day. */
const RETRY = statement(`
  UPDATE webhook_deliveries SET next_at = :now, first_at = NULL
  WHERE endpoint_id = :id AND state = 'waiting' AND ${IS_PAUSED}`);
const ROTATE = statement(`
  UPDATE webhook_endpoints SET previous_secret = secret, previous_expires_at = :expiresAt, secret = :secret
  WHERE ${OWN}`);
const DELETE = statement(`
  UPDATE webhook_endpoints SET deleted_at = :now, turn = NULL WHERE ${OWN}`);
/** These come before the statement that makes their condition untrue. */
const recordIfPaused = recordWhere(IS_PAUSED);
const recordIfSentTo = recordWhere(
  `EXISTS (SELECT 1 FROM webhook_endpoints WHERE ${OWN} AND paused_at IS NULL)`,
);
const recordIfThere = recordWhere(`EXISTS (SELECT 1 FROM webhook_endpoints WHERE ${OWN})`);

/**
 * Creates an endpoint, which is sent what happens from now on. Its secret is shown only in this answer.
 * Throws `invalid_request` for a URL that is not called, `not_found`, and `too_many_webhooks`.
 */
export async function createEndpoint(
  deps: Deps,
  appId: string,
  { input, request }: { input: EndpointInput; request: IdempotentRequest | null },
): Promise<Endpoint & { secret: string }> {
  const url = assertTarget(deps.settings, ["url"], input.url);
  await assertRoom(deps, appId);
  return once(
    deps,
    { scope: "admin", request },
    async (remember) => {
      const id = randomId("whk");
      const { secret, sealed } = await newSecret(deps.keyring, id);
      const { name = null, types = null } = input;
      const values = {
        id,
        appId,
        name,
        url,
        types: types && JSON.stringify(types),
        secret: sealed,
        now: deps.now.getTime(),
        position: await newestPosition(deps),
      };
      const batch = deps.db.$client.batch([
        INSERT(deps, values),
        record(deps, { type: "webhook.created", actor: "admin", appId, note: id }),
        ...carryOut(deps, ALWAYS, remember(id)),
      ]);
      await batch.catch(async (error: unknown) => {
        await assertRoom(deps, appId);
        throw error;
      });
      forgetListeners(deps);
      return { ...(await getEndpoint(deps, { appId, id })), secret };
    },
    refuseToShowAgain,
  );
}

async function assertRoom(deps: Deps, appId: string): Promise<void> {
  const known = await listEndpoints(deps, appId);
  if (known.length >= MAX_ENDPOINTS) throw new Problem("too_many_webhooks");
}

function refuseToShowAgain(): never {
  throw new Problem("already_created", { detail: "A secret is shown once. Ask for a new one." });
}

/** Changes whatever is given and leaves the rest. Throws what `createEndpoint` throws. */
export async function updateEndpoint(
  deps: Deps,
  path: EndpointPath,
  { url, name, types, paused }: EndpointChanges,
): Promise<Endpoint> {
  await loadEndpoint(deps, path);
  const values = {
    ...path,
    url: url === undefined ? null : assertTarget(deps.settings, ["url"], url),
    setsName: Number(name !== undefined),
    name: name ?? null,
    setsTypes: Number(types !== undefined),
    types: types ? JSON.stringify(types) : null,
    takesTurn: Number(url !== undefined || types !== undefined),
    now: deps.now.getTime(),
  };
  const isChanged = [url, name, types].some((value) => value !== undefined);
  const changes = isChanged
    ? [recordIfThere(deps, eventOf("webhook.updated", path), values), UPDATE(deps, values)]
    : [];
  if (paused === true) {
    changes.push(
      recordIfSentTo(deps, eventOf("webhook.paused", path), values),
      PAUSE(deps, values),
    );
  }
  if (paused === false) {
    const resumed = recordIfPaused(deps, eventOf("webhook.resumed", path), values);
    changes.push(resumed, RETRY(deps, values), RESUME(deps, values));
  }
  if (changes.length > 0) await deps.db.$client.batch(changes);
  deps.request.told.add(path.appId);
  forgetListeners(deps);
  return getEndpoint(deps, path);
}

/**
 * Gives a new secret, which is shown only in this answer. For a day messages are signed with the one before
 * as well. Throws `not_found`, and `already_created` if this request has been carried out.
 */
export async function rotateSecret(
  deps: Deps,
  path: EndpointPath,
  request: IdempotentRequest | null = null,
): Promise<Endpoint & { secret: string }> {
  await loadEndpoint(deps, path);
  return once(
    deps,
    { scope: "admin", request },
    async (remember) => {
      const { secret, sealed } = await newSecret(deps.keyring, path.id);
      const expiresAt = deps.now.getTime() + SECRET_OVERLAP;
      const values = { ...path, secret: sealed, expiresAt };
      await deps.db.$client.batch([
        recordIfThere(deps, eventOf("webhook.secret_rotated", path), values),
        ROTATE(deps, values),
        ...carryOut(deps, ALWAYS, remember(path.id)),
      ]);
      return { ...(await getEndpoint(deps, path)), secret };
    },
    refuseToShowAgain,
  );
}

/** Deletes an endpoint at once, and its deliveries in the background. Throws `not_found`. */
export async function deleteEndpoint(deps: Deps, path: EndpointPath): Promise<void> {
  await loadEndpoint(deps, path);
  const values = { ...path, now: deps.now.getTime() };
  await deps.db.$client.batch([
    recordIfThere(deps, eventOf("webhook.deleted", path), values),
    DELETE(deps, values),
  ]);
  forgetListeners(deps);
}

function eventOf(type: AuditType, { appId, id }: EndpointPath) {
  return { type, actor: "admin", appId, note: id } as const;
}
