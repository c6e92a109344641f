/** WCAG 2.2 at level AA, and the practices beside it, as far as a program can tell: axe-core. */

import { createRequire } from "node:module";
import { openTwin } from "./page.mjs";

const AXE = createRequire(import.meta.url)("axe-core").source;

const OPTIONS = {
  runOnly: {
    type: "tag",
    values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  },
  resultTypes: ["violations", "incomplete"],
};

/** Off by default: controls of at least 24 by 24 CSS pixels, or with as much room (SC 2.5.8). */
const TARGET_SIZE = "target-size";

/** Why axe cannot tell whether a text is legible, where a page of ours is too clever. Its other doubts are about what lies over what. */
const TOO_CLEVER = new Set(["bgGradient", "bgImage", "complexTextShadows", "pseudoContent"]);

export async function checkAccessible(page) {
  await assertNoViolations(page, { ...OPTIONS, rules: { [TARGET_SIZE]: { enabled: true } } });
}

/** SC 2.5.8 alone; `checkAccessible` includes it. */
export async function checkTargets(page) {
  await assertNoViolations(page, { runOnly: { type: "rule", values: [TARGET_SIZE] } });
}

async function assertNoViolations(page, options) {
  const { violations, incomplete } = await withScripts(page, async (scripted) => {
    await scripted.evaluate(AXE);
    return scripted.evaluate((given) => globalThis.axe.run(given), options);
  });
  const doubts = incomplete.map((rule) => ({ ...rule, nodes: rule.nodes.filter(isTooClever) }));
  const found = [...violations, ...doubts].flatMap(describe);
  if (found.length > 0) throw new Error(`${page.url()} is not accessible:\n${found.join("\n")}`);
}

/** axe needs timers, which a page without JavaScript has not: its twin is looked at instead. */
async function withScripts(page, use) {
  const hasTimers = await page.evaluate(() => globalThis.matchMedia("(scripting)").matches);
  if (hasTimers) return use(page);
  const twin = await openTwin(page);
  try {
    return await use(twin);
  } finally {
    await twin.context().close();
  }
}

function isTooClever({ any }) {
  return any.some(({ data }) => TOO_CLEVER.has(data?.messageKey));
}

function describe({ id, help, nodes }) {
  return nodes.map(({ html, any, all, none }) => {
    const reasons = [...any, ...all, ...none].map(({ message }) => message);
    return `  ${id}: ${help}\n    ${html}\n    ${reasons.join("; ")}`;
  });
}
