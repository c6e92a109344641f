/**
 * The Worker as it is deployed: wrangler's own bundle, with its reading of wrangler.toml. Both are kept in .wrangler/bundle for as long as
 * what they are made of stays the same, because wrangler takes seconds. `npm run bundle` makes them, and the assets, beforehand, for a checkout that the server cannot write to.
 */

import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { copyAssets } from "../assets.mjs";
import { Refusal, run } from "../refusal.mjs";
import { explainFailure, ROOT, runNode, runWrangler } from "../wrangler.mjs";

const CACHE = join(ROOT, ".wrangler/bundle");
const MADE_OF = ["wrangler.toml", "package-lock.json", "tsconfig.json", "src"];
const MAKING = "making-";

/** `modules`: each a name, a type of miniflare's and its contents, the Worker first. `config`: that of wrangler. */
export async function prepareBundle() {
  const folder = join(CACHE, await digest());
  if (!existsSync(folder)) await makeBundle(folder);
  const files = readdirSync(folder).filter((file) => file.endsWith(".wasm"));
  const script = readFileSync(join(folder, "index.js"), "utf8");
  return {
    config: JSON.parse(readFileSync(join(folder, "config.json"), "utf8")),
    modules: [
      { name: "worker.js", type: "ESModule", contents: script },
      ...files.map((name) => ({
        name,
        type: "CompiledWasm",
        contents: readFileSync(join(folder, name)),
      })),
    ],
  };
}

async function digest() {
  const hash = createHash("sha256");
  for (const path of MADE_OF.flatMap((name) => filesOf(join(ROOT, name)))) {
    hash
      .update(`${relative(ROOT, path)}\0`)
      .update(readFileSync(path))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

function filesOf(path) {
  if (!path.endsWith("src")) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
}

/** Made elsewhere and moved, so that what is there is whole; the bundles of older sources go. */
async function makeBundle(folder) {
  const temporary = join(CACHE, MAKING + randomUUID());
  try {
    mkdirSync(temporary, { recursive: true });
  } catch (error) {
    const advice = "Run `npm run bundle` as its owner first";
    throw new Refusal(`${CACHE} cannot be written: ${error.message}. ${advice}.`, { cause: error });
  }
  try {
    const [, config] = await Promise.all([
      succeed(runWrangler(["deploy", "--dry-run", "--outdir", temporary])),
      succeed(runNode([join(import.meta.dirname, "read-config.mjs")])),
    ]);
    writeFileSync(join(temporary, "config.json"), config.stdout);
    rmSync(join(temporary, "index.js.map"), { force: true });
    // wrangler that is told to stop meanwhile leaves off, and ends with 0.
    const made = readdirSync(temporary);
    if (!made.includes("index.js") || !made.some((name) => name.endsWith(".wasm"))) {
      throw new Refusal("The Worker was not bundled whole. Start again.");
    }
    const kept = [
      basename(folder),
      ...readdirSync(CACHE).filter((name) => name.startsWith(MAKING)),
    ];
    for (const old of readdirSync(CACHE).filter((name) => !kept.includes(name))) {
      rmSync(join(CACHE, old), { recursive: true, force: true });
    }
    // Another start may have been first, with the same.
    if (!existsSync(folder)) renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function succeed(running) {
  const result = await running;
  if (result.code === 0) return result;
  throw new Refusal(`The Worker cannot be bundled: ${explainFailure(result)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await run(async () => {
    copyAssets();
    await prepareBundle();
  });
}
