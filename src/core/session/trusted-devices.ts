/**
 * Devices whose users are asked for no code at login, if the app allows it (NIST SP 800-63B §5.1).
 * Such a login stays at level 1 and is never enough for what needs a code. Like sessions, trusted
 * devices end with whatever raises the user's epoch.
 */

import { and, desc, eq, gt } from "drizzle-orm";
import { randomId } from "../../crypto/random";
import { createSecret, formatToken } from "../../crypto/opaque-tokens";
import { trustedDevices } from "../../db/account-schema";
import { effect, type Effect } from "../../db/effect";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { recorded } from "../audit/event";
import type { SessionCaller } from "../caller/actor";
import { change } from "../change/change";
import type { ChallengeClaims } from "../challenge/token";
import { TRUSTED_DEVICE_LIFE } from "../policy";
import { ACCOUNTS_BUCKET } from "../shard/bucket";
import type { UserRecord } from "../user/record";

export interface TrustedDevice {
  id: string;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
  ip: string | null;
  userAgent: string | null;
}

const INSERT = effect(
  `INSERT INTO trusted_devices (id, user_id, epoch, hash, created_at, last_used_at, expires_at, ip, user_agent)
  SELECT :deviceId, id, epoch, :hash, :now, :now, :expiresAt, :ip, :userAgent FROM users`,
  "id = :userId",
);

const NOTE_USE = effect("UPDATE trusted_devices SET last_used_at = :now", "id = :deviceId");

/** A device that is about to be trusted, and its token, which is shown once. */
export interface NewDevice {
  id: string;
  hash: string;
  token: string;
}

export async function createDevice(): Promise<NewDevice> {
  const id = randomId("dev", ACCOUNTS_BUCKET);
  const { text, hash } = await createSecret();
  return { id, hash, token: formatToken.device(id, text) };
}

/** The effects that trust a device. */
export function trustDevice(
  deps: Deps,
  { id: deviceId, hash }: NewDevice,
  { id, appId, userId }: ChallengeClaims,
): Effect[] {
  const { ip, userAgent } = deps.request;
  const expiresAt = deps.now.getTime() + TRUSTED_DEVICE_LIFE;
  const event = { type: "device.trusted", actor: `login:${id}`, appId, userId } as const;
  return [INSERT({ deviceId, hash, ip, userAgent, expiresAt }), recorded(deps, event)];
}

/** The effect that notes a login from a device. It does nothing without a device. */
export function noteDeviceUse(deviceId: string | null): Effect {
  return NOTE_USE({ deviceId });
}

/** Lists the trusted devices, newest first. Empty if the app does not allow them. */
export async function listDevices(
  { db, now }: Deps,
  { app, user }: Pick<UserRecord, "app" | "user">,
): Promise<TrustedDevice[]> {
  if (!app.settings.trustedDevices) return [];
  const { id, createdAt, lastUsedAt, expiresAt, ip, userAgent } = trustedDevices;
  return db
    .select({ id, createdAt, lastUsedAt, expiresAt, ip, userAgent })
    .from(trustedDevices)
    .where(
      and(
        eq(trustedDevices.userId, user.id),
        eq(trustedDevices.epoch, user.epoch),
        gt(expiresAt, now),
      ),
    )
    .orderBy(desc(createdAt), desc(id));
}

const REVOKE = change(
  "device.revoked",
  {
    only: [
      "EXISTS (SELECT 1 FROM trusted_devices d WHERE d.id = :deviceId AND d.user_id = users.id)",
    ],
    effects: [effect("DELETE FROM trusted_devices", "id = :deviceId")],
  },
  {
    plan: async ({ deps, found }, { deviceId }: { deviceId: string }) => {
      const known = await listDevices(deps, found);
      if (!known.some(({ id }) => id === deviceId)) {
        throw new Problem("not_found", { detail: "No such device." });
      }
      return { values: { deviceId }, answer: undefined };
    },
  },
);

/** Ends the trust in a device. Throws `not_found`, and what a change throws. */
export function revokeDevice(deps: Deps, caller: SessionCaller, deviceId: string): Promise<void> {
  return REVOKE(deps, caller, { deviceId });
}
