/**
 * `npm run test:clients` runs published client code and the tools of other people against a real
 * server. It starts Stepgate with a port and a folder of its own, and runs every file of
 * test/clients/. Each exports `name` and `run({ baseUrl, adminToken, tools })`. It installs
 * nothing; `--missing` prints the Debian packages that are missing.
 */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { assertInstalled, CLIENT_TOOLS, createTools, printMissing } from "./client-tools.mjs";
import { Refusal, run } from "./refusal.mjs";
import { withServer } from "./test-server.mjs";
import { ROOT } from "./wrangler.mjs";

const CLIENTS = join(ROOT, "test/clients");

await run(async () => {
  if (process.argv.includes("--missing")) return printMissing(CLIENT_TOOLS);
  assertInstalled(CLIENT_TOOLS);
  await withServer(runClients);
});

async function runClients({ baseUrl, adminToken, folder }) {
  const tools = createTools(folder);
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
