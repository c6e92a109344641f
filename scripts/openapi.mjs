/**
 * Renders docs/openapi.json from the Worker itself, run once in workerd, and docs/problems.md from
 * its table of problems, so that a change of the API shows in review. With `--check` it writes
 * nothing, and fails if a file is not what it would write.
 */

import { join } from "node:path";
import { keepMade, readCheck } from "./made-files.mjs";
import { Refusal, run } from "./refusal.mjs";
import { generateSecrets } from "./secrets.mjs";
import { QUIET, ROOT } from "./wrangler.mjs";

/** Of docs/problems.md, in characters. */
const LINE = 120;

await run(async () => {
  if (!process.features.typescript) throw new Refusal("Run it as `npm run openapi`.");
  const isCheck = readCheck(process.argv.slice(2));
  const files = {
    "docs/openapi.json": await renderOpenApi(),
    "docs/problems.md": renderProblems(await import("../src/problem-table.ts")),
  };
  keepMade(files, { isCheck, command: "npm run openapi" });
});

async function renderOpenApi() {
  const worker = await startWorker();
  try {
    const response = await worker.fetch("http://localhost/openapi.json");
    if (!response.ok) throw new Refusal(`/openapi.json answered ${response.status}.`);
    return `${JSON.stringify(await response.json(), null, 2)}\n`;
  } finally {
    await worker.dispose();
  }
}

/**
 * Starts the Worker with temporary secrets and a temporary database. The document depends on
 * neither.
 */
async function startWorker() {
  Object.assign(process.env, QUIET, { WRANGLER_LOG: "error" });
  const { unstable_startWorker } = await import("wrangler");
  return unstable_startWorker({
    config: join(ROOT, "wrangler.toml"),
    // These win over a developer's .dev.vars.
    bindings: asBindings(generateSecrets()),
    dev: { persist: false, watch: false, inspector: false, server: { port: 0 }, logLevel: "error" },
  });
}

function asBindings(secrets) {
  const entries = Object.entries(secrets);
  return Object.fromEntries(entries.map(([name, value]) => [name, { type: "plain_text", value }]));
}

function renderProblems({ PROBLEMS }) {
  const sections = Object.entries(PROBLEMS).map(renderProblem);
  const intro = [
    "<!-- Rendered from src/problem-table.ts by `npm run openapi`. Change it there. -->",
    "# Problems",
    "Every error is an RFC 9457 problem: `application/problem+json` with `type`, `code`, `title`, `status`, `requestId` and sometimes `detail`. Branch on `code`; it is stable. `type` is the address of the same text on the server.",
  ];
  return `${[...intro.map(wrap), ...sections].join("\n\n")}\n`;
}

function renderProblem([code, { status, title, help }]) {
  return `## ${code}\n\n**${status}** ${title}\n\n${wrap(help)}`;
}

/** A paragraph in lines that fit beside code. */
function wrap(text) {
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= LINE) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join("\n");
}
