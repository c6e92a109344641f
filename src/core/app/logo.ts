/**
 * The logo of an app, which anybody may fetch. It is vetted and made anew before it is stored, and
 * the app's row says which one there is, so that pages need no read of their own.
 */

import { sha256 } from "../../crypto/sha256";
import type { StoredLogo } from "../../db/app-schema";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { recordWhere } from "../audit/event";
import { getApp, type AppRecord } from "./apps";
import { publish, unpublished } from "./publish";
import { cleanPng } from "./logo-png";
import { cleanSvg } from "./logo-svg";

type Bytes = Uint8Array<ArrayBuffer>;
type MediaType = StoredLogo["mediaType"];

/** A picture as it was sent. */
export interface Picture {
  mediaType: string;
  bytes: Bytes;
}

const CLEANERS = new Map<string, { mediaType: MediaType; clean: (bytes: Bytes) => Bytes }>([
  ["image/png", { mediaType: "image/png", clean: cleanPng }],
  ["image/svg+xml", { mediaType: "image/svg+xml", clean: cleanSvg }],
]);

/** How many hexadecimal digits of the SHA-256 are in a logo's URL. */
const TAG_LENGTH = 16;

const EXISTS = `EXISTS (SELECT 1 FROM apps WHERE id = :id AND deleted_at IS NULL)` as const;
const STORE = statement(`
  INSERT INTO app_logos (app_id, media_type, bytes, sha256, updated_at)
  SELECT :id, :mediaType, :bytes, :sha256, :now WHERE ${EXISTS}
  ON CONFLICT (app_id) DO UPDATE SET media_type = excluded.media_type, bytes = excluded.bytes,
    sha256 = excluded.sha256, updated_at = excluded.updated_at`);
/** Says in the app's row which logo there is, or that there is none. */
const NAME = statement(`
  UPDATE apps SET brand = json_patch(brand, :brand), revision = revision + 1 WHERE id = :id AND deleted_at IS NULL`);
const DELETE = statement(`DELETE FROM app_logos WHERE app_id = :id`);
const recordStored = recordWhere(EXISTS);
/** Comes before the statement that makes its condition untrue. */
const recordDeleted = recordWhere(`EXISTS (SELECT 1 FROM app_logos WHERE app_id = :id)`);

const LOAD = statement(`
  SELECT media_type AS mediaType, hex(bytes) AS digits FROM app_logos
  WHERE app_id = :appId AND substr(sha256, 1, ${TAG_LENGTH}) = :tag`);

/**
 * Stores a logo in place of the one before. Throws `unsupported_media_type`, `invalid_request` for
 * a picture that is not taken, and `not_found`.
 */
export async function putLogo(deps: Deps, id: string, given: Picture): Promise<AppRecord> {
  const { mediaType, bytes } = clean(given);
  const digest = (await sha256(bytes)).toHex();
  const logo: StoredLogo = { mediaType, tag: digest.slice(0, TAG_LENGTH) };
  const now = deps.now.getTime();
  await deps.db.$client.batch([
    STORE(deps, { id, mediaType, bytes: bytes.buffer, sha256: digest, now }),
    NAME(deps, { id, brand: JSON.stringify({ logo }) }),
    ...unpublished(deps, id),
    recordStored(deps, { type: "app.updated", actor: "admin", appId: id }, { id }),
  ]);
  await publish(deps, id);
  return getApp(deps, id);
}

function clean({ mediaType, bytes }: Picture): { mediaType: MediaType; bytes: Bytes } {
  const cleaner = CLEANERS.get(mediaType);
  if (cleaner) return { mediaType: cleaner.mediaType, bytes: cleaner.clean(bytes) };
  const detail = "A logo is image/png or image/svg+xml.";
  throw new Problem("unsupported_media_type", { detail });
}

/** Deletes the logo, if there is one. Throws `not_found` for an unknown app. */
export async function deleteLogo(deps: Deps, id: string): Promise<void> {
  await deps.db.$client.batch([
    recordDeleted(deps, { type: "app.updated", actor: "admin", appId: id }, { id }),
    DELETE(deps, { id }),
    NAME(deps, { id, brand: JSON.stringify({ logo: null }) }),
    ...unpublished(deps, id),
  ]);
  await publish(deps, id);
  await getApp(deps, id);
}

/** Reads the logo with this tag. Throws `not_found` if the app has another one, or none. */
export async function readLogo(
  deps: Deps,
  asked: { appId: string; tag: string },
): Promise<{ mediaType: MediaType; bytes: Bytes }> {
  const row = await LOAD(deps, asked).first<{ mediaType: MediaType; digits: string }>();
  if (!row) throw new Problem("not_found", { detail: "No such logo." });
  return { mediaType: row.mediaType, bytes: Uint8Array.fromHex(row.digits) };
}
