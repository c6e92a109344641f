/**
 * How SQLite finds the rows of every statement that the service makes. The statements are those that
 * were really made, by every operation of the API and by what pages, lists, published APIs and the
 * clean-up do besides: a new one is looked at by itself.
 */

import { createExecutionContext, createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { app as routes } from "../../src/app";
import { AUDIT_TYPES } from "../../src/core/audit/event";
import { USER_STATES } from "../../src/core/operator/user-list";
import worker from "../../src/index";
import { logIn, PASSWORD } from "../account";
import { addEvents, objectRows, runCron } from "../archive";
import { basic } from "../compat/support";
import { signedIn } from "../console";
import { metered } from "../d1-meter";
import { admin, bearer, call, codeOf, createApp, elapse, enrolled, wrongCodeOf } from "../service";
import { challengeLink, enrolmentLink, pathOf, settings } from "../links";
import { operations } from "../operations";
import { challengeFor, freshAddress } from "../security/support";
import { visitor } from "../visitor";
import { request, restoreWorld, type World } from "../world";

/** Tables that are read in whole, each with the reason why that stays small. */
const EXCEPTIONS: Record<string, string> = {
  keyring_keys: "a row for each key of KEYRING, read once an isolate and for its health",
  deleted_apps: "apps whose users are being taken away: one is read",
  operator_sessions: "an operator's sign-ins of the last twelve hours, looked at by the clean-up",
  placements: "ranges of buckets, a few for each database, for the operator",
  shards: "a row for each database, for the operator",
  unpublished: "apps that a database has not taken yet, for the operator and the clean-up",
  webhook_endpoints:
    "ten of an app at most, read twice a minute by an isolate, and by the overview",
  event_counts: "a row for each type and outcome of events, for a monitor",
  bare_secret_counts: "4,097 rows at most, looked at by the clean-up",
  trusted_devices: "deleted in whole when an operator allows them no longer",
};

const METRICS_TOKEN = "for-a-monitor-and-for-nothing-else";

async function useLists(): Promise<void> {
  const operator = await signedIn();
  const filters = ["", "appId=accounts", "query=ada", "query=ada&appId=accounts"];
  for (const filter of filters.flatMap((one) => [one, `${one}&cursor=5`])) {
    await admin("GET", `/users?${filter.replace(/^&/, "")}`);
    for (const state of USER_STATES) await operator.get(`/console/users?${filter}&state=${state}`);
  }
  for (const filter of ["", "appId=a", "userId=u", `type=${AUDIT_TYPES[0]}`, "outcome=failure"]) {
    await admin("GET", `/audit?${filter}`);
    await operator.get(`/console/audit?${filter}`);
    await operator.get(`/console/audit/export?${filter}`);
    await operator.get(`/console/audit/tail?${filter}&after=0`);
  }
  await call("GET", "/metrics", { headers: bearer(METRICS_TOKEN) });
  for (const path of ["", "/apps", "/apps/accounts"]) await operator.get(`/console${path}`);
  await operator.post("/console/sign-out");
}

async function usePages(): Promise<void> {
  const app = await createApp({ settings });
  const { phone } = await enrolled(app, "linked");
  for (const name of ["linked", "new"]) {
    const browser = visitor();
    await browser.get(pathOf(await enrolmentLink(app, name)));
    await browser.submit({});
    await browser.submit({ code: codeOf(phone) });
    await browser.submit({ cancel: "yes" }, "/enrol");
  }
  const cancelled = pathOf(await challengeLink(app, "linked"));
  await visitor().submit({ cancel: "yes" }, cancelled);
  await visitor().submit({ code: codeOf(phone) }, pathOf(await challengeLink(app, "linked")));
}

/** The gate by every way in: right, wrong, locked. */
async function useGate(): Promise<void> {
  const app = await createApp();
  const { phone, backupCodes } = await enrolled(app, "gate");
  await app.verify("gate", codeOf(phone));
  await app.verify("gate", backupCodes[0]);
  const { id, token } = await challengeFor(app, "gate");
  await env.KV.delete(`challenge:${id}`);
  await call("POST", "/v1/challenges/verify", { body: { token, code: codeOf(phone, 1) } });
  for (let failures = 0; failures < 6; failures++) await app.verify("gate", wrongCodeOf(phone));
}

async function useLogIns({ person }: World): Promise<void> {
  for (const name of [person.email, "nobody@example.net", "nobody"]) {
    await logIn({ email: name, password: PASSWORD });
    await logIn({ email: name, password: "wrong" });
  }
  const headers = { ...basic(person.email, PASSWORD), ...freshAddress() };
  await call("POST", `/auth/credentials?otp=${codeOf(person.phone)}`, { headers });
  const form = { username: person.email, password: `${PASSWORD}${codeOf(person.phone, 1)}` };
  const body = new URLSearchParams(form);
  await worker.fetch(
    new Request("https://2fa.test/token", { method: "POST", body, headers: freshAddress() }),
    env,
    createExecutionContext(),
  );
  await call("GET", `/Validate.aspx?Pin=${codeOf(person.phone)}&SecretCode=a`);
}

async function useCleanUp(bindings: Env): Promise<void> {
  const app = await createApp();
  await enrolled(app, "swept");
  await admin("DELETE", `/apps/${app.id}`);
  elapse(500 * 24 * 3600);
  for (let runs = 0; runs < 2; runs++) {
    await worker.scheduled(createScheduledController(), bindings, createExecutionContext());
  }
}

/** Every kind of event there is, a month later, and lists that lead to them. */
async function useArchive(bindings: Env): Promise<void> {
  elapse(31 * 24 * 3600);
  await addEvents([Date.now() * 1000]);
  await runCron(bindings);
  expect((await objectRows()).length).toBeGreaterThan(0);
  for (const filter of ["", "userId=u", `type=${AUDIT_TYPES[0]}`]) {
    await admin("GET", `/audit?${filter}&until=${new Date(Date.now() - 1).toISOString()}`);
  }
}

async function planOf(sql: string): Promise<string[]> {
  const numbered = sql.match(/\?\d+/g);
  const count = numbered ? new Set(numbered).size : sql.split("?").length - 1;
  const explain = env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`);
  const places = Array.from({ length: count }, () => null);
  const { results } = await explain.bind(...places).all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}

/** Tables that a plan reads in whole; not what is computed, or handed over as JSON. */
function scannedBy(plan: string[], sql: string): string[] {
  const computed = plan.flatMap(
    (line) => /^(?:CO-ROUTINE|MATERIALIZE) (\S+)/.exec(line)?.[1] ?? [],
  );
  return plan
    .filter((line) => !line.includes("VIRTUAL TABLE"))
    .flatMap((line) => /^SCAN (\S+)/.exec(line)?.[1] ?? [])
    .filter((name) => name !== "CONSTANT" && !name.startsWith("(") && !computed.includes(name))
    .map((name) => new RegExp(`(?:FROM|JOIN) (\\w+) (?:AS )?${name}\\b`).exec(sql)?.[1] ?? name);
}

// It makes every call that there is.
it(
  "is by an index, but for a few small tables; and every index is of use",
  { timeout: 240_000 },
  async () => {
    const { binding, texts } = metered();
    const bindings = { ...env, ...binding };
    const meteredOf = new Map<unknown, Env>();
    const fetch: typeof worker.fetch = (asked, given, context) => {
      // The same for the same, so that the Worker knows what it has read.
      const own = meteredOf.get(given) ?? { ...env, ...given, ...binding, METRICS_TOKEN };
      meteredOf.set(given, own);
      return routes.fetch(asked, own, context);
    };
    vi.spyOn(worker, "fetch").mockImplementation(fetch);
    for (const operation of operations) {
      // Each on a world of its own: most of them change it.
      await request(operation, await restoreWorld());
    }
    await useGate();
    await useLogIns(await restoreWorld());
    await usePages();
    await useLists();
    await useArchive(bindings);
    await useCleanUp(bindings);

    const used: string[] = [];
    const scanned: Record<string, string[]> = {};
    for (const sql of texts) {
      const plan = await planOf(sql);
      used.push(...plan);
      for (const table of scannedBy(plan, sql)) (scanned[table] ??= []).push(sql);
    }
    const known = Object.keys(EXCEPTIONS);
    expect(Object.entries(scanned).filter(([table]) => !known.includes(table))).toEqual([]);
    expect(known.filter((table) => !(table in scanned))).toEqual([]);

    const { results } = await env.DB.prepare(
      "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    ).all<{ name: string }>();
    const unused = results.filter(({ name }) => !used.some((line) => line.includes(` ${name} `)));
    expect(unused).toEqual([]);
  },
);
