/** Decides what a deployment does, from facts alone: without network, files or clock. */

const EXAMPLE_HOST = "stepgate.example.com";

/**
 * Gives the wrangler commands to run, in order, and what is missing before any of them may run: for
 * each a line that says what to do.
 *
 * The deploy comes before the migrations of a database that is not there yet, because it creates it. Until
 * they are applied the Worker answers 503 for it. It comes after the migrations of all others, so that new code
 * never meets an old table. Secrets that the Worker has are left alone unless their replacement is asked for: they cannot
 * be read back, and with a lost KEYRING every secret that it sealed is lost.
 *
 * @param facts.issuerUrl ISSUER_URL of wrangler.toml
 * @param facts.required names of the secrets that the Worker needs
 * @param facts.onWorker names of the secrets that the Worker has
 * @param facts.hasFile whether there is a (valid) .secrets.production
 * @param facts.databases for each D1 database, with `DB` first: its `binding`, its `name`, and whether the
 *   account has it (`exists`)
 * @param facts.updateSecrets whether to replace the Worker's secrets by those of the file
 */
export function planDeploy(facts) {
  const missing = [findIssuerFault(facts.issuerUrl), findSecretsFault(facts)].filter(Boolean);
  const [there, made] = [true, false].map((exists) =>
    facts.databases.filter((one) => one.exists === exists),
  );
  const steps = [...there.map(migrate), deploy(facts.databases, made), ...made.map(migrate)];
  return { missing, steps: sendsSecrets(facts) ? steps.map(withSecrets) : steps };
}

/** Brings a database up to date. A new one is made by the deploy. */
function migrate({ binding }) {
  const what = binding === "DB" ? "the database" : binding;
  return {
    title: `Bring ${what} up to date`,
    wrangler: ["d1", "migrations", "apply", binding, "--remote"],
  };
}

function deploy([first], made) {
  const makes = made.map(({ binding, name }) => `${binding} (${name})`);
  const title = first.exists ? "Deploy the Worker" : "Deploy the Worker for the first time";
  const all = first.exists ? makes : [...makes, "a KV namespace"];
  const which = all.length > 0 ? `, which makes ${all.join(" and ")}` : "";
  return { title: `${title}${which}`, wrangler: ["deploy"] };
}

function withSecrets(step) {
  if (step.wrangler[0] !== "deploy") return step;
  const wrangler = [...step.wrangler, "--secrets-file", ".secrets.production"];
  return { title: `${step.title}, and set its secrets`, wrangler };
}

/**
 * Whether the secrets are sent. All of them are if the Worker has none yet; otherwise only when
 * asked to.
 */
function sendsSecrets({ onWorker, required, updateSecrets }) {
  return updateSecrets || !required.some((name) => onWorker.includes(name));
}

/** Says what is wrong with ISSUER_URL. It is in every token, and nobody owns the example. */
function findIssuerFault(issuerUrl) {
  const url = URL.canParse(issuerUrl) ? new URL(issuerUrl) : null;
  const where =
    "Set it in wrangler.toml to the address of your Worker, such as https://2fa.yours.com.";
  if (url?.hostname === EXAMPLE_HOST) return `ISSUER_URL is still the example. ${where}`;
  if (url?.protocol === "https:" && url.origin === issuerUrl.replace(/\/$/, "")) return null;
  return `ISSUER_URL is not an origin that starts with https://. ${where}`;
}

function findSecretsFault({ required, onWorker, hasFile, updateSecrets }) {
  const missing = required.filter((name) => !onWorker.includes(name));
  if (updateSecrets) return hasFile ? null : "--update-secrets needs the file .secrets.production.";
  if (missing.length === 0) return null;
  if (missing.length === required.length) return hasFile ? null : NO_SECRETS;
  return `The Worker lacks ${missing.join(" and ")}. Set it with \`npx wrangler secret put\`, or all of them from .secrets.production with \`npm run deploy -- --update-secrets\`.`;
}

const NO_SECRETS =
  "There are no secrets yet: `npm run deploy -- --new-secrets` writes new ones to .secrets.production.";
