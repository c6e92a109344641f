/** The archive itself, object by object, for whoever wants to check or to copy it. */

import { statement } from "../../db/statement";
import type { Archive, Deps } from "../../env";
import { Problem } from "../../problem";
import { before, toListing, type Listing, type ListingRequest } from "../listing";
import { unreadableArchive } from "../unreadable";
import { readObject } from "./archived";

export interface ArchiveObject {
  /** The id of its first event. */
  id: string;
  name: string;
  sha256: string;
  bytes: number;
  count: number;
  /** The id of its last event. */
  last: number;
}

const COLUMNS = `CAST(first_id AS TEXT) AS id, name, sha256, bytes, count, last_id AS last`;
const LIST = statement(`
  SELECT ${COLUMNS}, first_id AS cursor FROM archive_objects WHERE first_id < :before
  ORDER BY first_id DESC LIMIT :limit + 1`);
const FIND = statement(`SELECT name FROM archive_objects WHERE first_id = :id`);

/** Lists the objects that the database knows of, newest first. It does not ask the bucket. */
export async function listObjects(
  deps: Deps,
  { cursor, limit }: ListingRequest,
): Promise<Listing<ArchiveObject>> {
  const values = { before: before(cursor), limit };
  const { results } = await LIST(deps, values).all<ArchiveObject & { cursor: number }>();
  return toListing(results, limit);
}

/**
 * Gives the bytes of an object as the bucket has them, without a look at them. Throws `not_found`,
 * `archive_unavailable`, or UnreadableData if the bucket does not have it.
 */
export async function getObject(deps: Deps, archive: Archive, id: string): Promise<ArrayBuffer> {
  const name = await FIND(deps, { id: Number(id) }).first<string>("name");
  if (name === null) throw new Problem("not_found");
  const bytes = await readObject(archive, name);
  if (bytes === null) throw unreadableArchive(name, "it is missing from the bucket");
  return bytes;
}
