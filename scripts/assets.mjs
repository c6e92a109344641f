/**
 * Copies the bundles of the documentation pages to public/assets/, which git ignores. The Worker
 * serves them itself, and nothing is loaded from elsewhere.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Refusal, run } from "./refusal.mjs";
import { ROOT } from "./wrangler.mjs";

const SOURCES = [
  "node_modules/swagger-ui-dist/swagger-ui.css",
  "node_modules/swagger-ui-dist/swagger-ui-bundle.js",
  "node_modules/swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt",
  "node_modules/redoc/bundles/redoc.standalone.js",
  "node_modules/redoc/bundles/redoc.standalone.js.LICENSE.txt",
  "assets-src/docs.js",
  "assets-src/docs.css",
  "assets-src/otp-page.css",
  "assets-src/otp-page.js",
  "assets-src/icon.svg",
  "assets-src/pages.css",
  "assets-src/pages.js",
];

/**
 * ReDoc's footer fetches a logo from its maker's CDN. ReDoc itself hides an empty image in its
 * place; the credit stays.
 */
const FOREIGN_LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg";

export function copyAssets() {
  const missing = SOURCES.find((source) => !existsSync(join(ROOT, source)));
  if (missing) throw new Refusal(`${missing} is not there. Run \`npm ci\` first.`);
  const folder = join(ROOT, "public/assets");
  try {
    mkdirSync(folder, { recursive: true });
    for (const source of SOURCES) {
      const text = readFileSync(join(ROOT, source), "utf8");
      update(join(folder, basename(source)), text.replaceAll(FOREIGN_LOGO, "data:,"));
    }
  } catch (error) {
    throw new Refusal(`public/assets cannot be written: ${error.message}.`, { cause: error });
  }
}

/**
 * Writes a file only if it changes, because whoever runs the server need not be able to write here.
 */
function update(path, text) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await run(copyAssets);
