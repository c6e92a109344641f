/**
 * Two apps with a user each, to whom the same happens: one is asked about where a replica is behind,
 * the other where the primary answers.
 */

import { env } from "cloudflare:workers";
import type { TOTP } from "otpauth";
import { vi } from "vitest";
import type { Lagging } from "../lagging";
import { bearer, createApp, enrolled, type EnrolledUser, type TestApp } from "../service";
import { callOn, firstCode, rows } from "./support";

/** Eight digits, so that codes of two steps are not equal by chance. */
export const EIGHT = { digits: 8 };

export interface Twin {
  app: TestApp;
  ada: EnrolledUser;
  /** The operator's id of the user, as it was at first. */
  id: string;
  /** What came later. */
  later: { phone?: TOTP; authenticatorId?: string; backupCodes?: string[] };
}

/** Each with a backup code that is used. */
export async function createTwins(settings: object = {}): Promise<[Twin, Twin]> {
  const start = Date.now();
  const one = await createTwin(settings);
  vi.setSystemTime(start);
  return [one, await createTwin(settings)];
}

async function createTwin(settings: object): Promise<Twin> {
  const app = await createApp({ settings });
  const ada = await enrolled(app, "ada", EIGHT);
  await app.verify("ada", firstCode(ada));
  const [user] = await rows<{ id: string }>("SELECT id FROM users WHERE app_id = ?", app.id);
  return { app, ada, id: user?.id ?? "", later: {} };
}

/** The same happens to each of them, at the same time. */
export async function alike(
  twins: readonly Twin[],
  happens: (twin: Twin) => Promise<unknown>,
): Promise<void> {
  const start = Date.now();
  for (const twin of twins) {
    vi.setSystemTime(start);
    await happens(twin);
  }
}

/** What is asked about a user. */
export type Attempt = [path: "verify" | "resync", body: object];

/**
 * Asks about one twin where a replica is nearest, and about the other where the primary is. Tells the
 * answers and what is stored then, without any ids.
 */
export async function outcomesOf(
  twins: readonly [Twin, Twin],
  attemptOf: (twin: Twin) => Attempt | null,
  replica: Lagging,
): Promise<[behind: Outcome, alone: Outcome] | null> {
  const [one, other] = [attemptOf(twins[0]), attemptOf(twins[1])];
  if (!one || !other) return null;
  Object.assign(replica, { isNear: true, asked: [] });
  const behind = await outcomeOf(twins[0], one, replica.bindings);
  if (replica.asked.length > 1) throw new Error("a replica was asked again");
  replica.isNear = false;
  return [behind, await outcomeOf(twins[1], other, replica.bindings)];
}

interface Outcome {
  accepted: boolean;
  status: number;
  wait: string | null;
  said: object;
  stored: object;
}

async function outcomeOf(
  { app, ada, later }: Twin,
  [path, body]: Attempt,
  bindings: Env,
): Promise<Outcome> {
  const headers = bearer(app.key);
  const answer = await callOn(bindings, "POST", `/v1/users/ada/${path}`, { body, headers });
  const wait = answer.headers.get("retry-after");
  const names = { [ada.authenticatorId]: "the first", [later.authenticatorId ?? ""]: "the later" };
  const { requestId: _, ...members } = await answer.json<Record<string, unknown>>();
  const { authenticatorId: id, valid } = members;
  const said = { ...members, ...(typeof id === "string" && { authenticatorId: names[id] }) };
  const accepted = answer.ok && valid !== false;
  return { accepted, status: answer.status, wait, said, stored: await storedOf(app.id) };
}

const STORED = {
  users:
    "SELECT epoch, failures, strikes, strikes_at, locked_until, capped_at, must_rebind, disabled_at FROM users WHERE app_id = ?",
  authenticators: `SELECT state, last_step, drift, last_used_at, tries FROM authenticators
    WHERE user_id IN (SELECT id FROM users WHERE app_id = ?) ORDER BY rowid`,
  backupCodes: `SELECT used_at, count(*) AS count FROM backup_codes
    WHERE user_id IN (SELECT id FROM users WHERE app_id = ?) GROUP BY used_at ORDER BY used_at`,
  audit: `SELECT type, outcome, reason, substr(actor, 1, 3) AS actor, authenticator_id IS NULL AS ofNone
    FROM audit_events WHERE app_id = ? ORDER BY id`,
  keys: "SELECT last_used_at, revoked_at FROM api_keys WHERE app_id = ? ORDER BY rowid",
};

async function storedOf(appId: string): Promise<object> {
  const results = await env.DB.batch(
    Object.values(STORED).map((sql) => env.DB.prepare(sql).bind(appId)),
  );
  return Object.fromEntries(Object.keys(STORED).map((name, at) => [name, results[at]?.results]));
}
