/**
 * Copies the bundles of the documentation pages to public/assets/, which git ignores, and what the
 * Worker's own pages load, without comments and blanks. The Worker serves all of it itself, and
 * nothing is loaded from elsewhere.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
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
  "assets-src/touch-icon.png",
];
/** Of our pages. Browsers load them before anything is shown. */
const SHRUNK = ["assets-src/pages.css", "assets-src/pages.js", "assets-src/start.js"];
/** Browsers ask for it at the root. */
const FAVICON = "assets-src/favicon.ico";

/**
 * ReDoc's footer fetches a logo from its maker's CDN. ReDoc itself hides an empty image in its
 * place; the credit stays.
 */
const FOREIGN_LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg";

export function copyAssets() {
  const missing = [...SOURCES, ...SHRUNK, FAVICON].find(
    (source) => !existsSync(join(ROOT, source)),
  );
  if (missing) throw new Refusal(`${missing} is not there. Run \`npm ci\` first.`);
  const folder = join(ROOT, "public/assets");
  try {
    mkdirSync(folder, { recursive: true });
    for (const source of SOURCES) {
      update(join(folder, basename(source)), withoutForeignLogo(readFileSync(join(ROOT, source))));
    }
    for (const source of SHRUNK) update(join(folder, basename(source)), shrink(source));
    update(join(ROOT, "public/favicon.ico"), readFileSync(join(ROOT, FAVICON)));
  } catch (error) {
    throw new Refusal(`public/assets cannot be written: ${error.message}.`, { cause: error });
  }
}

function withoutForeignLogo(file) {
  if (!file.includes(FOREIGN_LOGO)) return file;
  return Buffer.from(file.toString().replaceAll(FOREIGN_LOGO, "data:,"));
}

function shrink(source) {
  const loader = extname(source).slice(1);
  const text = readFileSync(join(ROOT, source), "utf8");
  return Buffer.from(transformSync(text, { loader, minify: true, target: "es2023" }).code);
}

/**
 * Writes a file only if it changes, because whoever runs the server need not be able to write here.
 */
function update(path, file) {
  if (!existsSync(path) || !readFileSync(path).equals(file)) writeFileSync(path, file);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await run(copyAssets);
