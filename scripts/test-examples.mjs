/**
 * `npm run test:examples` goes through every app of examples/ in the Chromium that this machine
 * has. Each app gets a Stepgate of its own, which it has to do without at the end. `--only flask`
 * tries one app. It installs nothing; `--missing` prints the Debian packages that are missing.
 */

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openPage, takeFaults } from "../test/browser/support/page.mjs";
import { readQrCode } from "../test/browser/support/phone.mjs";
import { EXAMPLES } from "../test/examples/examples.mjs";
import { run as runFlow } from "../test/examples/flow.mjs";
import { countLines } from "../test/examples/lines.mjs";
import { withBrowser } from "./chromium.mjs";
import { assertInstalled, createTools, exampleTools, printMissing } from "./client-tools.mjs";
import { withExample } from "./example-server.mjs";
import { Refusal, run } from "./refusal.mjs";
import { makeApp } from "./test-app.mjs";
import { withServer } from "./test-server.mjs";
import { ROOT } from "./wrangler.mjs";

const PATIENCE_MS = 240_000;

await run(async () => {
  const options = { missing: { type: "boolean" }, only: { type: "string" } };
  const { missing, only } = parseArgs({ options }).values;
  const examples = chooseExamples(only);
  const tools = uniqueTools(examples);
  if (missing) return printMissing(tools);
  assertInstalled(tools);
  await withBrowser((browser) => tryAll(examples, browser));
});

function chooseExamples(only) {
  const chosen = EXAMPLES.filter(({ name }) => only === undefined || name === only);
  if (chosen.length > 0) return chosen;
  throw new Refusal(`--only ${only}: there are ${EXAMPLES.map(({ name }) => name).join(", ")}.`);
}

function uniqueTools(examples) {
  const tools = examples.flatMap(({ pythonModules }) => exampleTools(pythonModules));
  return [...new Map(tools.map((tool) => [tool.name, tool])).values()];
}

async function tryAll(examples, browser) {
  let failures = 0;
  for (const example of examples) if (!(await tryExample(example, browser))) failures++;
  if (failures > 0) throw new Refusal(`${failures} of ${examples.length} examples failed.`);
  console.log(`All ${examples.length} examples passed.`);
}

/** Answers whether it passed. It leaves no page behind, and thus no cookie. */
async function tryExample(example, browser) {
  const begun = Date.now();
  const progress = { at: "the start", log: () => "" };
  try {
    await Promise.race([giveUp(), goThrough(example, browser, progress)]);
    assertFaultless(browser);
    const lines = countLines(join(ROOT, "examples", example.name));
    console.log(`passed  ${example.name}, with ${lines} lines of Stepgate (${seconds(begun)} s)`);
    return true;
  } catch (error) {
    console.log(
      `FAILED  ${example.name} (${seconds(begun)} s), at: ${progress.at}\n${error.stack}`,
    );
    console.log(`the example's log:\n${progress.log()}`);
    return false;
  } finally {
    for (const context of browser.contexts()) await context.close();
  }
}

async function goThrough(example, browser, progress) {
  await withServer(async ({ baseUrl: serviceUrl, adminToken, folder, stop }) => {
    const settings = await settingsOf(serviceUrl, adminToken);
    await withExample(example, { settings, folder }, async ({ baseUrl, log }) => {
      progress.log = log;
      const tools = createTools(folder);
      await runFlow({
        tools,
        openPage: () => openPage(browser, { baseUrl }),
        readQrCode: (locator) => readQrCode(locator, tools),
        stopService: stop,
        step: (text) => (progress.at = text),
      });
    });
  });
}

/** As examples/README.md says. */
async function settingsOf(serviceUrl, adminToken) {
  const given = { settings: { requireProof: true }, scopes: ["verify", "enrol"] };
  const { id, key } = await makeApp(serviceUrl, adminToken, given);
  return { STEPGATE_URL: serviceUrl, STEPGATE_KEY: key, STEPGATE_APP: id };
}

/** Throws after a time, because what runs in a page has no time limit of its own. */
async function giveUp() {
  await sleep(PATIENCE_MS, null, { ref: false });
  throw new Error(`It did not end within ${PATIENCE_MS / 1000} s.`);
}

/** Throws if a page had a fault that no step asked for. */
function assertFaultless(browser) {
  const faults = browser.contexts().flatMap((context) => takeFaults(context));
  if (faults.length > 0) throw new Error(`The pages have faults:\n  ${faults.join("\n  ")}`);
}

function seconds(begun) {
  return ((Date.now() - begun) / 1000).toFixed(1);
}
