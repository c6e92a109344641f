/** An app with something of everything in it, for what is tried on every operation of the API. */

import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { DATABASES, isMany } from "./databases";
import { expectJson } from "./account";
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
} from "./service";
import { addEvents, bytesOf, idOf, objectNames, runCron } from "./archive";
import { challengeLink, redemptionCode, RETURN_URL, settings } from "./links";
import { putLogo, SQUARE, type BrandedApp } from "./logos";
import { keepMail, type Letters } from "./mail/mailbox";
import { fillPath, validBody, type Known, type Operation } from "./operations";
import { TEST_SECRETS } from "./secrets";
import { challengeFor, firstCode, freshAddress, storedUser } from "./security/support";
import { insertInto, tableNames } from "./storage";
import { createPerson, knownToPerson, pairOf, type WorldPerson } from "./world-person";
import { appWithHook } from "./webhooks/hooks";
import { appWithDelivery, type Told } from "./webhooks/receiver";

export interface World {
  app: TestApp;
  user: EnrolledUser;
  /** The operator's id of the user. */
  id: string;
  pending: { id: string; code: string };
  token: string;
  /** What a browser brought back from a challenge link. */
  redemption: string;
  /** The last part of the path of its logo. */
  tag: string;
  /** An app of somebody else, with a user of the same name. */
  other: TestApp;
  /** The id of an app with a hook, which is never asked. */
  hooked: string;
  /** The id of an object of the archive. */
  archived: string;
  /** Of the same app. */
  revokedKey: string;
  expiredKey: string;
  person: WorldPerson;
  told: Told;
}

async function createWorld(mailbox: Letters): Promise<World> {
  const person = await createPerson(mailbox);
  const [app, other] = [await createApp({ settings }), await createApp({ settings })];
  await enrolled(other, "bob");
  const revokedKey = await createKey(app.id, {});
  await revoke(app.id, revokedKey);
  const expiresAt = new Date(Date.now() + 1000);
  const expiredKey = await createKey(app.id, { expiresAt });
  const user = await enrolled(app, "ada");
  const { id, secret } = await enrol(app, "ada", { name: "tablet" });
  const pending = { id, code: codeOf(phoneWith(secret)) };
  const { token } = await challengeFor(app, "ada");
  const redemption = await redemptionCode(await challengeLink(app, "ada"), firstCode(user, 9));
  const stored = await storedUser("ada");
  const { brand } = await expectJson<BrandedApp>(putLogo(app.id, SQUARE), 200);
  const tag = brand.logo?.path.split("/").at(-1) ?? "";
  const keys = { revokedKey, expiredKey, hooked: await appWithHook() };
  const told = await appWithDelivery();
  const archived = await archiveEvent();
  const made = { app, user, id: stored.id, pending, token, redemption, tag, other, person };
  return { ...made, ...keys, archived, told };
}

async function archiveEvent(): Promise<string> {
  const old = idOf(32);
  await addEvents([old]);
  await runCron();
  return String(old);
}

export function revoke(appId: string, key: string): Promise<Response> {
  return admin("DELETE", `/apps/${appId}/keys/${keyId(key)}`);
}

export function keyId(key: string): string {
  return key.split("_")[1] ?? "";
}

interface Saved {
  file: string | undefined;
  world: World;
  rows: { d1: D1Database; table: string; row: Record<string, unknown> }[];
  objects: { name: string; bytes: ArrayBuffer }[];
  now: number;
}

let saved: Saved | undefined;

/** Everything that the databases hold, each row with where it is. */
async function storedRows(): Promise<Saved["rows"]> {
  const found = DATABASES.flatMap(({ d1 }) =>
    tableNames().map(async (table) => {
      const { results } = await d1.prepare(`SELECT * FROM ${table}`).all();
      return results.map((row) => ({ d1, table, row }));
    }),
  );
  return (await Promise.all(found)).flat();
}

/** The world, made over HTTP once a file and then put back row by row, with the clock. */
export async function restoreWorld(): Promise<World> {
  const file = expect.getState().testPath;
  const mailbox = keepMail();
  if (saved === undefined || saved.file !== file) {
    const world = await createWorld(mailbox);
    const names = await objectNames();
    const objects = await Promise.all(
      names.map(async (name) => ({ name, bytes: await bytesOf(name) })),
    );
    saved = { file, world, rows: await storedRows(), objects, now: Date.now() };
    return world;
  }
  for (const { d1 } of DATABASES) {
    const own = saved.rows.filter((one) => one.d1 === d1);
    await d1.batch(own.map(({ table, row }) => insertInto(d1, table, row)));
  }
  for (const { name, bytes } of saved.objects) await env.ARCHIVE.put(name, bytes);
  vi.setSystemTime(saved.now);
  return saved.world;
}

/** What this world has for the parameters and properties of an operation. */
export function knownTo(operation: Operation, world: World): Known {
  const { path } = operation;
  if (path.startsWith("/auth/")) return knownToPerson(operation, world.person);
  const isNew = operation.method === "POST";
  return {
    ...(isNew && { email: "new@example.org", password: "another horse battery staple" }),
    ...((isNew || path.startsWith("/admin/apps")) && { name: "Made in a test" }),
    userId: "ada",
    id: idIn(operation, world),
    // Of an enrolment it means nothing without a secret.
    ...(!path.endsWith("/authenticators") && { code: codeFor(path, world) }),
    codes: pairOf(world.user.phone),
    returnUrl: RETURN_URL,
    token: world.token,
    ...world.told,
    appId: appIdFor(path, world),
    tag: world.tag,
    keyId: keyId(world.app.key),
    database: isMany ? "DB1" : "DB",
    reason: "asked to",
    disabled: true,
  };
}

function appIdFor(path: string, { app, hooked, told }: World): string {
  if (path.includes("/webhooks/")) return told.appId;
  return path.includes("/hook") ? hooked : app.id;
}

function idIn({ path }: Operation, world: World): string {
  if (path.includes("/authenticators/{id}")) return world.pending.id;
  return path.includes("/archive/{id}") ? world.archived : world.id;
}

function codeFor(path: string, { pending, redemption, user }: World): string {
  if (path.endsWith("/redeem")) return redemption;
  return path.includes("/authenticators/{id}") ? pending.code : codeOf(user.phone);
}

/** The header that carries the credential an operation takes. */
export function credentialFor({ credential }: Operation, world: World): Record<string, string> {
  return credential === "none" ? {} : bearer(tokenFor(credential, world));
}

export function tokenFor(credential: Operation["credential"], { app, person }: World): string {
  if (credential === "accessToken") return person.tokens.accessToken;
  return credential === "apiKey" ? app.key : TEST_SECRETS.ADMIN_TOKEN;
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
  const json = body === null ? null : JSON.stringify(body);
  const text = alteration.text ?? (operation.takesPicture ? SQUARE : json);
  const headers = new Headers({
    ...(operation.body && { "content-type": "application/json" }),
    ...(operation.takesPicture && { "content-type": "image/svg+xml" }),
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
