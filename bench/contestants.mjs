/** The Workers that are compared, each with a database of its own, and what is sent to them: every user once. */

import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { startBackend } from "./processes.mjs";
import { start } from "./workerd.mjs";

/** workerd on one core, everything else on the other. */
export const CPUS = { workerd: 1, others: 0 };

const CHALLENGE_LIFE_SECONDS = 600;

/** A Worker, ready to be measured. `remote`: D1 and KV are another process. */
export async function launch(run, { name, script, floor, remote = false }) {
  const state = join(run.temporary, `state-${remote ? "remote-" : ""}${name}`);
  cpSync(floor ? run.seeded.floor : run.seeded.service, state, { recursive: true });
  const backend = remote ? await startBackend(databaseIn(state), CPUS.others) : null;
  if (backend) run.cleanUps.push(backend.stop);
  const worker = await start({
    name,
    script,
    state,
    bindings: run.bindings,
    backend: backend?.port,
    cpu: CPUS.workerd,
  });
  run.cleanUps.push(worker.stop);
  return { ...worker, ...(floor ? floorRequests(run) : serviceRequests(run, worker)) };
}

function databaseIn(state) {
  const files = readdirSync(state, { recursive: true });
  const file = files.find((one) => /d1.*\/[0-9a-f]{64}\.sqlite$/.test(one));
  return join(state, file);
}

function floorRequests({ users }) {
  const take = takerOf(users);
  return { verifies: (count) => take(count).map(floorVerify) };
}

function floorVerify({ externalId, secret }) {
  return { path: `/verify/${externalId}`, secret, body: {} };
}

function serviceRequests({ users, keys, generator }, { port }) {
  const take = takerOf(users);
  const headersOf = ({ app }) => ({ authorization: `Bearer ${keys[app]}` });
  const verify = ({ externalId, secret, app }) => ({
    path: `/v1/users/${externalId}/verify`,
    headers: headersOf({ app }),
    secret,
    body: {},
  });
  const create = ({ externalId, app }) => ({
    path: "/v1/challenges",
    headers: headersOf({ app }),
    body: { userId: externalId, ttlSeconds: CHALLENGE_LIFE_SECONDS },
  });
  const answers = async (count) => {
    const some = take(count);
    const { bodies } = await generator.run(port, 16, some.map(create), true);
    const path = "/v1/challenges/verify";
    return some.map(({ secret }, at) => ({ path, secret, body: { token: bodies[at].token } }));
  };
  return { verifies: (count) => take(count).map(verify), answers };
}

/** A user whose code was spent has no other one until the next step: nobody is asked twice. */
function takerOf(users) {
  let next = 0;
  return (count) => {
    const taken = users.slice(next, (next += count));
    if (taken.length < count) throw new Error("Not enough users for this run: give --users.");
    return taken;
  };
}
