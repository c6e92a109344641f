/** Users as enrolment leaves them, sealed and hashed by the code that the service itself uses. What hashes no password runs in Node too. */

import { SCOPES } from "../../src/core/caller/actor";
import { createBackupCodes } from "../../src/core/code/backup-codes";
import { secretContext } from "../../src/core/code/match";
import { ACCOUNTS_APP, DEFAULT_SETTINGS } from "../../src/core/policy";
import { createApiKey } from "../../src/crypto/api-key";
import { digest, parseKeyring, seal } from "../../src/crypto/keyring";
import { DEFAULT_PARAMETERS } from "../../src/crypto/totp";
import { randomId } from "../../src/crypto/random";

const { algorithm, digits, period } = DEFAULT_PARAMETERS;

const INSERT_APP = `
  INSERT INTO apps (id, name, issuer, settings, created_at) VALUES (?1, 'Bench', 'Bench', ?2, ?3)`;
const INSERT_KEY = `
  INSERT INTO api_keys (id, app_id, hash, scopes, created_at, last_used_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)`;
const INSERT_USERS = `
  INSERT INTO users (id, app_id, external_id, created_at, locked_until, capped_at, disabled_at)
  SELECT value ->> 'userId', ?2, value ->> 'externalId', ?3,
    value ->> 'lockedUntil', value ->> 'cappedAt', value ->> 'disabledAt' FROM json_each(?1)`;
const INSERT_ACCOUNTS = `
  INSERT INTO accounts (user_id, email, password_hash)
  SELECT value ->> 'userId', value ->> 'email', ?2 FROM json_each(?1)`;
const INSERT_AUTHENTICATORS = `
  INSERT INTO authenticators
    (id, user_id, secret, secret_digest, algorithm, digits, period, state, last_step, created_at, confirmed_at)
  SELECT value ->> 'authenticatorId', value ->> 'userId', value ->> 'secret', value ->> 'secretDigest',
    '${algorithm}', ${digits}, ${period}, 'active', 1, ?2, ?2 FROM json_each(?1)`;
const INSERT_BACKUP_CODES = `
  INSERT INTO backup_codes (user_id, hash)
  SELECT user.value ->> 'userId', code.value FROM json_each(?1) AS user, json_each(user.value, '$.hashes') AS code`;

export async function seedApp({ DB }) {
  const app = randomId("app");
  const { id, hash, key } = await createApiKey();
  const now = Date.now();
  await DB.batch([
    DB.prepare(INSERT_APP).bind(app, JSON.stringify(DEFAULT_SETTINGS), now),
    DB.prepare(INSERT_KEY).bind(id, app, hash, SCOPES.join(" "), now),
  ]);
  return { appId: app, key };
}

export async function seedUsers({ DB, KEYRING }, { appId, users }) {
  const keyring = await parseKeyring(KEYRING);
  const rows = await Promise.all(users.map((user) => enrolledUser(keyring, appId, user)));
  const json = JSON.stringify(rows);
  const now = Date.now();
  await DB.batch([
    DB.prepare(INSERT_USERS).bind(json, appId, now),
    DB.prepare(INSERT_AUTHENTICATORS).bind(json, now),
    DB.prepare(INSERT_BACKUP_CODES).bind(json),
  ]);
}

/** Accounts of the user API, all with one password: with a second factor where there is a `secret`. */
export async function seedAccounts({ DB, KEYRING }, { passwordHash, accounts }) {
  const keyring = await parseKeyring(KEYRING);
  const rows = await Promise.all(accounts.map((account) => accountRow(keyring, account)));
  const json = JSON.stringify(rows);
  const enrolled = JSON.stringify(rows.filter(({ secret }) => secret));
  const now = Date.now();
  await DB.batch([
    DB.prepare(INSERT_USERS).bind(json, ACCOUNTS_APP, now),
    DB.prepare(INSERT_ACCOUNTS).bind(json, passwordHash),
    DB.prepare(INSERT_AUTHENTICATORS).bind(enrolled, now),
    DB.prepare(INSERT_BACKUP_CODES).bind(enrolled),
  ]);
}

async function accountRow(keyring, { secret, ...account }) {
  if (!secret) {
    const userId = randomId("usr");
    return { ...account, userId, externalId: userId };
  }
  const row = await enrolledUser(keyring, ACCOUNTS_APP, { secret });
  return { ...account, ...row, externalId: row.userId };
}

/** What an enrolment leaves behind: an active authenticator and ten backup codes. */
async function enrolledUser(keyring, appId, { externalId, secret }) {
  const userId = randomId("usr");
  const authenticatorId = randomId("auth");
  const plain = Uint8Array.fromHex(secret);
  const context = secretContext(appId, userId, authenticatorId);
  const { hashes } = await createBackupCodes(keyring, userId);
  return {
    userId,
    externalId,
    authenticatorId,
    secret: await seal(keyring, plain, context),
    secretDigest: await digest(keyring, "secret", plain),
    hashes,
  };
}
