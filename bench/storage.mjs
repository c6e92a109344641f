/** `--only storage`: what the service's statements take among a million users. Needs a bundle of `workers/storage.js`. */

import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** In a process of its own, because Node 24 has Base64 of bytes behind a flag. */
export function measureStorage({ script, root, temporary, users }) {
  const flags = ["--js-base-64", "--no-warnings"];
  const program = join(import.meta.dirname, "storage-process.mjs");
  const args = [...flags, program, script, root, join(temporary, "storage.sqlite"), String(users)];
  execFileSync(process.execPath, args, { stdio: "inherit" });
}
