/**
 * `node bench/import.mjs [--users 10000] [--accounts]`: how long `npm run import` takes to move users
 * of a plain CSV file into a local server, and to find them all there when it is run again. They are
 * users of an app, or accounts, which are made first. The target is 10,000 users in a minute on two
 * cores. One API key may make 6,600 calls in its first minute (KEY_LIMIT), so that into an app the
 * rest waits for the next.
 */

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join, resolve } from "node:path";
import { text as readStream } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { Secret } from "otpauth";
import { connect, expectStatus } from "../scripts/api-client.mjs";
import { withServer } from "../scripts/test-server.mjs";
import { cpuSecondsBelow } from "./import-cpu.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const { values } = parseArgs({
  options: {
    users: { type: "string", default: "10000" },
    accounts: { type: "boolean", default: false },
  },
});
const users = Number(values.users);

await withServer(async ({ baseUrl, adminToken, folder }) => {
  const file = join(folder, "users.csv");
  writeFileSync(file, makeCsv());
  const call = connect(baseUrl);
  const env = values.accounts
    ? await makeAccounts(call, adminToken)
    : { STEPGATE_API_KEY: await makeKey(call, adminToken) };
  console.log(`${users} users, ${cpus().length} cores, load ${load()}`);
  for (const what of ["imported", "already_there"]) {
    const before = cpuSecondsBelow(process.pid);
    const { seconds, cpu } = await time(baseUrl, env, { file, what });
    const server = differences(cpuSecondsBelow(process.pid), before);
    console.log(`${what}: ${seconds.toFixed(1)} s, ${Math.round(users / seconds)} a second`);
    const all = { import: cpu, ...server };
    const told = Object.entries(all).map(([name, spent]) => `${name} ${spent.toFixed(1)}`);
    console.log(`  CPU seconds: ${told.join(", ")}; load ${load()}`);
  }
});

/** The load of the machine over 1, 5 and 15 minutes. */
function load() {
  return loadavg()
    .map((one) => one.toFixed(1))
    .join(" ");
}

/** What each program has used since. Those that have ended are left out. */
function differences(now, before) {
  const used = Object.entries(now).map(([name, spent]) => [name, spent - (before[name] ?? 0)]);
  return Object.fromEntries(used.filter(([, spent]) => spent >= 0.1));
}

function makeCsv() {
  const lines = Array.from({ length: users }, (_, at) => {
    const secret = new Secret({ buffer: new Uint8Array(randomBytes(20)).buffer }).base32;
    return `user-${at},user-${at}@example.com,${secret}`;
  });
  return ["id,email,secret", ...lines].join("\n");
}

/** Makes accounts with a hash from elsewhere, because hashing 10,000 passwords takes minutes. */
async function makeAccounts(call, token) {
  const begin = performance.now();
  const passwordHash = `$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$${"A".repeat(43)}`;
  let next = 0;
  const work = async () => {
    while (next < users) {
      const json = { email: `user-${next++}@example.com`, passwordHash };
      expectStatus(201, await call("POST", "/admin/users", { token, json }), "Making an account");
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  console.log(`made the accounts in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  return { STEPGATE_API_KEY: "", ADMIN_TOKEN: token };
}

async function makeKey(call, token) {
  const app = await call("POST", "/admin/apps", { token, json: { name: "Import" } });
  const { id } = expectStatus(201, app, "Making an app");
  const json = { scopes: ["enrol", "import", "verify"] };
  const key = await call("POST", `/admin/apps/${id}/keys`, { token, json });
  return expectStatus(201, key, "Making a key").key;
}

/** Runs the import, and checks that each row ended as it should. */
async function time(baseUrl, env, { file, what }) {
  const script = `import("${join(ROOT, "scripts/import.mjs")}").finally(() => {
    const { user, system } = process.cpuUsage();
    console.error((user + system) / 1e6);
  })`;
  const begin = performance.now();
  const args = ["--from", "csv", "--url", baseUrl, file];
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script, "--", ...args], {
    env: { ...process.env, ...env },
  });
  const [said, cpu] = await Promise.all([child.stdout, child.stderr].map(readStream));
  const seconds = (performance.now() - begin) / 1000;
  if (!said.includes(`${users} rows: ${users} ${what}.`)) throw new Error(said.slice(-500) + cpu);
  return { seconds, cpu: Number(cpu) };
}
