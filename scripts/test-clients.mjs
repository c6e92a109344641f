/**
 * `npm run test:clients` runs published client code and the tools of other people against a real
 * server. It starts Stepgate with a port and a folder of its own, and runs every file of
 * test/clients/. Each exports `name` and `run({ baseUrl, adminToken, tools, folder })`. It installs
 * nothing; `--missing` prints the Debian packages that are missing. `--only typescript-client` runs
 * that file alone, whatever is missing.
 */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { assertInstalled, CLIENT_TOOLS, createTools, printMissing } from "./client-tools.mjs";
import { Refusal, run } from "./refusal.mjs";
import { withServer } from "./test-server.mjs";
import { ROOT } from "./wrangler.mjs";

const CLIENTS = join(ROOT, "test/clients");

await run(async () => {
  const options = { missing: { type: "boolean" }, only: { type: "string" } };
  const { missing, only } = parseArgs({ options }).values;
  if (missing) return printMissing(CLIENT_TOOLS);
  if (only === undefined) assertInstalled(CLIENT_TOOLS);
  const files = findClients(only);
  await withServer((server) => runClients(files, server));
});

function findClients(only) {
  const files = readdirSync(CLIENTS).filter((file) => file.endsWith(".mjs"));
  const chosen = only === undefined ? files : files.filter((file) => file === `${only}.mjs`);
  if (chosen.length === 0) throw new Refusal(`There is no test/clients/${only}.mjs.`);
  return chosen;
}

async function runClients(files, { baseUrl, adminToken, folder }) {
  const tools = createTools(folder);
  let failures = 0;
  for (const file of files.toSorted()) {
    const client = await import(pathToFileURL(join(CLIENTS, file)).href);
    try {
      await client.run({ baseUrl, adminToken, tools, folder });
      console.log(`passed  ${client.name}`);
    } catch (error) {
      failures++;
      console.log(`FAILED  ${client.name}\n${error.stack}`);
    }
  }
  if (failures > 0) throw new Refusal(`${failures} of ${files.length} clients failed.`);
  console.log(`All ${files.length} clients passed.`);
}
