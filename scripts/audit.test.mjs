/**
 * Tests `npm run audit -- verify` on the archive of a real server: over HTTP, and on a copy of its bucket.
 */

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { copyAssets } from "./assets.mjs";
import { prepareBundle } from "./local/bundle.mjs";
import { startEngine } from "./local/engine.mjs";
import { untilReady } from "./local/ready.mjs";
import { databaseFile, prepareState } from "./local/state.mjs";
import { generateSecrets } from "./secrets.mjs";
import { verify } from "./test-audit.mjs";
import { findFreePort } from "./test-server.mjs";

const HOUR = 3_600_000_000;
const HOURS = 30;

const temporary = mkdtempSync(join(tmpdir(), "stepgate-audit-"));
const secrets = generateSecrets();
/** A copy of the whole archive, and what the service says of it. */
const whole = join(temporary, "whole");
let engine;
let url;
let objects;

before(async () => {
  const stateDir = join(temporary, "state");
  mkdirSync(stateDir);
  copyAssets();
  const bundle = await prepareBundle();
  prepareState(stateDir);
  addEvents(databaseFile(stateDir));
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  engine = await startEngine({
    bundle,
    bindings: { ...bundle.config.vars, ...secrets, ISSUER_URL: url },
    addresses: [`127.0.0.1:${port}`],
    addressHeader: null,
    stateDir,
    onLine: () => {},
  });
  await untilReady(url, { lines: [] });
  engine.startCrons(60_000);
  objects = await untilArchived();
  for (const { id, name } of objects) {
    const response = await ask(`/admin/audit/archive/${id}`);
    mkdirSync(dirname(join(whole, name)), { recursive: true });
    writeFileSync(join(whole, name), Buffer.from(await response.arrayBuffer()));
  }
});

after(async () => {
  await engine?.stop();
  rmSync(temporary, { recursive: true, force: true });
});

/** Two in each of so many hours, from forty days ago on, and one now. */
function addEvents(file) {
  const database = new DatabaseSync(file);
  const insert = database.prepare(
    "INSERT INTO audit_events (id, type, outcome, actor) VALUES (?, 'app.created', 'success', 'admin')",
  );
  const first = Math.floor(Date.now() / 3_600_000) * HOUR - 40 * 24 * HOUR;
  for (let hour = 0; hour < HOURS; hour++) {
    for (const later of [0, 1]) insert.run(first + hour * HOUR + later);
  }
  insert.run(Date.now() * 1000);
  database.close();
}

function ask(path) {
  return fetch(url + path, { headers: { authorization: `Bearer ${secrets.ADMIN_TOKEN}` } });
}

/** The objects, the oldest first. */
async function untilArchived() {
  for (let tries = 0; tries < 300; tries++) {
    const { items } = await (await ask("/admin/audit/archive?limit=100")).json();
    if (items.length === HOURS) return items.toReversed();
    await sleep(100);
  }
  throw new Error("Nothing was archived within 30 seconds.");
}

const verifyServer = () => verify("--url", url, { ADMIN_TOKEN: secrets.ADMIN_TOKEN });

test("the archive of a server is whole: a line a day, where it begins and where it ends", async () => {
  const { code, stdout, stderr } = await verifyServer();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /The chain is whole: 30 objects, 60 events\./);
  assert.ok(stdout.includes(`It begins with ${objects[0].name}. It is the first of all.`));
  assert.ok(stdout.includes(`whose SHA-256 is ${objects.at(-1).sha256}.`));
});

test("so is a copy of its bucket, without the server", async () => {
  const { code, stdout, stderr } = await verify("--folder", whole);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /The chain is whole: 30 objects, 60 events\./);
});

test("a byte that changed in the server's own files is found", async () => {
  const folder = join(temporary, "state/v3/r2");
  const blobs = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.parentPath.endsWith("blobs"),
  );
  assert.equal(blobs.length, HOURS);
  const file = join(blobs[7].parentPath, blobs[7].name);
  const content = readFileSync(file);
  content[20] ^= 1;
  writeFileSync(file, content);
  const { code, stderr } = await verifyServer();
  assert.equal(code, 1);
  assert.match(stderr, /The chain is broken: audit\/db\/.* has the SHA-256/);
});
