/**
 * `npm run dev` is plain `wrangler dev`, which reloads when the code changes, on 127.0.0.1, with
 * the secrets and the data of `npm start`. It is only for work on the code: its development proxy
 * is slow, and leaves behind what it started when it is killed.
 */

import { join } from "node:path";
import { copyAssets } from "./assets.mjs";
import { printBanner } from "./local/banner.mjs";
import { untilReady } from "./local/ready.mjs";
import { chooseAddresses, prepareSecrets, prepareStateDir, readPort } from "./local/settings.mjs";
import { prepareState } from "./local/state.mjs";
import { Refusal, run } from "./refusal.mjs";
import { followWrangler } from "./server-log.mjs";
import { launchWrangler, ROOT, stopOnSignals, stopWranglers } from "./wrangler.mjs";

const HOST = "127.0.0.1";

await run(async () => {
  stopOnSignals(0);
  const port = readPort(process.env.PORT);
  await chooseAddresses(HOST, port);
  const stateDir = prepareStateDir(process.env.STATE_DIR);
  // This is the file that wrangler reads.
  const secretsFile = join(ROOT, ".dev.vars");
  const { fresh } = prepareSecrets(secretsFile);
  copyAssets();
  prepareState(stateDir);
  const server = launchWrangler(devArguments(port, stateDir));
  const log = followWrangler(server);
  const origin = `http://${HOST}:${port}`;
  await untilReady(origin, log, () => server.exitCode !== null).catch(async (refusal) => {
    await stopWranglers();
    throw refusal;
  });
  printBanner(origin, { port, secretsFile, fresh });
  log.open();
  await server.ended;
  if (!server.wasStopped) throw new Refusal("The server has stopped.");
});

function devArguments(port, stateDir) {
  const place = `--ip ${HOST} --port ${port} --inspector-port 0 --local`.split(" ");
  const quiet = ["--log-level", "log", "--show-interactive-dev-session=false"];
  const issuer = `ISSUER_URL:http://${HOST}:${port}`;
  const compat = "COMPAT:authenticator-api,appended-otp,django-react,basic-with-otp,django-totp";
  return ["dev", ...place, "--persist-to", stateDir, "--var", issuer, "--var", compat, ...quiet];
}
