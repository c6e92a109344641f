/** An app with something of everything in it, for what is tried on every operation of the API. */

import { env } from "cloudflare:workers";
import { vi } from "vitest";
import {
  admin,
  bearer,
  codeOf,
  createApp,
  createKey,
  enrol,
  enrolled,
  ORIGIN,
  phoneWith,
  send,
  type EnrolledUser,
  type TestApp,
} from "./helpers";
import { fillPath, validBody, type Known, type Operation } from "./operations";
import { TEST_SECRETS } from "./secrets";
import { challengeFor, contents, freshAddress, storedUser } from "./security/support";

export interface World {
  app: TestApp;
  user: EnrolledUser;
  /** The operator's id of the user. */
  id: string;
  pending: { id: string; code: string };
  token: string;
  /** An app of somebody else, with a user of the same name. */
  other: TestApp;
  /** Of the same app. */
  revokedKey: string;
  expiredKey: string;
}

async function createWorld(): Promise<World> {
  const [app, other] = [await createApp(), await createApp()];
  await enrolled(other, "bob");
  const revokedKey = await createKey(app.id, {});
  await revoke(app.id, revokedKey);
  const expiresAt = new Date(Date.now() + 1000);
  const expiredKey = await createKey(app.id, { expiresAt });
  const user = await enrolled(app, "ada");
  const { id, secret } = await enrol(app, "ada", { name: "tablet" });
  const pending = { id, code: codeOf(phoneWith(secret)) };
  const { token } = await challengeFor(app, "ada");
  const stored = await storedUser("ada");
  return { app, user, id: stored.id, pending, token, other, revokedKey, expiredKey };
}

export function revoke(appId: string, key: string): Promise<Response> {
  return admin("DELETE", `/apps/${appId}/keys/${keyId(key)}`);
}

export function keyId(key: string): string {
  return key.split("_")[1] ?? "";
}

let saved: { world: World; rows: Record<string, unknown[]>; now: number } | undefined;

/** The world, made once over HTTP and then put back row by row, with the clock. */
export async function restoreWorld(): Promise<World> {
  if (!saved) {
    const world = await createWorld();
    saved = { world, rows: await contents(), now: Date.now() };
    return world;
  }
  const inserts = Object.entries(saved.rows).flatMap(([table, rows]) =>
    rows.map((row) => insert(table, Object.entries(row ?? {}))),
  );
  await env.DB.batch(inserts);
  vi.setSystemTime(saved.now);
  return saved.world;
}

function insert(table: string, row: [string, unknown][]): D1PreparedStatement {
  const columns = row.map(([name]) => name).join(", ");
  const places = row.map(() => "?").join(", ");
  return env.DB.prepare(`INSERT OR REPLACE INTO ${table} (${columns}) VALUES (${places})`).bind(
    ...row.map(([, value]) => value),
  );
}

/** What this world has for the parameters and properties of an operation. */
export function knownTo({ path }: Operation, world: World): Known {
  const ofAuthenticator = path.includes("/authenticators/{id}");
  return {
    userId: "ada",
    id: ofAuthenticator ? world.pending.id : world.id,
    code: ofAuthenticator ? world.pending.code : codeOf(world.user.phone),
    token: world.token,
    appId: world.app.id,
    keyId: keyId(world.app.key),
    reason: "asked to",
    disabled: true,
    name: "Made in a test",
  };
}

/** The header that carries the credential an operation takes. */
export function credentialFor({ credential }: Operation, { app }: World): Record<string, string> {
  if (credential === "none") return {};
  return bearer(credential === "apiKey" ? app.key : TEST_SECRETS.ADMIN_TOKEN);
}

export interface Alteration {
  method?: string;
  /** Of single parameters. */
  known?: Known;
  /** The path as it is sent, with its query. */
  path?: string;
  /** Instead of the valid body; null: none. */
  body?: unknown;
  /** Instead of JSON. */
  text?: string | ReadableStream;
  /** An empty value takes the header away. */
  headers?: Record<string, string>;
  bindings?: Env;
}

/** The valid call of an operation, but for what is altered. */
export async function request(
  operation: Operation,
  world: World,
  alteration: Alteration = {},
): Promise<Response> {
  const known = { ...knownTo(operation, world), ...alteration.known };
  const { body = validBody(operation, known) ?? null, method = operation.method } = alteration;
  const text = alteration.text ?? (body === null ? null : JSON.stringify(body));
  const headers = new Headers({
    ...(operation.body && { "content-type": "application/json" }),
    ...credentialFor(operation, world),
    ...freshAddress(),
  });
  for (const [name, value] of Object.entries(alteration.headers ?? {})) {
    if (value === "") headers.delete(name);
    else headers.set(name, value);
  }
  const path = alteration.path ?? fillPath(operation, known);
  const init = { method, headers, body: method === "GET" || method === "HEAD" ? null : text };
  const call = new Request(`${ORIGIN}${path}`, init);
  if (alteration.headers?.["content-type"] === "") call.headers.delete("content-type");
  return send(call, alteration.bindings);
}
