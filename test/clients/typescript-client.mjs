/** The TypeScript client's calls, as it is built, against a real server. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const name = "The TypeScript client";

const PACKAGE = fileURLToPath(new URL("../../clients/typescript", import.meta.url));
const RETURN_URL = "https://example.com/done";
const SCOPES = ["verify", "enrol", "users", "import"];

export async function run({ baseUrl, adminToken }) {
  const post = caller(baseUrl, adminToken);
  const app = await newApp(post, { returnUrls: [RETURN_URL] });
  const other = await newApp(post, {});
  await node(["scripts/build.mjs"]);
  await node(["--test", "--test-reporter=dot", "tests/real/calls.test.mjs"], {
    STEPGATE_URL: baseUrl,
    STEPGATE_KEY: app.key,
    STEPGATE_APP: app.id,
    STEPGATE_OTHER_KEY: other.key,
    STEPGATE_RETURN_URL: RETURN_URL,
  });
}

/** A test that fails says so on its standard output. */
async function node(args, variables = {}) {
  const env = { ...process.env, ...variables };
  try {
    await promisify(execFile)(process.execPath, args, { cwd: PACKAGE, env });
  } catch (error) {
    throw new Error(`${error.stdout}${error.stderr}`, { cause: error });
  }
}

async function newApp(post, settings) {
  const { id } = await post("/admin/apps", { name: "TypeScript", settings });
  const { key } = await post(`/admin/apps/${id}/keys`, { scopes: SCOPES });
  return { id, key };
}

function caller(baseUrl, adminToken) {
  return async (path, body) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    assert.ok(response.ok, `${path}: ${response.status}`);
    return response.json();
  };
}
