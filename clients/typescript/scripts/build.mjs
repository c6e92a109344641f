/** Builds dist/. It uses the compiler of the repository: the package's own one is for api.mjs. */

import { rmSync } from "node:fs";
import { runTool } from "./run.mjs";

rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
runTool("tsc", "--project", "tsconfig.build.json");
