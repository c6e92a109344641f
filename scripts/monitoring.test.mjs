/** The alert rules and the dashboard ask for metrics that there are. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./wrangler.mjs";

const read = (path) => readFileSync(join(ROOT, path), "utf8");
const RULES = "docs/monitoring/alerts.yml";
const namesIn = (text) => new Set(text.match(/stepgate_[a-z_]+/g));

const families = [
  ...read("src/routes/metrics.ts").matchAll(/name: "(stepgate_\w+)",\s+type: "(\w+)"/g),
].map(([, name, type]) => (type === "counter" ? `${name}_total` : name));
const types = read("src/core/audit/event.ts");

for (const path of [RULES, "docs/monitoring/grafana.json"]) {
  test(`${path} asks only for metrics that there are`, () => {
    assert.deepEqual(
      [...namesIn(read(path))].filter((name) => !families.includes(name)),
      [],
    );
  });

  test(`${path} asks only for types of events that there are`, () => {
    const asked = read(path).match(/\b(?:[a-z_]+)\.(?:[a-z]+_?)+(?=[|"\\])/g) ?? [];
    assert.ok(asked.length > 0);
    assert.deepEqual(
      asked.filter((type) => !types.includes(`"${type}"`)),
      [],
    );
  });
}

test("docs/monitoring.md explains every metric and every alert", () => {
  const guide = read("docs/monitoring.md");
  const alerts = [...read(RULES).matchAll(/alert: (\w+)/g)].map(([, name]) => name);
  assert.equal(alerts.length, 5);
  assert.deepEqual(
    [...families, ...alerts].filter((name) => !guide.includes(`\`${name}\``)),
    [],
  );
});

/** It is in Debian's package `prometheus`, which CI installs. */
const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

test("promtool finds no fault in the rules", { skip: !hasPromtool && !process.env.CI }, () => {
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "rules", join(ROOT, RULES)]);
  assert.equal(status, 0, String(stderr));
  assert.match(String(stdout), /SUCCESS: 5 rules found/);
});
