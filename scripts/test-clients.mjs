/**
 * `npm run test:clients`: published client code and the tools of other people against a real server. Starts Stepgate with a port and a folder
 * of its own, and runs every file of test/clients/: each exports `name` and `run({ baseUrl, adminToken, tools })`. Installs nothing;
 * `--missing` prints the Debian packages that are not there.
 */

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createTools, findMissing } from "./client-tools.mjs";
import { Refusal, run } from "./refusal.mjs";
import { readSecrets } from "./secrets.mjs";
import { ROOT } from "./wrangler.mjs";

const CLIENTS = join(ROOT, "test/clients");
const READY = /Stepgate answers at (\S+)/;

await run(async () => {
  const missing = findMissing();
  if (process.argv.includes("--missing")) {
    for (const { debianPackage } of missing) console.log(debianPackage);
    return;
  }
  if (missing.length > 0) throw new Refusal(explainMissing(missing));
  const folder = mkdtempSync(join(tmpdir(), "stepgate-clients-"));
  const server = startServer(await findFreePort(), join(folder, "state"));
  process.once("SIGINT", server.stop).once("SIGTERM", server.stop);
  try {
    await runClients(await server.ready, createTools(folder));
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

function explainMissing(missing) {
  const lines = missing.map(
    ({ name, debianPackage }) => `${name}: apt-get install ${debianPackage}`,
  );
  return ["these tools are missing:", ...lines].join("\n  ");
}

/** Some port that nobody listens on. */
function findFreePort() {
  return new Promise((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}

/** `npm start` in a process group of its own, so that one signal ends all of it. */
function startServer(port, stateDir) {
  const env = { ...process.env, PORT: String(port), STATE_DIR: stateDir };
  const child = spawn("npm", ["start"], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const stop = async () => {
    if (child.exitCode === null) process.kill(-child.pid, "SIGTERM");
    await ended;
  };
  return { ready: untilReady(child, ended), stop };
}

/** The address that it says it answers at. */
function untilReady(child, ended) {
  let output = "";
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk) => {
        output += chunk;
        const [, baseUrl] = READY.exec(output) ?? [];
        if (baseUrl) resolve(baseUrl);
      });
    }
    void ended.then(() => reject(new Refusal(`The server did not start.\n${output}`)));
  });
}

async function runClients(baseUrl, tools) {
  const adminToken = readSecrets(join(ROOT, ".dev.vars")).ADMIN_TOKEN;
  const files = readdirSync(CLIENTS).filter((file) => file.endsWith(".mjs"));
  let failures = 0;
  for (const file of files.toSorted()) {
    const client = await import(pathToFileURL(join(CLIENTS, file)).href);
    try {
      await client.run({ baseUrl, adminToken, tools });
      console.log(`passed  ${client.name}`);
    } catch (error) {
      failures++;
      console.log(`FAILED  ${client.name}\n${error.stack}`);
    }
  }
  if (failures > 0) throw new Refusal(`${failures} of ${files.length} clients failed.`);
  console.log(`All ${files.length} clients passed.`);
}
