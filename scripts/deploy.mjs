/**
 * `npm run deploy` puts this checkout on Cloudflare, the first time and every later time.
 * deploy-plan.mjs decides what is to be done. This file asks wrangler for the facts and carries the
 * plan out. docs/deploy.md is the guide.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { copyAssets } from "./assets.mjs";
import { planDeploy } from "./deploy-plan.mjs";
import { Refusal, run } from "./refusal.mjs";
import { readSecrets, SECRET_NAMES, writeNewSecrets } from "./secrets.mjs";
import { explainFailure, launchWrangler, ROOT, runWrangler, stopOnSignals } from "./wrangler.mjs";

const OPTIONS = ["--dry-run", "--new-secrets", "--update-secrets"];
const SECRETS_FILE = join(ROOT, ".secrets.production");
const INTERRUPTED = 130;
/**
 * How long to wait for a new domain, which can take some minutes. HEALTH_PATIENCE gives another
 * time, in seconds.
 */
const HEALTH_PATIENCE_MS = 1000 * Number(process.env.HEALTH_PATIENCE || 30);
const HEALTH_PAUSE_MS = 2000;
const NO_LOGIN =
  "You are not logged in to Cloudflare. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN.";

await run(async () => {
  stopOnSignals(INTERRUPTED);
  const options = readArguments(process.argv.slice(2));
  const dryRun = options.has("--dry-run");
  if (options.has("--new-secrets")) return makeSecrets(dryRun);
  const config = await readConfig();
  const { missing, facts } = await gatherFacts(config, options);
  const plan = planDeploy(facts);
  missing.push(...plan.missing);
  if (dryRun) return showPlan(plan.steps, missing);
  refuseIf(missing[0]);
  copyAssets();
  for (const step of plan.steps) await carryOut(step);
  await checkHealth(config.vars.ISSUER_URL);
});

function refuseIf(refusal) {
  if (refusal) throw new Refusal(refusal);
}

function readArguments(given) {
  const unknown = given.find((argument) => !OPTIONS.includes(argument));
  if (unknown) throw new Refusal(`Unknown argument ${unknown}. There are ${OPTIONS.join(", ")}.`);
  return new Set(given);
}

/** Makes the secrets. It never overwrites a file, which may be the only copy. */
function makeSecrets(dryRun) {
  if (existsSync(SECRETS_FILE)) {
    throw new Refusal(".secrets.production is there already. It is not overwritten.");
  }
  if (dryRun) return console.log("This would write new secrets to .secrets.production.");
  writeNewSecrets(SECRETS_FILE, "The secrets of the deployed Stepgate. Keep a copy.");
  console.log(`Wrote new secrets to .secrets.production, which git ignores.

Keep a copy in a safe place, such as a password manager: Cloudflare does not show secrets again, and whoever loses
KEYRING loses the second factor of every user. Then go on with \`npm run deploy\`.`);
}

/** Reads wrangler.toml as wrangler understands it. */
async function readConfig() {
  const { unstable_readConfig } = await import("wrangler").catch((error) => {
    throw new Refusal("wrangler is not installed. Run `npm ci` first.", { cause: error });
  });
  return unstable_readConfig({ config: join(ROOT, "wrangler.toml") });
}

/** Gathers the facts. A dry run names what it lacks; any other run stops at that. */
async function gatherFacts(config, options) {
  const missing = [];
  const onFault = (assumed) => (fault) => {
    if (!options.has("--dry-run") || !(fault instanceof Refusal)) throw fault;
    missing.push(fault.message);
    return assumed;
  };
  const hasFile = await hasSecretsFile().catch(onFault(true));
  const account = await askCloudflare(config).catch(onFault(nothingDeployed(config)));
  const updateSecrets = options.has("--update-secrets");
  const issuerUrl = config.vars.ISSUER_URL;
  return {
    missing,
    facts: { ...account, issuerUrl, required: SECRET_NAMES, hasFile, updateSecrets },
  };
}

/** Whether there is a file of secrets. Throws a Refusal if its secrets cannot be used. */
async function hasSecretsFile() {
  const hasFile = existsSync(SECRETS_FILE);
  if (hasFile) readSecrets(SECRETS_FILE);
  return hasFile;
}

/** The facts that a dry run assumes if it cannot ask. */
function nothingDeployed(config) {
  return { databases: databasesOf(config, () => false), onWorker: [] };
}

/** The databases of wrangler.toml, with `DB` first, and whether each is there. */
function databasesOf({ d1_databases: databases }, isThere) {
  return databases.map(({ binding, database_name: name }) => ({
    binding,
    name,
    exists: isThere(name),
  }));
}

async function askCloudflare(config) {
  const databases = await askWrangler(["d1", "list", "--json"]);
  const secrets = await askWrangler(["secret", "list", "--format", "json"], /Worker .* not found/);
  const isThere = (wanted) => (databases ?? []).some(({ name }) => name === wanted);
  return {
    databases: databasesOf(config, isThere),
    onWorker: (secrets ?? []).map(({ name }) => name),
  };
}

/** Gives what wrangler answers in JSON, or null if it says that there is no such thing. */
async function askWrangler(args, notThere) {
  const result = await runWrangler(args);
  if (result.code === 0) return parse(result.stdout, args);
  const told = result.stderr + result.stdout;
  if (notThere?.test(told)) return null;
  if (told.includes("CLOUDFLARE_API_TOKEN environment variable")) throw new Refusal(NO_LOGIN);
  throw new Refusal(`Cloudflare cannot be asked: ${explainFailure(result)}`);
}

function parse(text, args) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(`wrangler ${args.join(" ")} did not answer in JSON.`, { cause: error });
  }
}

/** Shows the plan. Ends with 1 if a deployment would be refused. */
function showPlan(steps, missing) {
  console.log("This would run:\n");
  for (const { title, wrangler } of steps) {
    console.log(`  ${title}:\n    wrangler ${wrangler.join(" ")}`);
  }
  if (missing.length === 0) return;
  console.log("\nFirst, these are missing:\n");
  for (const line of missing) console.log(`- ${line}`);
  process.exitCode = 1;
}

async function carryOut({ title, wrangler }) {
  console.log(`\n== ${title}`);
  const code = await launchWrangler(wrangler, { env: withoutSecrets(), output: "inherit" }).ended;
  if (code === 0) return;
  throw new Refusal(`Stopped at: ${title}. When that is mended, run \`npm run deploy\` again.`);
}

/**
 * The environment without the secrets, because to wrangler a variable of the shell wins over the
 * line of the secrets file.
 */
function withoutSecrets() {
  const entries = Object.entries(process.env).filter(([name]) => !SECRET_NAMES.includes(name));
  return Object.fromEntries(entries);
}

/** Checks the health for a while, because a new address takes time to reach everywhere. */
async function checkHealth(issuerUrl) {
  const url = new URL("/readyz", issuerUrl);
  const deadline = Date.now() + HEALTH_PATIENCE_MS;
  let told;
  do {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
    if (answer?.ok) return console.log(`\n${url} answers: the deployment works.`);
    told = answer ? `${answer.status} ${await answer.text()}` : "no answer";
    await sleep(HEALTH_PAUSE_MS);
  } while (Date.now() < deadline);
  throw new Refusal(
    `Deployed, but ${url} says: ${told}. A new domain can take some minutes; else see \`npx wrangler tail\`.`,
  );
}
