/** What the tests of the import share: the Worker in workerd with a temporary database, and runs. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readStream } from "node:stream/consumers";
import { generateSecrets } from "./secrets.mjs";
import { QUIET, ROOT, runWrangler } from "./wrangler.mjs";

/** Starts the Worker. It answers `{ url, folder, secrets, call, stop }`. */
export async function startService() {
  const folder = mkdtempSync(join(tmpdir(), "stepgate-import-"));
  const apply = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", folder];
  assert.equal((await runWrangler(apply)).code, 0);
  Object.assign(process.env, QUIET, { WRANGLER_LOG: "error" });
  const { unstable_startWorker } = await import("wrangler");
  const secrets = generateSecrets();
  const bindings = Object.entries(secrets).map(([name, value]) => [
    name,
    { type: "plain_text", value },
  ]);
  const quiet = { watch: false, inspector: false, logLevel: "error" };
  const worker = await unstable_startWorker({
    config: join(ROOT, "wrangler.toml"),
    bindings: Object.fromEntries(bindings),
    dev: { persist: folder, server: { port: 0 }, ...quiet },
  });
  const url = await worker.url;
  const stop = async () => {
    await worker.dispose();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, folder, secrets, post: (path, body, token) => post(url, path, body, token), stop };
}

async function post(url, path, body, token) {
  const response = await fetch(new URL(path, url), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** Runs the import. It must not print any of `hidden`. */
export async function runImport(args, { env = {}, stdin = "", hidden = [] } = {}) {
  const child = spawn(process.execPath, [join(ROOT, "scripts/import.mjs"), ...args], {
    env: { ...process.env, ...env },
  });
  child.stdin.end(stdin);
  const ended = new Promise((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([child.stdout, child.stderr].map(readStream));
  const said = stdout + stderr;
  for (const secret of hidden) assert.ok(!said.includes(secret), "a secret was printed");
  const rows = stdout.match(/^ *\d+ {2}.*$/gm) ?? [];
  return { code: await ended, stdout, stderr, rows: rows.map((row) => row.trim().split(/ {2,}/)) };
}
