import assert from "node:assert/strict";
import { test } from "node:test";
import { planDeploy } from "./deploy-plan.mjs";

const REQUIRED = ["ADMIN_TOKEN", "KEYRING", "SIGNING_KEYS"];
const NEW = {
  issuerUrl: "https://2fa.yours.com",
  required: REQUIRED,
  onWorker: [],
  hasFile: true,
  databases: [{ binding: "DB", name: "stepgate", exists: false }],
  updateSecrets: false,
};
const DB = { binding: "DB", name: "stepgate", exists: true };
const LIVE = { ...NEW, onWorker: REQUIRED, hasFile: false, databases: [DB] };
const MIGRATE = "d1 migrations apply DB --remote";

function commands(facts) {
  const { missing, steps } = planDeploy(facts);
  assert.deepEqual(missing, []);
  return steps.map(({ wrangler }) => wrangler.join(" "));
}

/** Gives the one thing that is missing. The plan must be complete all the same. */
function refusal(facts) {
  const { missing, steps } = planDeploy(facts);
  assert.equal(missing.length, 1);
  assert.equal(steps.length, 2);
  return missing[0];
}

test("the first time, the deploy creates the database before the migrations", () => {
  assert.deepEqual(commands(NEW), ["deploy --secrets-file .secrets.production", MIGRATE]);
});

test("later, the migrations come before the code that needs them", () => {
  assert.deepEqual(commands(LIVE), [MIGRATE, "deploy"]);
});

test("a first deploy that failed after it made the database goes on with the migrations", () => {
  const facts = { ...NEW, databases: [DB] };
  assert.deepEqual(commands(facts), [MIGRATE, "deploy --secrets-file .secrets.production"]);
});

test("a new database among several is made by the deploy, and migrated then; others before", () => {
  const others = [
    { binding: "DB1", name: "stepgate-1", exists: true },
    { binding: "DB2", name: "stepgate-2", exists: false },
  ];
  const facts = { ...LIVE, databases: [DB, ...others] };
  assert.deepEqual(commands(facts), [
    MIGRATE,
    "d1 migrations apply DB1 --remote",
    "deploy",
    "d1 migrations apply DB2 --remote",
  ]);
  const [, , deploy] = planDeploy(facts).steps;
  assert.equal(deploy.title, "Deploy the Worker, which makes DB2 (stepgate-2)");
});

test("secrets that the Worker has are not replaced by a file that happens to lie there", () => {
  assert.deepEqual(commands({ ...LIVE, hasFile: true }), [MIGRATE, "deploy"]);
});

test("they are replaced when that is asked for", () => {
  const facts = { ...LIVE, hasFile: true, updateSecrets: true };
  assert.deepEqual(commands(facts), [MIGRATE, "deploy --secrets-file .secrets.production"]);
});

test("replacing them without a file is refused", () => {
  assert.match(refusal({ ...LIVE, updateSecrets: true }), /needs the file/);
});

test("no secrets anywhere is refused, with the command that makes them", () => {
  assert.match(refusal({ ...NEW, hasFile: false }), /--new-secrets/);
});

test("a Worker that lacks one secret is refused by its name, file or not", () => {
  const facts = { ...LIVE, onWorker: ["ADMIN_TOKEN", "SIGNING_KEYS"] };
  assert.match(refusal(facts), /lacks KEYRING\./);
  assert.match(refusal({ ...facts, hasFile: true }), /lacks KEYRING\./);
});

for (const issuerUrl of ["https://stepgate.example.com", "https://stepgate.example.com/"]) {
  test(`the example issuer ${issuerUrl} is refused`, () => {
    assert.match(refusal({ ...NEW, issuerUrl }), /still the example/);
  });
}

for (const issuerUrl of [undefined, "", "2fa.yours.com", "http://2fa.yours.com", "https://a.b/c"]) {
  test(`the issuer ${issuerUrl} is refused: it is no https origin`, () => {
    assert.match(refusal({ ...NEW, issuerUrl }), /not an origin/);
  });
}

test("everything that is missing is named at once", () => {
  const { missing } = planDeploy({
    ...NEW,
    issuerUrl: "https://stepgate.example.com",
    hasFile: false,
  });
  assert.deepEqual(
    missing.map((line) => line.slice(0, 10)),
    ["ISSUER_URL", "There are "],
  );
});
