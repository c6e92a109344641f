import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { databaseFile } from "./local/state.mjs";
import { findFreePort, startServer } from "./test-server.mjs";

const temporary = mkdtempSync(join(tmpdir(), "stepgate-"));
const stateDir = join(temporary, "state");
let server;
let origin;

before(async () => {
  const port = await findFreePort();
  server = startServer(port, stateDir, ["npm", "run", "dev"]);
  origin = await server.ready;
});

after(async () => {
  await server.stop();
  rmSync(temporary, { recursive: true, force: true });
});

test("`npm run dev` serves on 127.0.0.1 what `npm start` serves", async () => {
  assert.match(origin, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal((await fetch(`${origin}/readyz`)).status, 200);
  assert.equal((await fetch(`${origin}/assets/pages.css`)).status, 200);
  const elsewhere = origin.replace("127.0.0.1", "[::1]");
  await assert.rejects(fetch(`${elsewhere}/readyz`));
});

test("its explorer is off, and nobody asks the database without a key", async () => {
  const sql = JSON.stringify({ sql: "SELECT * FROM users", params: [] });
  for (const root of ["/cdn-cgi/explorer", "/cdn-cgi/local/explorer"]) {
    for (const path of ["", "/", "/api", "/api/d1/database", "/api/d1/database/DB/raw"]) {
      for (const request of [{}, { method: "POST", body: sql }]) {
        const { status } = await fetch(origin + root + path, request);
        assert.equal(status, 404, root + path);
      }
    }
  }
});

test("it keeps no trace store, and the data to its owner", async () => {
  await fetch(`${origin}/v1/time?secret=JBSWY3DPEHPK3PXP`);
  assert.equal(existsSync(join(stateDir, "v3/observability")), false);
  assert.equal(statSync(stateDir).mode & 0o077, 0);
  assert.equal(statSync(databaseFile(stateDir)).mode & 0o077, 0);
  assert.doesNotMatch(server.log(), /JBSWY3/);
});
