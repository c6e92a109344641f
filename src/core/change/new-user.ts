/** A user is created together with the first thing that is made for them. */

import { randomId } from "../../crypto/random";
import { statement } from "../../db/statement";
import { hasScope, KEY_IS_GOOD, LINK_STANDS } from "../caller/live";
import { bucketOf } from "../shard/bucket";
import type { KnownUser, LoadedUser } from "../user/record";

/** The API key that made this browser's enrolment link, for a user who may not exist yet. */
const KEY_OF_LINK = `SELECT l.key_id FROM enrolment_links l
    WHERE l.id = :linkId AND l.browser_hash = :browserHash AND l.app_id = a.id AND l.external_id = :externalId
      AND ${LINK_STANDS}` as const;

/** Creates the user. Of several calls at once, one creates the user and the others find them. */
export const CREATE_USER = statement(`
  INSERT INTO users (id, app_id, external_id, created_at)
  SELECT :userId, a.id, :externalId, :now FROM apps a JOIN api_keys k ON k.app_id = a.id
  WHERE a.id = :appId AND a.epoch = :appEpoch AND k.id = coalesce(:keyId, (${KEY_OF_LINK}))
    AND ${KEY_IS_GOOD} AND ${hasScope("coalesce(:scope, 'enrol')")}
  ON CONFLICT (app_id, external_id) DO NOTHING`);

/** Gives the user, or the user as they will be created. */
export async function orNew(loaded: LoadedUser, now: Date): Promise<KnownUser> {
  if (loaded.user) return { ...loaded, user: loaded.user };
  const { externalId } = loaded;
  const counters = { epoch: 0, failures: 0, lockedUntil: null, cappedAt: null, disabledAt: null };
  const id = randomId("usr", await bucketOf(loaded.app, externalId));
  const made = { id, externalId, createdAt: now.getTime(), mustRebind: false };
  return { ...loaded, user: { ...made, ...counters }, isNew: true };
}
