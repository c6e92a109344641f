/**
 * What the attacks share: callers with an address each, challenges, other bindings, and what D1
 * really holds.
 */

import { env } from "cloudflare:workers";
import { everywhere, isCommit, wrapping } from "../databases";
import { call, ORIGIN, send, type CallOptions, type EnrolledUser, type TestApp } from "../service";
import { tableNames } from "../storage";

let callers = 0;

/** An address that nobody used before, of 198.18.0.0/15: the platform's limits are real. */
export function freshAddress(): { "cf-connecting-ip": string } {
  callers++;
  const [high, middle, low] = [18 + ((callers >> 16) & 1), (callers >> 8) & 255, callers & 255];
  return { "cf-connecting-ip": `198.${high}.${middle}.${low}` };
}

export interface TestChallenge {
  id: string;
  token: string;
  expiresAt: string;
  methods: string[];
}

export async function challengeFor(
  app: TestApp,
  userId: string,
  body: object = {},
): Promise<TestChallenge> {
  const response = await app.v1("POST", "/challenges", { body: { userId, ...body } });
  if (response.status !== 201) throw new Error(`challenge: ${await response.text()}`);
  return response.json<TestChallenge>();
}

export function answer(
  token: string,
  code: unknown,
  headers: Record<string, string> = freshAddress(),
): Promise<Response> {
  return call("POST", "/v1/challenges/verify", { body: { token, code }, headers });
}

/** As `call`, on other bindings than the true ones. */
export function callOn(
  bindings: Env,
  method: string,
  path: string,
  { body, headers }: CallOptions = {},
): Promise<Response> {
  const request = new Request(`${ORIGIN}${path}`, {
    method,
    headers: { "content-type": "application/json", ...freshAddress(), ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return send(request, bindings);
}

/** Whether an answer to a verification or a challenge accepted the code. */
export async function isAccepted(response: Response): Promise<boolean> {
  if (response.status !== 200) return false;
  return (await response.clone().json<{ valid: boolean }>()).valid;
}

export async function countAccepted(responses: Response[]): Promise<number> {
  return (await Promise.all(responses.map(isAccepted))).filter(Boolean).length;
}

/** `count` requests at once. */
export function together(
  count: number,
  request: (at: number) => Promise<Response>,
): Promise<Response[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => request(at)));
}

export async function rows<T = Record<string, unknown>>(
  sql: string,
  ...values: (string | number)[]
): Promise<T[]> {
  const { results } = await everywhere
    .prepare(sql)
    .bind(...values)
    .all<T>();
  return results;
}

/** The evaluated attempts, right or wrong, that the audit trail holds. */
export async function attempts(outcome: "success" | "failure"): Promise<number> {
  const [row] = await rows<{ n: number }>(
    "SELECT count(*) AS n FROM audit_events WHERE outcome = ? AND type IN ('code.verified', 'challenge.answered')",
    outcome,
  );
  return row?.n ?? Number.NaN;
}

export interface StoredUser {
  id: string;
  failures: number;
  strikes: number;
  locked_until: number | null;
  capped_at: number | null;
}

export async function storedUser(userId: string): Promise<StoredUser> {
  const [user] = await rows<StoredUser>("SELECT * FROM users WHERE external_id = ?", userId);
  if (!user) throw new Error(`no user ${userId}`);
  return user;
}

/** Takes back what failures have cost for good: a long run of a property would reach the cap. */
export async function forgiveStrikes(): Promise<void> {
  await everywhere.prepare("UPDATE users SET strikes = 0").run();
}

/**
 * Everything D1 holds, but for notes that attempts were refused: equal before and after what must
 * change nothing.
 */
export async function contents(): Promise<Record<string, Record<string, unknown>[]>> {
  const tables = tableNames();
  const found = await Promise.all(
    tables.map(async (name) => {
      const where = name === "audit_events" ? " WHERE outcome <> 'refused'" : "";
      const { results } = await everywhere.prepare(`SELECT * FROM ${name}${where}`).all();
      return [name, results] as const;
    }),
  );
  return Object.fromEntries(found);
}

/** An answer without what differs in every answer. */
export async function comparable(response: Response): Promise<unknown> {
  const { requestId: _requestId, ...body } = await response.json<Record<string, unknown>>();
  const headers = Object.fromEntries(response.headers);
  delete headers["x-request-id"];
  delete headers["server-timing"];
  return { status: response.status, headers, body };
}

export function firstCode({ backupCodes }: Pick<EnrolledUser, "backupCodes">, at = 0): string {
  const code = backupCodes[at];
  if (code === undefined) throw new Error("no backup code");
  return code;
}

/** A namespace that behaves as told, and otherwise like the true one. */
export function kvThat(behaviour: { [K in "get" | "put"]?: (key: string) => unknown }): Env {
  const kv = new Proxy(env.KV, {
    get(target, name) {
      const told = name === "get" || name === "put" ? behaviour[name] : undefined;
      const value: unknown = told ?? Reflect.get(target, name);
      return typeof value === "function" && !told ? value.bind(target) : value;
    },
  });
  return { ...env, KV: kv };
}

/** A database whose batches end as told; `commit` is the true batch. */
export function d1Whose(
  batch: (commit: () => Promise<D1Result[]>, at: number) => Promise<D1Result[]>,
): Env {
  let calls = 0;
  const telling = (db: D1Database) =>
    new Proxy(db, {
      get(target, name) {
        if (name === "batch") {
          return (statements: D1PreparedStatement[]) => {
            const commit = () => target.batch(statements);
            return isCommit(statements) ? batch(commit, calls++) : commit();
          };
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  return wrapping(telling);
}
