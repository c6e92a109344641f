/** The Workers that are compared, each with a database of its own, and what is sent to them: every user once. */

import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { takerOf } from "./people.mjs";
import { startBackend } from "./processes.mjs";
import { start } from "./workerd.mjs";

/** workerd on one core, everything else on the other. */
export const CPUS = { workerd: 1, others: 0 };

const CHALLENGE_LIFE_SECONDS = 600;

/**
 * A Worker, ready to be measured. `kind` says whose database it has and what it is asked, `requests` what else it can be asked, by name;
 * `remote`: D1 and KV are another process; `front`: a module of workers/ before it.
 */
export async function launch(run, contestant) {
  const { name, script, kind = "service", requests, remote = false, front } = contestant;
  const state = join(run.temporary, `state-${remote ? "remote-" : ""}${front ?? ""}${name}`);
  cpSync(run.seeded[kind], state, { recursive: true });
  const backend = remote ? await startBackend(databaseIn(state), CPUS.others) : null;
  if (backend) run.cleanUps.push(backend.stop);
  const worker = await start({
    name,
    script,
    state,
    bindings: run.bindings,
    backend: backend?.port,
    front,
    cpu: CPUS.workerd,
  });
  const stop = async () => {
    await worker.stop();
    rmSync(state, { recursive: true, force: true });
  };
  run.cleanUps.push(stop);
  return { ...worker, kind, stop, ...REQUESTS[kind](run, worker), ...requests };
}

/** What each kind of Worker can be asked, of every user once. */
const REQUESTS = { floor: floorRequests, service: serviceRequests };

/** Another kind of Worker, whose database is `run.seeded[kind]`. */
export function addKind(kind, requestsOf) {
  REQUESTS[kind] = requestsOf;
}

/** The database file of a state folder. */
export function databaseIn(state) {
  const files = readdirSync(state, { recursive: true });
  const file = files.find((one) => /d1.*\/[0-9a-f]{64}\.sqlite$/.test(one));
  return join(state, file);
}

function floorRequests({ users }) {
  const take = takerOf(users);
  return { verify: (count) => take(count).map(floorVerify) };
}

function floorVerify({ externalId, secret }) {
  return { path: `/verify/${externalId}`, secret, body: {} };
}

export function serviceRequests({ users, keys, generator }, { port }) {
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
    expected: { status: 201 },
  });
  const answer = async (count) => {
    const some = take(count);
    const { bodies } = await generator.run(port, 16, some.map(create), true);
    const path = "/v1/challenges/verify";
    return some.map(({ secret }, at) => ({ path, secret, body: { token: bodies[at].token } }));
  };
  /** Good for another minute at least, however long the answer takes. */
  const early = (user) => ({ ...verify(user), stepsAhead: 1 });
  return {
    verify: (count) => take(count).map(verify),
    verifyEarly: (count) => take(count).map(early),
    challenge: (count) => take(count).map(create),
    answer,
  };
}
