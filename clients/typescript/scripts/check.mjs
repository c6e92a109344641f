/** Everything that has to hold for the package, but for its calls to a real server. */

import { runNode, runTool } from "./run.mjs";

runNode("scripts/api.mjs", "--check");
runNode("scripts/build.mjs");
// With no `paths`, so that the types are those of dist/, as for whoever installs the package.
runTool("tsc", "--project", "tsconfig.json", "--paths", "null");
runTool("publint", "--strict");
runTool("attw", "--pack", ".", "--profile", "esm-only", "--format", "ascii");
runNode("--test", "--test-reporter=dot", "tests/*.test.mjs");
