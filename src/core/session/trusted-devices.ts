/**
 * Devices that their users spare the second factor at log-in, where the app allows it (NIST SP
 * 800-63B §5.1). Such a log-in stays at level 1 and is never enough for what needs a code. Like
 * sessions they end with whatever makes the user's epoch grow.
 */

import { randomId } from "../../crypto/random";
import { createSecret, formatToken } from "../../crypto/session-token";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { Actor } from "../caller/actor";
import { record } from "../audit/event";
import {
  claimBy,
  CLAIMED,
  commitClaim,
  LIVE_APP,
  LIVE_CALLER,
  PASSED,
  type Mark,
} from "../caller/live";
import type { ChallengeClaims } from "../challenge/token";
import { TRUSTED_DEVICE_LIFE } from "../policy";
import type { UserRecord } from "../user/record";
import { eventOf } from "../change/users";

export interface TrustedDevice {
  id: string;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
  ip: string | null;
  userAgent: string | null;
}

const INSERT = statement(`
  INSERT INTO trusted_devices (id, user_id, epoch, hash, created_at, last_used_at, expires_at, ip, user_agent)
  SELECT :deviceId, id, epoch, :hash, :now, :now, :expiresAt, :ip, :userAgent
  FROM users WHERE id = :userId AND ${PASSED}`);

const LIST = statement(`
  SELECT id, created_at AS createdAt, last_used_at AS lastUsedAt, expires_at AS expiresAt, ip, user_agent AS userAgent
  FROM trusted_devices WHERE user_id = :userId AND epoch = :epoch AND expires_at > :now ORDER BY rowid DESC`);

const NOTE_USE = statement(`
  UPDATE trusted_devices SET last_used_at = :now WHERE id = :deviceId AND ${CLAIMED}`);

const CLAIM_REVOCATION = statement(`
  UPDATE users SET attempt = :attempt WHERE users.id = :userId AND ${LIVE_APP} AND ${LIVE_CALLER}
    AND EXISTS (SELECT 1 FROM trusted_devices d WHERE d.id = :deviceId AND d.user_id = users.id)
  RETURNING id`);
const REVOKE = statement(`DELETE FROM trusted_devices WHERE id = :deviceId AND ${CLAIMED}`);

/** A device about to be trusted, and its token, which is shown once. */
export interface NewDevice {
  id: string;
  hash: string;
  token: string;
}

export async function createDevice(): Promise<NewDevice> {
  const id = randomId("dev");
  const { text, hash } = await createSecret();
  return { id, hash, token: formatToken.device(id, text) };
}

/** The statements that trust a device, with a right code and not without. */
export function trustDevice(
  deps: Deps,
  { userId, attempt }: Mark,
  { id: deviceId, hash }: NewDevice,
  claims: ChallengeClaims,
): D1PreparedStatement[] {
  const { ip, userAgent } = deps.request;
  const now = deps.now.getTime();
  const values = { userId, attempt, deviceId, hash, ip, userAgent };
  const event = {
    type: "device.trusted",
    actor: `challenge:${claims.id}`,
    appId: claims.appId,
    userId,
  } as const;
  return [
    INSERT(deps.db.$client, { ...values, now, expiresAt: now + TRUSTED_DEVICE_LIFE }),
    record(deps, event, attempt, "passed"),
  ];
}

/** The statement that notes a log-in from it; to no effect if there was none. */
export function noteDeviceUse(
  { db, now }: Deps,
  { userId, attempt }: Mark,
  deviceId: string | null,
): D1PreparedStatement {
  return NOTE_USE(db.$client, { userId, attempt, deviceId, now: now.getTime() });
}

/** Newest first; none where the app does not allow them. */
export async function listDevices(deps: Deps, { app, user }: UserRecord): Promise<TrustedDevice[]> {
  if (!app.settings.trustedDevices) return [];
  const values = { userId: user.id, epoch: user.epoch, now: deps.now.getTime() };
  const { results } = await LIST(deps.db.$client, values).all<DeviceRow>();
  return results.map(({ createdAt, lastUsedAt, expiresAt, ...rest }) => ({
    ...rest,
    createdAt: new Date(createdAt),
    lastUsedAt: new Date(lastUsedAt),
    expiresAt: new Date(expiresAt),
  }));
}

interface DeviceRow extends Pick<TrustedDevice, "id" | "ip" | "userAgent"> {
  createdAt: number;
  lastUsedAt: number;
  expiresAt: number;
}

/** Throws `not_found`. */
export async function revokeDevice(
  deps: Deps,
  actor: Actor,
  { app, user, ...rest }: UserRecord,
  deviceId: string,
): Promise<void> {
  const known = await listDevices(deps, { app, user, ...rest });
  if (!known.some(({ id }) => id === deviceId)) {
    throw new Problem("not_found", { detail: "No such device." });
  }
  const claim = { ...claimBy(deps, actor, { app, user }), deviceId };
  const d1 = deps.db.$client;
  await commitClaim(deps, [
    CLAIM_REVOCATION(d1, claim),
    REVOKE(d1, claim),
    record(deps, eventOf("device.revoked", actor, { app, user }), claim.attempt),
  ]);
}
