import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { ROOT } from "./wrangler.mjs";

/** What the linters say of the document after a change. */
function lint(change) {
  const document = JSON.parse(readFileSync(join(ROOT, "docs/openapi.json"), "utf8"));
  change(document);
  const file = join(mkdtempSync(join(tmpdir(), "stepgate-openapi-")), "openapi.json");
  writeFileSync(file, JSON.stringify(document));
  const script = join(ROOT, "scripts/openapi-lint.mjs");
  return spawnSync(process.execPath, [script, file], { encoding: "utf8" });
}

test("a document with faults is refused, with the place of each, by both linters", () => {
  const { status, stderr } = lint(({ paths }) => {
    delete paths["/v1/app"].get.operationId;
    const { content } = paths["/v1/users/{userId}"].get.responses["200"];
    content["application/json"].example.twoFactor = "yes";
  });
  assert.equal(status, 1);
  assert.match(stderr, /redocly operation-operationId: .*v1~1app/);
  assert.match(stderr, /spectral operation-operationId: .*\/v1\/app/);
  assert.match(stderr, /redocly no-invalid-media-type-examples: .*twoFactor/);
  assert.match(stderr, /spectral oas3-valid-media-example: .*twoFactor/);
});
