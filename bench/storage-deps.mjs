/** What the code of core/ needs of the outside world, on SQLite in this process. */

import { timingSafeEqual } from "node:crypto";

// workerd has it there.
crypto.subtle.timingSafeEqual = timingSafeEqual;

/** `now` is a Date. What core/ leaves for after the answer goes through `defer`. */
export function depsOn(d1, { keyring, now, defer = Boolean }) {
  const kept = new Map();
  const kv = {
    get: async (key) => kept.get(key) ?? null,
    put: async (key, value) => void kept.set(key, value),
  };
  const request = {
    id: "bench",
    ip: null,
    userAgent: null,
    trace: null,
    trips: [],
    told: new Set(),
  };
  const db = { $client: d1 };
  const shards = { control: db, all: [db] };
  return { db, shards, kv, keyring, now, elapsed, request, defer, settings: SETTINGS };
}

const elapsed = () => 0;
const SETTINGS = { auditRetentionDays: 400 };

/** A key of an app, as whoever sends it. `scope`: the one that is made use of. */
export async function addKey(core, sqlite, { appId, scope, now }) {
  const { id, hash, key } = await core.createApiKey();
  const insert = `INSERT INTO api_keys (id, app_id, hash, scopes, created_at, last_used_at) VALUES (?, ?, ?, ?, ?, ?)`;
  sqlite.prepare(insert).run(id, appId, hash, scope, Number(now), Number(now));
  return { ...(await core.parseApiKey(key)), scope, from: null };
}

/** Gives a seeded user, the one with this number, a secret that opens. `secret`: bytes. */
export async function giveSecret(core, sqlite, { keyring, number, appId, secret }) {
  const id = String(number).padStart(12, "0");
  const context = core.secretContext(appId, `usr_${id}`, `auth_${id}`);
  const sealed = await core.seal(keyring, secret, context);
  sqlite.prepare("UPDATE authenticators SET secret = ? WHERE id = ?").run(sealed, `auth_${id}`);
  return `user-${id}`;
}
