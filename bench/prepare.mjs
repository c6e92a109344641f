/** Everything before the measuring: bundles, and databases full of users. */

import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { bundleKiB } from "./bundle-size.mjs";
import { BATCH, PASSWORD } from "./people.mjs";
import { start } from "./workerd.mjs";

/** Bundles a Worker of the checkout `root` as it would be deployed, minified and all. */
export function bundle(root, entry, outdir) {
  const wrangler = join(root, "node_modules", ".bin", "wrangler");
  const args = ["deploy", entry, "--dry-run", "--outdir", outdir];
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false" };
  execFileSync(wrangler, args, { cwd: root, env, stdio: ["ignore", "ignore", "inherit"] });
  const script = join(outdir, basename(entry).replace(/\.\w+$/, ".js"));
  return { script, sizeKiB: bundleKiB(outdir) };
}

/** Secrets of the service for one run. */
export function newBindings() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" }).toString("base64url");
  return {
    ISSUER_URL: "https://bench.example.com",
    COMPAT: "",
    VERSION: { id: "bench" },
    AUDIT_RETENTION_DAYS: "400",
    ADMIN_TOKEN: randomBytes(32).toString("base64url"),
    KEYRING: `bench:${randomBytes(32).toString("base64url")}`,
    SIGNING_KEYS: `bench:${pkcs8}`,
  };
}

/**
 * Migrates and fills a database for the service in `state`, an app for every batch of users: no key asks for more in a minute than it may.
 * Accounts all belong to one app. Returns the apps' API keys.
 */
export async function seedService({ root, script, state, bindings, users, accounts }) {
  const seeder = await start({ name: "seed", script, state, bindings });
  const d1 = await seeder.miniflare.getD1Database("DB");
  for (const statement of migrations(root)) await d1.prepare(statement).run();
  const keys = [];
  for (let first = 0; first < users.length; first += BATCH) {
    const { appId, key } = await post(seeder, "/app").then((response) => response.json());
    await post(seeder, "/users", { appId, users: users.slice(first, first + BATCH) });
    keys.push(key);
  }
  const everybody = Object.values(accounts).flat();
  for (let first = 0; first < everybody.length; first += BATCH) {
    const some = everybody.slice(first, first + BATCH);
    await post(seeder, "/accounts", { password: PASSWORD, accounts: some });
  }
  await seeder.miniflare.dispose();
  return keys;
}

async function post({ port }, path, body = {}) {
  const url = `http://127.0.0.1:${port}${path}`;
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  if (response.status !== 200) throw new Error(`seed: ${await response.text()}`);
  return response;
}

function migrations(root) {
  const folder = join(root, "migrations");
  const files = readdirSync(folder).filter((file) => file.endsWith(".sql"));
  const texts = files.toSorted().map((file) => readFileSync(join(folder, file), "utf8"));
  return texts.flatMap((text) => text.split("--> statement-breakpoint"));
}

/** The floor's one table: secrets in plain, and nothing else. */
export async function seedFloor({ script, state, users }) {
  const seeder = await start({ name: "floor", script, state });
  const d1 = await seeder.miniflare.getD1Database("DB");
  await d1
    .prepare(
      "CREATE TABLE users (id TEXT PRIMARY KEY, secret TEXT NOT NULL, last_step INTEGER NOT NULL)",
    )
    .run();
  const insert = d1.prepare(
    "INSERT INTO users SELECT value ->> 'externalId', value ->> 'secret', 1 FROM json_each(?1)",
  );
  for (let first = 0; first < users.length; first += BATCH) {
    await insert.bind(JSON.stringify(users.slice(first, first + BATCH))).run();
  }
  await seeder.miniflare.dispose();
}
