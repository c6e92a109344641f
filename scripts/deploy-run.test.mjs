/**
 * Tests the deploy script itself, in a copy of the checkout, with a stand-in for wrangler first on
 * the PATH.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { readSecrets, writeNewSecrets } from "./secrets.mjs";

const SCRIPTS = import.meta.dirname;
const ROOT = dirname(SCRIPTS);
const EXAMPLE = "https://stepgate.example.com";
const OWN = "https://2fa.yours.com";

const LIST = "d1 list --json";
const SECRETS = "secret list --format json";
const MIGRATE = "d1 migrations apply DB --remote";
const DEPLOY = "deploy";
const DEPLOY_WITH_SECRETS = "deploy --secrets-file .secrets.production";

const ALL_SECRETS = ["ADMIN_TOKEN", "KEYRING", "SIGNING_KEYS"];
const names = (list) => ({ stdout: JSON.stringify(list.map((name) => ({ name }))) });
/** The answers are in wrangler's own words. */
const NEW_ACCOUNT = {
  [LIST]: { stdout: "[]" },
  [SECRETS]: { code: 1, stderr: '✘ [ERROR] Worker "stepgate" not found.\n' },
};
const LIVE = { [LIST]: names(["stepgate"]), [SECRETS]: names(ALL_SECRETS) };
const NO_LOGIN = {
  [LIST]: {
    code: 1,
    stderr:
      "✘ [ERROR] In a non-interactive environment, it's necessary to set a CLOUDFLARE_API_TOKEN environment variable for wrangler to work.\n",
  },
};

const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** Makes a fresh clone as after `npm ci`, with this address. */
function checkout(issuerUrl = OWN) {
  const root = mkdtempSync(join(tmpdir(), "stepgate-deploy-"));
  folders.push(root);
  for (const name of ["scripts", "assets-src", "public/_headers", "package.json"]) {
    cpSync(join(ROOT, name), join(root, name), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
  const toml = readFileSync(join(ROOT, "wrangler.toml"), "utf8");
  assert.ok(toml.includes(`ISSUER_URL = "${EXAMPLE}"`));
  writeFileSync(join(root, "wrangler.toml"), toml.replace(EXAMPLE, issuerUrl));
  mkdirSync(join(root, "bin"));
  cpSync(join(SCRIPTS, "fixtures/wrangler"), join(root, "bin/wrangler"));
  chmodSync(join(root, "bin/wrangler"), 0o755);
  return root;
}

/** Names another database in wrangler.toml, as docs/deploy.md says. */
function withAnother(root) {
  const file = join(root, "wrangler.toml");
  const first = '[[d1_databases]]\nbinding = "DB"\ndatabase_name = "stepgate"\n';
  const toml = readFileSync(file, "utf8");
  assert.ok(toml.includes(first));
  const other = first.replace('"DB"', '"DB1"').replace('"stepgate"', '"stepgate-1"');
  writeFileSync(file, `${toml}\n${other}migrations_dir = "migrations"\n`);
  return root;
}

function withSecrets(root) {
  writeNewSecrets(join(root, ".secrets.production"), "test");
  return root;
}

/**
 * Runs the script. Answers what it printed, how it ended, and what it asked wrangler to do beyond
 * the two questions.
 */
async function deploy(root, { args = [], answers = {}, env = {} } = {}) {
  const log = join(root, "asked.log");
  writeFileSync(log, "");
  const node = ["--import", join(SCRIPTS, "fixtures/health.mjs"), join(root, "scripts/deploy.mjs")];
  const run = await new Promise((done) => {
    const options = {
      cwd: root,
      env: {
        ...process.env,
        PATH: `${join(root, "bin")}:${process.env.PATH}`,
        STANDIN: JSON.stringify(answers),
        STANDIN_LOG: log,
        HEALTH: "200",
        HEALTH_PATIENCE: "1",
        KEYRING: "of the shell",
        ...env,
      },
    };
    execFile(process.execPath, [...node, ...args], options, (error, stdout, stderr) =>
      done({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
  const asked = readFileSync(log, "utf8").trim().split("\n").filter(Boolean).map(JSON.parse);
  const did = asked.filter(({ command }) => ![LIST, SECRETS].includes(command));
  return { ...run, asked, did: did.map(({ command }) => command) };
}

test("on a fresh clone, a dry run shows the plan and names all that is missing", async () => {
  const root = checkout(EXAMPLE);
  const { code, stdout, stderr, did } = await deploy(root, {
    args: ["--dry-run"],
    answers: NO_LOGIN,
  });
  assert.equal(stderr, "");
  assert.match(stdout, new RegExp(`wrangler ${DEPLOY_WITH_SECRETS}[^]*wrangler ${MIGRATE}`));
  assert.match(stdout, /^- You are not logged in to Cloudflare\./m);
  assert.match(stdout, /^- ISSUER_URL is still the example\./m);
  assert.match(stdout, /^- There are no secrets yet/m);
  assert.equal(code, 1);
  assert.deepEqual(did, []);
  assert.ok(!existsSync(join(root, ".secrets.production")));
});

test("a dry run that lacks nothing says so by its exit code, and changes nothing", async () => {
  const root = withSecrets(checkout());
  const run = await deploy(root, { args: ["--dry-run"], answers: NEW_ACCOUNT });
  assert.deepEqual([run.code, run.stderr, run.did], [0, "", []]);
  assert.doesNotMatch(run.stdout, /missing/);
  assert.ok(!existsSync(join(root, "public/assets")));
});

test("a dry run shows how each database is made and migrated, asked or not", async () => {
  const MIGRATE_1 = "d1 migrations apply DB1 --remote";
  const root = withSecrets(withAnother(checkout()));
  const plans = [
    [NEW_ACCOUNT, [DEPLOY_WITH_SECRETS, MIGRATE, MIGRATE_1], true],
    [NO_LOGIN, [DEPLOY_WITH_SECRETS, MIGRATE, MIGRATE_1], true],
    [LIVE, [MIGRATE, DEPLOY, MIGRATE_1], true],
    [{ ...LIVE, [LIST]: names(["stepgate", "stepgate-1"]) }, [MIGRATE, MIGRATE_1, DEPLOY], false],
  ];
  for (const [answers, steps, isMade] of plans) {
    const { stdout, did } = await deploy(root, { args: ["--dry-run"], answers });
    const shown = [...stdout.matchAll(/^ {4}wrangler (.*)$/gm)].map(([, command]) => command);
    assert.deepEqual([shown, did], [steps, []]);
    assert.equal(/which makes .*DB1 \(stepgate-1\)/.test(stdout), isMade);
  }
});

test("a dry run names a secrets file that cannot be used", async () => {
  const root = checkout();
  writeFileSync(join(root, ".secrets.production"), "KEYRING=k1:short\n");
  const { code, stdout } = await deploy(root, { args: ["--dry-run"], answers: NEW_ACCOUNT });
  assert.equal(code, 1);
  assert.match(stdout, /^- \.secrets\.production lacks ADMIN_TOKEN and SIGNING_KEYS\.$/m);
});

test("without a log-in it says how to log in, and does nothing", async () => {
  const run = await deploy(withSecrets(checkout()), { answers: NO_LOGIN });
  assert.equal(run.code, 1);
  assert.match(
    run.stderr,
    /^stepgate: You are not logged in to Cloudflare\. Run `npx wrangler login`/,
  );
  assert.deepEqual(run.did, []);
});

test("the first deployment makes the database, sends the secrets, and migrates then", async () => {
  const run = await deploy(withSecrets(checkout()), { answers: NEW_ACCOUNT });
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(run.did, [DEPLOY_WITH_SECRETS, MIGRATE]);
  assert.match(run.stdout, /2fa\.yours\.com\/readyz answers: the deployment works\./);
});

test("a later one migrates first, and leaves the secrets alone, file or not", async () => {
  for (const root of [checkout(), withSecrets(checkout())]) {
    const run = await deploy(root, { answers: LIVE });
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(run.did, [MIGRATE, DEPLOY]);
  }
});

test("one that stopped after it had made the database goes on where it stopped", async () => {
  const answers = { ...NEW_ACCOUNT, [LIST]: names(["other", "stepgate"]) };
  const run = await deploy(withSecrets(checkout()), { answers });
  assert.deepEqual(run.did, [MIGRATE, DEPLOY_WITH_SECRETS]);
});

test("--update-secrets replaces the Worker's secrets, not with those of the shell", async () => {
  const options = { args: ["--update-secrets"], answers: LIVE };
  const run = await deploy(withSecrets(checkout()), options);
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(run.did, [MIGRATE, DEPLOY_WITH_SECRETS]);
  const steps = run.asked.filter(({ command }) => run.did.includes(command));
  assert.deepEqual(
    steps.flatMap(({ secrets }) => secrets),
    [],
  );
  const refused = await deploy(checkout(), options);
  assert.match(refused.stderr, /--update-secrets needs the file \.secrets\.production/);
  assert.deepEqual([refused.code, refused.did], [1, []]);
});

const REFUSED = {
  "the example address": {
    root: () => withSecrets(checkout(EXAMPLE)),
    says: /still the example/,
  },
  "an address without https": {
    root: () => withSecrets(checkout("http://2fa.yours.com")),
    says: /not an origin/,
  },
  "no secrets anywhere": { root: checkout, says: /There are no secrets yet/ },
  "a secret that the Worker lacks": {
    root: checkout,
    answers: { ...LIVE, [SECRETS]: names(["ADMIN_TOKEN", "SIGNING_KEYS"]) },
    says: /The Worker lacks KEYRING\./,
  },
  "an account that answers with an error": {
    root: checkout,
    answers: { [LIST]: { code: 1, stderr: "✘ [ERROR] Authentication error [code: 10000]\n" } },
    says: /Cloudflare cannot be asked: Authentication error \[code: 10000\]/,
  },
  "an answer that is no JSON": {
    root: checkout,
    answers: { [LIST]: { stdout: "welcome" } },
    says: /wrangler d1 list --json did not answer in JSON/,
  },
  "an unknown argument": { root: checkout, args: ["--now"], says: /Unknown argument --now/ },
};

for (const [name, { root, says, answers = NEW_ACCOUNT, args }] of Object.entries(REFUSED)) {
  test(`${name} is refused with a line that says so, before anything is done`, async () => {
    const run = await deploy(root(), { answers, args });
    assert.match(run.stderr, says);
    assert.match(run.stderr, /^stepgate: [^\n]*\n$/);
    assert.deepEqual([run.code, run.did], [1, []]);
  });
}

test("a step that fails ends the deployment, and says at which one", async () => {
  const answers = { ...LIVE, [MIGRATE]: { code: 1, stderr: "no" } };
  const run = await deploy(checkout(), { answers });
  assert.equal(run.code, 1);
  assert.match(run.stderr, /Stopped at: Bring the database up to date\./);
  assert.deepEqual(run.did, [MIGRATE]);
});

for (const [HEALTH, told] of Object.entries({ 503: "503 unavailable", none: "no answer" })) {
  test(`a Worker whose health is ${HEALTH} is no success`, async () => {
    const run = await deploy(checkout(), { answers: LIVE, env: { HEALTH } });
    assert.equal(run.code, 1);
    assert.ok(run.stderr.includes(`readyz says: ${told}.`), run.stderr);
  });
}

test("--new-secrets writes a file for its owner alone, and never over another", async () => {
  const root = checkout(EXAMPLE);
  const file = join(root, ".secrets.production");
  const dry = await deploy(root, { args: ["--new-secrets", "--dry-run"] });
  assert.deepEqual([dry.code, existsSync(file)], [0, false]);
  assert.match(dry.stdout, /would write new secrets/);
  const made = await deploy(root, { args: ["--new-secrets"] });
  assert.deepEqual([made.code, made.asked], [0, []]);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const before = readSecrets(file);
  for (const args of [["--new-secrets"], ["--new-secrets", "--dry-run"]]) {
    const again = await deploy(root, { args });
    assert.match(again.stderr, /is there already\. It is not overwritten/);
    assert.equal(again.code, 1);
  }
  assert.deepEqual(readSecrets(file), before);
});
