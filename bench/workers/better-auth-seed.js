/** Fills the database of better-auth with enrolled users, each with a session and with a log-in that waits for the code. */

import { symmetricEncrypt } from "better-auth/crypto";
import { getMigrations } from "better-auth/db/migration";
import { optionsFor } from "./better-auth-options.js";

const DAY_MS = 86_400_000;

const INSERT_USERS = `
  INSERT INTO user (id, name, email, emailVerified, createdAt, updatedAt, twoFactorEnabled)
  SELECT value ->> 'id', 'Bench', (value ->> 'id') || '@example.com', 1, ?2, ?2, 1 FROM json_each(?1)`;
const INSERT_FACTORS = `
  INSERT INTO twoFactor (id, secret, backupCodes, userId, verified, failedVerificationCount)
  SELECT 'factor-' || (value ->> 'id'), value ->> 'secret', '', value ->> 'id', 1, 0 FROM json_each(?1)`;
const INSERT_SESSIONS = `
  INSERT INTO session (id, token, userId, expiresAt, createdAt, updatedAt)
  SELECT 'session-' || (value ->> 'id'), 'token-' || (value ->> 'id'), value ->> 'id', ?3, ?2, ?2 FROM json_each(?1)`;
/** What a log-in with the right password leaves: who it is, and how many codes were tried. */
const INSERT_CHALLENGES = `
  INSERT INTO verification (id, identifier, value, expiresAt, createdAt, updatedAt)
  SELECT 'who-' || (value ->> 'id'), '2fa-' || (value ->> 'id'), value ->> 'id', ?3, ?2, ?2 FROM json_each(?1)
  UNION ALL
  SELECT 'tries-' || (value ->> 'id'), '2fa-attempts-2fa-' || (value ->> 'id'), '0', ?3, ?2, ?2 FROM json_each(?1)`;

// oxlint-disable-next-line import/no-default-export -- A Worker is its module's default export.
export default {
  async fetch(request, env) {
    const { users } = await request.json();
    const { runMigrations } = await getMigrations(optionsFor(env));
    await runMigrations();
    const rows = users.map(async ({ externalId: id, secret }) => ({
      id,
      secret: await symmetricEncrypt({ key: env.ADMIN_TOKEN, data: secret }),
    }));
    const json = JSON.stringify(await Promise.all(rows));
    const now = new Date();
    const later = new Date(now.getTime() + DAY_MS);
    const [from, until] = [now.toISOString(), later.toISOString()];
    await env.DB.batch([
      env.DB.prepare(INSERT_USERS).bind(json, from),
      env.DB.prepare(INSERT_FACTORS).bind(json),
      ...[INSERT_SESSIONS, INSERT_CHALLENGES].map((sql) =>
        env.DB.prepare(sql).bind(json, from, until),
      ),
    ]);
    return new Response();
  },
};
