/** How many bytes the rows take that the service's own code writes, with their indexes. */

import { randomBytes } from "node:crypto";
import { newAccounts, newUsers } from "./people.mjs";
import { codeNow } from "./phone.mjs";
import { openDatabase } from "./sqlite-d1.mjs";
import { depsOn } from "./storage-deps.mjs";
import { migrate } from "./storage-seed.mjs";

/** Enough that a page more or less is nothing. */
const PEOPLE = 5000;
const KEYRING = `k1:${randomBytes(32).toString("base64url")}`;

const REQUEST = {
  ip: "203.0.113.77",
  userAgent:
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
};
/** As long as every hash of the service. */
const PASSWORD_HASH = `$argon2id$v=19$m=19456,t=2,p=1$${"A".repeat(22)}$${"A".repeat(43)}`;

/** Bytes of a row of each table, to a tenth. */
export async function bytesOfRows(core, root) {
  const bytes = { ...(await rowsOfUsers(core, root)), ...(await rowsOfAccounts(core, root)) };
  const rounded = Object.entries(bytes).map(([table, each]) => [table, Number(each.toFixed(1))]);
  return Object.fromEntries(rounded);
}

/** Everybody verifies a code, and answers a challenge. */
async function rowsOfUsers(core, root) {
  const { sqlite, d1, depsAt } = await open(core, root);
  const { appId, key } = await core.seedApp({ DB: d1 });
  const users = newUsers(PEOPLE).map(nameLikeAnId);
  await core.seedUsers({ DB: d1, KEYRING }, { appId, users });
  const proof = await core.parseApiKey(key);
  for (const { externalId, secret } of users) {
    const caller = { ...proof, from: null, scope: "verify", userId: externalId };
    const { valid } = await core.verifyCode(depsAt(), caller, { code: codeNow(secret) });
    if (!valid) throw new Error("the code was refused");
    const asked = { input: { ttlSeconds: 300 }, request: null };
    const { token } = await core.createChallenge(depsAt(), caller, asked);
    const claims = await core.openChallenge(depsAt(), "server", token);
    await core.answerChallenge(depsAt(), claims, { code: codeNow(secret, 1), origin: null });
  }
  const tables = ["users", "authenticators", "backup_codes", "challenges", "audit_events"];
  return bytesOf(sqlite, tables);
}

/** A name as long as the service's own ids. */
function nameLikeAnId(user, at) {
  return { ...user, externalId: `user-${String(at).padStart(15, "0")}` };
}

/** Everybody has a session, and trusts a device. */
async function rowsOfAccounts(core, root) {
  const { sqlite, d1, depsAt } = await open(core, root);
  const accounts = newAccounts("somebody", PEOPLE);
  await core.seedAccounts({ DB: d1, KEYRING }, { passwordHash: PASSWORD_HASH, accounts });
  const now = Date.now();
  const assurance = { aal: 2, passwordAt: now, secondFactorAt: now };
  for (const { id: userId } of sqlite.prepare("SELECT id FROM users").all()) {
    const deps = depsAt();
    const secrets = await core.createSecrets("tokens");
    const claims = { id: "chal", appId: "accounts", userId };
    const effects = [
      core.beginSession(deps, { secrets, assurance }),
      ...core.trustDevice(deps, await core.createDevice(), claims),
    ];
    const whose = { ...core.ALWAYS, given: { userId } };
    await d1.batch(core.carryOut(deps, whose, effects));
  }
  return bytesOf(sqlite, ["accounts", "sessions", "trusted_devices"]);
}

async function open(core, root) {
  const { sqlite, d1 } = openDatabase(":memory:");
  migrate(sqlite, root);
  const keyring = await core.parseKeyring(KEYRING);
  const depsAt = () => ({
    ...depsOn(d1, { keyring, now: new Date() }),
    request: { ...REQUEST, id: crypto.randomUUID(), trace: null, trips: [], told: new Set() },
  });
  return { sqlite, d1, depsAt };
}

/** Pages of the table and of its indexes, half empty ones too, for each of its rows. */
function bytesOf(sqlite, tables) {
  const pages = sqlite.prepare(
    "SELECT sum(pgsize) AS bytes FROM dbstat JOIN sqlite_schema s USING (name) WHERE s.tbl_name = ?",
  );
  return Object.fromEntries(
    tables.map((table) => {
      const { rows } = sqlite.prepare(`SELECT count(*) AS rows FROM ${table}`).get();
      return [table, pages.get(table).bytes / rows];
    }),
  );
}
