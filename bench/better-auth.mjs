/** Beside better-auth: the same question, is this code right, to a popular library in the same engine on the same simulated D1. */

import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { launch } from "./contestants.mjs";
import { measure, median } from "./measure.mjs";
import { takerOf } from "./people.mjs";
import { bundle } from "./prepare.mjs";
import { table, verdict } from "./table.mjs";
import { start } from "./workerd.mjs";

const BATCH = 500;
const WARM_UP = 500;
/** Also in README.md. */
const MIN_TIMES = 4;

/** Installs it in bench/ where it is not yet there; answers its Worker. Needs a registry of npm once. */
export function prepareBetterAuth(root, temporary) {
  const folder = join(root, "bench");
  if (!existsSync(join(folder, "node_modules/better-auth"))) {
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    execFileSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  }
  const bundled = (name) => bundle(root, `bench/workers/${name}.js`, join(temporary, name));
  const seeder = bundled("better-auth-seed").script;
  return { name: "better-auth", kind: "better-auth", ...bundled("better-auth"), seeder };
}

export async function seedBetterAuth({ bindings, users }, { seeder: script }, state) {
  const seeder = await start({ name: "seed", script, state, bindings });
  for (let first = 0; first < users.length; first += BATCH) {
    const body = JSON.stringify({ users: users.slice(first, first + BATCH) });
    const response = await fetch(`http://127.0.0.1:${seeder.port}/`, { method: "POST", body });
    if (response.status !== 200) throw new Error(`seed: ${await response.text()}`);
  }
  await seeder.miniflare.dispose();
}

/**
 * `verify`: the code after the password, with the cookie of a log-in that waits for it; it starts a session. `recheck`: a code in a session
 * that there is, which is bounded by nothing. Every user once each.
 */
export function betterAuthRequests({ users, bindings }) {
  const request = (cookie, has) => (user) => ({
    path: "/api/auth/two-factor/verify-totp",
    headers: { origin: bindings.ISSUER_URL, cookie: cookie(user) },
    // Its key is the text itself.
    secret: Buffer.from(user.secret).toString("hex"),
    body: {},
    expected: { status: 200, has: has(user) },
  });
  const sign = (name, value) => {
    const signature = createHmac("sha256", bindings.ADMIN_TOKEN).update(value).digest("base64");
    return `__Secure-better-auth.${name}=${encodeURIComponent(`${value}.${signature}`)}`;
  };
  const verify = request(
    ({ externalId }) => sign("two_factor", `2fa-${externalId}`),
    () => ({}),
  );
  const recheck = request(
    ({ externalId }) => sign("session_token", `token-${externalId}`),
    ({ externalId }) => ({ token: `token-${externalId}` }),
  );
  const [verifying, rechecking] = [takerOf(users), takerOf(users)];
  return {
    verify: (count) => verifying(count).map(verify),
    recheck: (count) => rechecking(count).map(recheck),
  };
}

/** Prints its table: all at 16 connections, in turns. */
export async function compareBetterAuth(run, contestants, { rounds, count }) {
  const workers = [];
  for (const one of contestants) workers.push(await launch(run, one));
  for (const { port, verify } of workers) await run.generator.run(port, 16, verify(WARM_UP));
  const library = workers.filter(({ recheck }) => recheck);
  const results = [];
  for (let round = 1; round <= rounds; round++) {
    const cell = { concurrency: 16, round, count };
    results.push(...(await measure(run.generator, workers, { ...cell, what: "verify" })));
    results.push(...(await measure(run.generator, library, { ...cell, what: "recheck" })));
  }
  for (const worker of workers) await worker.stop();
  console.log(libraryTable(results));
}

function libraryTable(results) {
  const service = results.filter(({ name }) => name === "stepgate");
  const groups = Map.groupBy(results, ({ name, what }) => `${name}, ${what}`);
  const rows = [...groups].map(([title, group]) => {
    const of = (field) => median(group.map((one) => one[field]));
    const times = median(group.map((one, at) => service[at].perSecond / one.perSecond));
    const judged = title === "better-auth, verify";
    return [
      title,
      of("perSecond").toFixed(0),
      of("p50").toFixed(1),
      of("p99").toFixed(1),
      of("cpuMs").toFixed(2),
      times.toFixed(2),
      judged ? verdict(times >= MIN_TIMES, `>= ${MIN_TIMES}`) : "",
    ];
  });
  const head = ["16 connections", "req/s", "p50 ms", "p99 ms", "CPU ms", "stepgate is", "target"];
  return table(head, rows);
}
