/**
 * Tests `npm run audit -- verify` as an operator runs it, on copies of an archive in which something is not
 * what it was. The archive is made here, from what docs/audit.md says.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { verify } from "./test-audit.mjs";

const HOUR = 3_600_000_000;
const FIRST = Date.UTC(2026, 7, 1, 20) * 1000;

const temporary = mkdtempSync(join(tmpdir(), "stepgate-audit-"));
after(() => rmSync(temporary, { recursive: true }));

/** Thirty hours in a row with two events each, the oldest first. */
const whole = join(temporary, "whole");
const objects = [];
for (let hour = 0; hour < 30; hour++) addObject(FIRST + hour * HOUR);

function addObject(first) {
  const { name, sha256 } = objects.at(-1) ?? {};
  const manifest = {
    version: 1,
    database: "db",
    hour: new Date(first / 1000).toISOString(),
    part: 0,
    count: 2,
    first,
    last: first + 1,
    previous: name ? { name, sha256 } : null,
  };
  const lines = [{ manifest }, { id: first }, { id: first + 1 }].map((one) => JSON.stringify(one));
  objects.push({ id: String(first), ...write(lines, first, whole) });
}

/** Under the name that its bytes ask for. */
function write(lines, first, folder) {
  const content = gzipSync(lines.map((line) => `${line}\n`).join(""));
  const sha256 = createHash("sha256").update(content).digest("hex");
  const hour = new Date(first / 1000).toISOString().slice(0, 13).replaceAll(/[-T]/g, "/");
  const name = `audit/db/${hour}.000.${sha256.slice(0, 16)}.ndjson.gz`;
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
  return { name, sha256 };
}

/** A copy of the archive with which something has been done. */
let copies = 0;
function altered(alter) {
  const folder = join(temporary, `copy-${++copies}`);
  cpSync(whole, folder, { recursive: true });
  alter((at) => join(folder, objects.at(at).name), folder);
  return folder;
}

async function assertBroken(folder, name, fault) {
  const { code, stderr } = await verify("--folder", folder);
  assert.equal(code, 1, stderr);
  assert.ok(stderr.includes(`The chain is broken: ${name} ${fault}`), stderr);
}

test("a whole chain is told day by day, with its beginning and its end", async () => {
  const { code, stdout, stderr } = await verify("--folder", whole);
  assert.equal(code, 0, stderr);
  assert.deepEqual(stdout.match(/^\d{4}-.*$/gm), [
    "2026-08-03  2 objects, 4 events",
    "2026-08-02  24 objects, 48 events",
    "2026-08-01  4 objects, 8 events",
  ]);
  assert.match(stdout, /The chain is whole: 30 objects, 60 events\./);
  assert.ok(stdout.includes(`It begins with ${objects[0].name}. It is the first of all.`));
  assert.ok(stdout.includes(`whose SHA-256 is ${objects.at(-1).sha256}.`));
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
  const folder = altered((file, copy) =>
    write(linesOf(file(5)).toSpliced(1, 1), FIRST + 5 * HOUR, copy),
  );
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

function linesOf(file) {
  return gunzipSync(readFileSync(file)).toString("utf8").trimEnd().split("\n");
}

/** An object with another manifest or other events, under the name that its bytes ask for. */
function rewrite(file, folder, edit) {
  const [first, ...events] = linesOf(file);
  const { manifest } = JSON.parse(first);
  rmSync(file);
  return write(edit({ manifest }, events), manifest.first, folder);
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
    const folder = altered((file, copy) => (written = rewrite(file(-1), copy, edit)));
    await assertBroken(folder, written.name, fault);
  });
}

test("an object written anew in the middle is found, because the next one names the old one", async () => {
  const folder = altered((file, copy) =>
    rewrite(file(12), copy, change({ count: 2, note: "forged" })),
  );
  await assertBroken(folder, objects[12].name, "is missing");
});

test("a whole chain written anew is found by an end that was kept elsewhere", async () => {
  const folder = altered((file, copy) => rewrite(file(-1), copy, change({ note: "forged" })));
  assert.equal((await verify("--folder", folder)).code, 0);
  const head = objects.at(-1).sha256;
  const { code, stderr } = await verify("--folder", folder, "--head", head);
  assert.equal(code, 1);
  assert.ok(stderr.includes(`no object of it has the SHA-256 ${head}`));
  for (const kept of [head, objects[3].sha256]) {
    assert.equal((await verify("--folder", whole, "--head", kept)).code, 0);
  }
});

test("an archive that is gone is found by an end that was kept elsewhere, and a wrong folder is none", async () => {
  const head = objects.at(-1).sha256;
  const act = async (url) => {
    assert.equal((await verify("--url", url)).code, 0);
    const { code, stderr } = await verify("--url", url, "--head", head);
    assert.deepEqual([code, stderr.includes("The chain is broken")], [1, true]);
  };
  await withService(() => undefined, act, []);
  const folder = join(whole, "audit", "db");
  assert.match((await verify("--folder", folder)).stderr, /not a copy of the bucket/);
  assert.match((await verify("--folder", whole, "--head", "abc")).stderr, /64 hexadecimal/);
});

/** A service that lists the archive and hands out what it is told to. */
async function withService(answer, act, listed = objects) {
  const server = createServer((request, response) => {
    const id = request.url.split("/").at(-1);
    const at = objects.findIndex((object) => object.id === id);
    if (at === -1) {
      response.end(JSON.stringify({ items: listed.toReversed(), nextCursor: null }));
      return;
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

test("whoever asks for something else hears what there is", async () => {
  for (const args of [
    ["--nothing"],
    ["more"],
    ["--folder", whole, "--url", "https://2fa.example.com"],
  ]) {
    const { code, stderr } = await verify(...args);
    assert.equal(code, 1);
    assert.match(stderr, /^stepgate: Usage: npm run audit -- verify/);
  }
});
