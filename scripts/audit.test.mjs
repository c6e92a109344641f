/**
 * Tests `npm run audit -- verify` as an operator runs it: on the archive of a real server, and on copies
 * of it in which something is not what it was.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text as readStream } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { copyAssets } from "./assets.mjs";
import { prepareBundle } from "./local/bundle.mjs";
import { startEngine } from "./local/engine.mjs";
import { untilReady } from "./local/ready.mjs";
import { databaseFile, prepareState } from "./local/state.mjs";
import { generateSecrets } from "./secrets.mjs";
import { findFreePort } from "./test-server.mjs";
import { ROOT } from "./wrangler.mjs";

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
  engine.cleanUpEvery(60_000);
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

async function verify(...args) {
  const command = [join(ROOT, "scripts/audit.mjs"), "verify", ...args];
  const env = { ...process.env, ADMIN_TOKEN: secrets.ADMIN_TOKEN };
  const child = spawn(process.execPath, command, { env });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([child.stdout, child.stderr].map(readStream));
  return { code: await ended, stdout, stderr };
}

/** A copy of the archive with which something has been done. */
let copies = 0;
function altered(alter) {
  const folder = join(temporary, `copy-${++copies}`);
  cpSync(whole, folder, { recursive: true });
  alter((at) => join(folder, objects.at(at).name));
  return folder;
}

async function assertBroken(folder, name, fault) {
  const { code, stderr } = await verify("--folder", folder);
  assert.equal(code, 1, stderr);
  assert.equal(stderr.includes(`The chain is broken: ${name} ${fault}`), true, stderr);
}

test("the archive of a server is whole: a line a day, where it begins and where it ends", async () => {
  const { code, stdout, stderr } = await verify("--url", url);
  assert.equal(code, 0, stderr);
  const days = new Set(objects.map(({ name }) => name.split("/").slice(2, 5).join("-")));
  const told = stdout.match(/^\d{4}-\d\d-\d\d/gm);
  assert.deepEqual(told, [...days].toReversed());
  assert.match(stdout, /The chain is whole: 30 objects, 60 events\./);
  assert.ok(stdout.includes(`It begins with ${objects[0].name}. It is the first of all.`));
  assert.ok(stdout.includes(`whose SHA-256 is ${objects.at(-1).sha256}.`));
});

test("so is a copy of its bucket, without the server", async () => {
  const { code, stdout, stderr } = await verify("--folder", whole);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /The chain is whole: 30 objects, 60 events\./);
});

test("a chain whose beginning is over is whole from there on", async () => {
  const folder = altered((file) => [0, 1, 2].forEach((at) => rmSync(file(at))));
  const { code, stdout } = await verify("--folder", folder);
  assert.equal(code, 0);
  assert.ok(
    stdout.includes(
      `It begins with ${objects[3].name}. What came before it is not there: ${objects[2].name}.`,
    ),
  );
});

test("an object that a run left behind is beside the chain", async () => {
  const folder = altered((file) => {
    const content = gzipSync(`${gunzipSync(readFileSync(file(5)))} `);
    const digest = createHash("sha256").update(content).digest("hex").slice(0, 16);
    const name = file(5).replace(/\.[0-9a-f]{16}\./, `.${digest}.`);
    writeFileSync(name, content);
  });
  const { code, stdout } = await verify("--folder", folder);
  assert.equal(code, 0);
  assert.match(stdout, /1 object beside the chain/);
});

for (const at of [-1, 12, 0]) {
  test(`a flipped byte is found, in object ${at}`, async () => {
    const folder = altered((file) => {
      const content = readFileSync(file(at));
      content[content.length >> 1] ^= 1;
      writeFileSync(file(at), content);
    });
    const fault = at === -1 ? "is not gzipped NDJSON with a manifest" : "has the SHA-256";
    await assertBroken(folder, objects.at(at).name, fault);
  });
}

test("a missing object is found", async () => {
  const folder = altered((file) => rmSync(file(12)));
  await assertBroken(folder, objects[12].name, "is missing");
});

test("two objects that have changed places are found", async () => {
  const folder = altered((file) => {
    renameSync(file(12), `${file(12)}.tmp`);
    renameSync(file(11), file(12));
    renameSync(`${file(12)}.tmp`, file(11));
  });
  await assertBroken(folder, objects[12].name, "has the SHA-256");
});

/** An object with another manifest or other events, under the name that its bytes ask for. */
function rewrite(file, edit) {
  const [first, ...events] = gunzipSync(readFileSync(file)).toString().trimEnd().split("\n");
  const content = gzipSync(
    edit(JSON.parse(first), events)
      .map((line) => `${line}\n`)
      .join(""),
  );
  const digest = createHash("sha256").update(content).digest("hex");
  rmSync(file);
  const name = file.replace(/\.[0-9a-f]{16}\./, `.${digest.slice(0, 16)}.`);
  writeFileSync(name, content);
  return { name, digest };
}

const change =
  (more) =>
  ({ manifest }, events) => [JSON.stringify({ manifest: { ...manifest, ...more } }), ...events];
const CHANGES = {
  "another predecessor": [change({ previous: null }), "says that it is the first"],
  "another count": [change({ count: 3 }), "has another number of events"],
  "another first event": [change({ first: 1 }), "begins or ends with another event"],
  "another hour": [change({ hour: "2020-01-01T00:00:00.000Z" }), "is not of the hour in its name"],
  "another part": [change({ part: 1 }), "is not of the hour in its name"],
  "another version": [change({ version: 2 }), "has a manifest of another kind"],
  "an event less": [
    ({ manifest }, [event]) => [JSON.stringify({ manifest: { ...manifest, count: 1 } }), event],
    "begins or ends with another event",
  ],
  "its events in another order": [
    (manifest, events) => [JSON.stringify(manifest), ...events.toReversed()],
    "begins or ends with another event",
  ],
};
for (const [what, [edit, fault]] of Object.entries(CHANGES)) {
  test(`${what}, in the newest object and under a name that fits: it is found`, async () => {
    let written;
    const folder = altered((file) => (written = rewrite(file(-1), edit)));
    await assertBroken(folder, written.name.slice(folder.length + 1), fault);
  });
}

test("an object written anew in the middle is found, because the next one names the old one", async () => {
  const folder = altered((file) => rewrite(file(12), change({ count: 2, note: "forged" })));
  await assertBroken(folder, objects[12].name, "is missing");
});

test("a whole chain written anew is found by an end that was kept elsewhere", async () => {
  const folder = altered((file) => rewrite(file(-1), change({ note: "forged" })));
  assert.equal((await verify("--folder", folder)).code, 0);
  const head = objects.at(-1).sha256;
  const { code, stderr } = await verify("--folder", folder, "--head", head);
  assert.equal(code, 1);
  assert.ok(stderr.includes(`no object of it has the SHA-256 ${head}`));
  for (const kept of [head, objects[3].sha256]) {
    assert.equal((await verify("--folder", whole, "--head", kept)).code, 0);
  }
});

/** A service that lists the archive and hands out what it is told to. */
async function withService(answer, act) {
  const server = createServer((request, response) => {
    const id = request.url.split("/").at(-1);
    const at = objects.findIndex((object) => object.id === id);
    if (at === -1) {
      return response.end(JSON.stringify({ items: objects.toReversed(), nextCursor: null }));
    }
    const { status = 200, body = readFileSync(join(whole, objects[at].name)) } = answer(at) ?? {};
    response.writeHead(status);
    response.end(body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  try {
    await act(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
  }
}

const problem = (status, code) => ({ status, body: JSON.stringify({ code, title: "Told." }) });

test("a service without an object, with another one, or without an answer is found out", async () => {
  const cases = [
    [problem(500, "unreadable_data"), `${objects[12].name} is missing`],
    [{ body: readFileSync(join(whole, objects[11].name)) }, `${objects[12].name} has the SHA-256`],
    [problem(503, "archive_unavailable"), "The service answered 503 archive_unavailable"],
  ];
  for (const [answer, fault] of cases) {
    await withService(
      (at) => (at === 12 ? answer : undefined),
      async (address) => {
        const { code, stderr } = await verify("--url", address);
        assert.equal(code, 1);
        assert.ok(stderr.includes(fault), stderr);
      },
    );
  }
});

test("an object whose time was over while it was checked is no fault", async () => {
  await withService(
    (at) => (at < 2 ? problem(404, "not_found") : undefined),
    async (address) => {
      const { code, stdout } = await verify("--url", address);
      assert.equal(code, 0);
      assert.match(stdout, /The chain is whole: 28 objects/);
    },
  );
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
  const { code, stderr } = await verify("--url", url);
  assert.equal(code, 1);
  assert.match(stderr, /The chain is broken: audit\/db\/.* has the SHA-256/);
});

test("whoever asks for something else hears what there is", async () => {
  for (const args of [["--nothing"], ["more"], ["--folder", whole, "--url", url]]) {
    const { code, stderr } = await verify(...args);
    assert.equal(code, 1);
    assert.match(stderr, /^stepgate: Usage: npm run audit -- verify/);
  }
});
