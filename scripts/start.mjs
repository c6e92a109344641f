/**
 * `npm start` leads from a fresh clone to a Stepgate on http://localhost:8000, offline. It makes
 * the secrets if there are none, brings the local database up to date, and runs the Worker in
 * workerd until it is stopped. docs/self-host.md lists what the environment can change.
 */

import { setFlagsFromString } from "node:v8";
import { copyAssets } from "./assets.mjs";
import { printBanner } from "./local/banner.mjs";
import { untilReady } from "./local/ready.mjs";
import {
  chooseAddresses,
  prepareSecrets,
  prepareStateDir,
  readPort,
  secretsFileOf,
  withPort,
} from "./local/settings.mjs";
import { Refusal, run } from "./refusal.mjs";
import { createLog } from "./server-log.mjs";
import { stopOnSignals } from "./wrangler.mjs";

/** These are named in wrangler.toml, and the environment may give others. */
const SETTINGS = `ISSUER_URL COMPAT AUDIT_HOT_DAYS AUDIT_RETENTION_DAYS
  METRICS_TOKEN MAIL MAIL_FROM MAIL_URL MAIL_HEADERS MAIL_BODY MAIL_TOKEN`.split(/\s+/);
const ANY_ADDRESS = { "0.0.0.0": "127.0.0.1", "::": "::1" };

await run(async () => {
  assertNode();
  spareMemory();
  let engine;
  stopOnSignals(0, async () => engine?.stop());
  const { env } = process;
  const port = readPort(env.PORT);
  const addresses = await chooseAddresses(env.HOST, port);
  const stateDir = prepareStateDir(env.STATE_DIR);
  const secretsFile = secretsFileOf(env);
  const { fresh, secrets } = prepareSecrets(secretsFile);
  copyAssets();
  // This comes after the checks: miniflare is large, and the database needs a newer Node.
  const [{ prepareBundle }, { prepareState }, { bindingsOf, startEngine }] = await Promise.all([
    import("./local/bundle.mjs"),
    import("./local/state.mjs"),
    import("./local/engine.mjs"),
  ]);
  const bundle = await prepareBundle();
  prepareState(stateDir, undefined, bindingsOf(bundle.config));
  const log = createLog();
  engine = await startEngine({
    bundle,
    bindings: { ...bundle.config.vars, ...secrets, ...chooseSettings(env, port) },
    addresses: addresses.map((address) => withPort(address, port)),
    addressHeader: env.CLIENT_ADDRESS_HEADER || null,
    stateDir,
    onLine: log.write,
  });
  const origin = originOf(env.HOST, port);
  await Promise.race([untilReady(origin, log), engine.ended]).catch(async (refusal) => {
    await engine.stop();
    throw refusal;
  });
  printBanner(origin, { port, secretsFile, fresh });
  log.open();
  engine.startCrons();
  await engine.ended;
  process.exit(0);
});
// miniflare leaves a server behind if the engine fails while it is being started again.
process.exit();

/**
 * Spares memory. miniflare fills the heap while it starts and is idle then, and workerd keeps a
 * young generation for each of its isolates.
 */
function spareMemory() {
  setFlagsFromString("--optimize-for-size");
  setFlagsFromString("--max-semi-space-size=1");
  process.env.MINIFLARE_WORKERD_V8_FLAGS ??=
    "--max-semi-space-size=1 --initial-heap-size=8 --heap-growing-percent=20";
}

/**
 * Throws a Refusal if Node is too old. npm puts the right one on the PATH, and a shell may find
 * another.
 */
function assertNode() {
  const [major] = process.versions.node.split(".");
  if (Number(major) >= 22) return;
  throw new Refusal(`Node ${major} is too old for this. \`npm start\` brings its own.`);
}

/** The settings for a laptop, where all of the published APIs are answered, and mail stays in the console. */
function chooseSettings(env, port) {
  const given = SETTINGS.filter((name) => env[name]).map((name) => [name, env[name]]);
  const local = {
    ISSUER_URL: `http://localhost:${port}`,
    COMPAT: "authenticator-api,appended-otp,django-react,basic-with-otp,django-totp",
    // Nobody but whoever sits at this machine may see all mail.
    MAIL: env.ISSUER_URL ? "off" : "outbox",
  };
  return { ...local, ...Object.fromEntries(given) };
}

/** The address at which this machine finds the server. */
function originOf(host, port) {
  return `http://${withPort(ANY_ADDRESS[host] ?? (host || "localhost"), port)}`;
}
