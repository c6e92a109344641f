/**
 * The size of a bundle, as it is deployed: its scripts and its WebAssembly, gzipped. `node bench/bundle-size.mjs <folder>` prints it, and
 * fails where it is over the limit; .ci/run calls that.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

/** Far below what Cloudflare takes, 3 MB on the free plan: a guard against what grows unseen. */
export const MAX_BUNDLE_KIB = 520;

export function bundleKiB(folder) {
  const files = readdirSync(folder).filter((name) => /\.(?:js|wasm)$/.test(name));
  const sizes = files.map((name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }));
  return sizes.reduce((sum, { byteLength }) => sum + byteLength, 0) / 1024;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const size = bundleKiB(process.argv[2]);
  console.log(`The bundle has ${size.toFixed(1)} KiB gzipped, of ${MAX_BUNDLE_KIB} that it may.`);
  if (size > MAX_BUNDLE_KIB) process.exitCode = 1;
}
