/**
 * `npm run test:browser` tests the pages, and the TypeScript client, in the Chromium that this
 * machine has, against a real server with a port and a folder of its own. It runs every file of
 * test/browser/, one after another. Each exports `name` and `run({ openPage, readQrCode, portray,
 * step, baseUrl, adminToken, call })`. `--only file` runs one. `--update-screenshots` also renews the
 * README's pictures in docs/screenshots/. It installs nothing; `--missing` prints the Debian packages
 * that are missing. `--gallery` pictures every page instead (gallery.mjs).
 */

import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openPage, takeFaults } from "../test/browser/support/page.mjs";
import { readQrCode } from "../test/browser/support/phone.mjs";
import { portray, SCREENSHOTS } from "../test/browser/support/screenshots.mjs";
import { connect } from "./api-client.mjs";
import { withBrowser } from "./chromium.mjs";
import { assertInstalled, BROWSER_TOOLS, createTools, printMissing } from "./client-tools.mjs";
import { runGallery } from "./gallery.mjs";
import { Refusal, run } from "./refusal.mjs";
import { withServer } from "./test-server.mjs";
import { ROOT } from "./wrangler.mjs";

const FLOWS = join(ROOT, "test/browser");
const PATIENCE_MS = 240_000;

const OPTIONS = {
  gallery: { type: "boolean" },
  portraits: { type: "string" },
  missing: { type: "boolean" },
  only: { type: "string" },
  "update-screenshots": { type: "boolean", default: false },
};

await run(async () => {
  const { values } = parseArgs({ options: OPTIONS });
  const { missing, only, "update-screenshots": update } = values;
  if (missing) return printMissing(BROWSER_TOOLS);
  assertInstalled(BROWSER_TOOLS);
  if (values.gallery) return withBrowser((browser) => runGallery(browser, values));
  const files = chooseFlows(only);
  rmSync(SCREENSHOTS, { recursive: true, force: true });
  mkdirSync(SCREENSHOTS);
  const takePortrait = (page, name) => portray(page, name, { update });
  await withServer((server) =>
    withBrowser((browser) => runFlows(files, { ...server, portray: takePortrait }, browser)),
  );
});

function chooseFlows(only) {
  const files = readdirSync(FLOWS).filter((file) => file.endsWith(".mjs"));
  if (only === undefined) return files.toSorted();
  if (files.includes(`${only}.mjs`)) return [`${only}.mjs`];
  const names = files.toSorted().map((file) => basename(file, ".mjs"));
  throw new Refusal(`--only ${only}: there are ${names.join(", ")}.`);
}

async function runFlows(files, server, browser) {
  const tools = createTools(server.folder);
  let failures = 0;
  for (const file of files) {
    const flow = await import(pathToFileURL(join(FLOWS, file)).href);
    if (!(await runFlow(flow, basename(file, ".mjs"), { server, browser, tools }))) failures++;
  }
  if (failures > 0) throw new Refusal(`${failures} of ${files.length} flows failed.`);
  console.log(`All ${files.length} flows passed.`);
}

/** Runs a flow and answers whether it passed. It leaves no page behind, and thus no cookie. */
async function runFlow(flow, fileName, { server, browser, tools }) {
  const begun = Date.now();
  const seen = server.log().length;
  let at = "the beginning";
  try {
    const given = {
      ...server,
      call: connect(server.baseUrl),
      openPage: (options) => openPage(browser, { baseUrl: server.baseUrl, ...options }),
      readQrCode: (locator) => readQrCode(locator, tools),
      step: (text) => (at = text),
    };
    await Promise.race([flow.run(given), giveUp()]);
    assertFaultless(browser);
    console.log(`passed  ${flow.name} (${seconds(begun)} s)`);
    return true;
  } catch (error) {
    console.log(`FAILED  ${flow.name} (${seconds(begun)} s), at: ${at}\n${error.stack}`);
    await showFailure(browser, fileName, server.log().slice(seen));
    return false;
  } finally {
    for (const context of browser.contexts()) await context.close();
  }
}

/** Throws after a time, because what runs in a page has no time limit of its own. */
async function giveUp() {
  await sleep(PATIENCE_MS, null, { ref: false });
  throw new Error(`It did not end within ${PATIENCE_MS / 1000} s.`);
}

function seconds(begun) {
  return ((Date.now() - begun) / 1000).toFixed(1);
}

/** Throws if a page had a fault that no step asked for. */
function assertFaultless(browser) {
  const faults = browser.contexts().flatMap((context) => takeFaults(context));
  if (faults.length > 0) throw new Error(`The pages have faults:\n  ${faults.join("\n  ")}`);
}

async function showFailure(browser, fileName, log) {
  const faults = browser.contexts().flatMap((context) => takeFaults(context));
  if (faults.length > 0) console.log(`the pages' faults:\n  ${faults.join("\n  ")}`);
  const pages = browser.contexts().flatMap((context) => context.pages());
  for (const [at, page] of pages.entries()) {
    const path = join(SCREENSHOTS, `failed-${fileName}-${at + 1}.png`);
    const taken = await page.screenshot({ path, fullPage: true }).catch(() => null);
    console.log(`${page.url()}${taken ? `: ${relative(ROOT, path)}` : ""}`);
  }
  console.log(`the server's log:\n${log}`);
}
