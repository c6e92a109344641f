import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { everywhere, isMany } from "../../databases";
import { BATCH_ROWS, cleanUp, TASKS } from "../../../src/core/upkeep/cleanup";
import { SWEPT_USERS } from "../../../src/core/upkeep/deleted-apps";
import { signIn } from "../../../src/core/operator/sessions";
import { WINDOW_ROWS } from "../../../src/core/upkeep/sweep";
import worker from "../../../src/index";
import { depsOf } from "../../deps";
import { admin, call, codeOf, createApp, elapse, enrol, enrolled, phoneWith } from "../../service";
import { TEST_SECRETS } from "../../secrets";
import { answerLink, challengeLink, enrolmentLink, settings } from "../../links";

async function runCron(): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled(createScheduledController(), env, context);
  await waitOnExecutionContext(context);
}

async function count(table: string): Promise<number> {
  const sql = `SELECT count(*) AS n FROM ${table}`;
  const { results } = await everywhere.prepare(sql).all<{ n: number }>();
  return results.reduce((sum, { n }) => sum + n, 0);
}

it("deletes what has expired, and nothing else", async () => {
  const app = await createApp();
  const { phone } = await enrolled(app, "ada");
  await enrol(app, "bob");
  const headers = { "idempotency-key": "one" };
  const created = await app.v1("POST", "/challenges", { body: { userId: "ada" }, headers });
  const { token } = await created.json<{ token: string }>();
  await call("POST", "/v1/challenges/verify", { body: { token, code: codeOf(phone) } });

  await runCron();
  expect([await count("authenticators"), await count("challenges")]).toEqual([2, 1]);
  elapse(15 * 60);
  await runCron();
  expect([await count("authenticators"), await count("challenges")]).toEqual([1, 0]);
  expect(await count("idempotency_keys")).toBe(1);
  elapse(24 * 3600);
  await runCron();
  expect([await count("idempotency_keys"), await count("users")]).toEqual([0, 2]);
});

it("keeps an answered challenge until its token has expired, so that it cannot be answered again", async () => {
  const app = await createApp();
  const { phone } = await enrolled(app, "ada");
  const body = { userId: "ada", ttlSeconds: 600 };
  const { token } = await (await app.v1("POST", "/challenges", { body })).json<{ token: string }>();
  const answer = (code: string) => call("POST", "/v1/challenges/verify", { body: { token, code } });
  await answer(codeOf(phone));
  elapse(599);
  await runCron();
  expect((await answer(codeOf(phone))).status).toBe(401);
});

it("deletes the rows of a deleted app, and leaves its audit trail", async () => {
  const app = await createApp();
  await enrolled(app, "ada");
  const kept = await createApp();
  await enrolled(kept, "ada");
  await admin("DELETE", `/apps/${app.id}`);
  await runCron();
  await runCron();
  const left = ["users", "authenticators", "backup_codes"].map(count);
  expect(await Promise.all(left)).toEqual([1, 1, 10]);
  const trail = await admin("GET", `/audit?appId=${app.id}`);
  expect((await trail.json<{ items: object[] }>()).items).toHaveLength(5);
});

it.skipIf(isMany)(
  "takes a backlog in short transactions, audit events when their retention is over, while there is time",
  async () => {
    const insert = `INSERT INTO audit_events (id, type, outcome, actor)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, 'x', 'success', 'system' FROM n`;
    const backlog = 5 * BATCH_ROWS + 500;
    await everywhere.prepare(insert).bind(backlog).run();
    const { deps } = await depsOf();
    const second = TASKS.length + 1;
    expect(await cleanUp(deps, until(second))).toBe(2 * BATCH_ROWS);
    expect(await cleanUp(deps, until(1))).toBe(0);
    expect(await cleanUp(deps)).toBe(backlog - 2 * BATCH_ROWS);
    expect(await cleanUp(deps)).toBe(0);
  },
);

/** Time for so many transactions. */
function until(transactions: number): () => boolean {
  let begun = 0;
  return () => begun++ < transactions;
}

it.skipIf(isMany)(
  "walks a table without an index by expiry in windows, and goes on where the last run ended",
  async () => {
    const insert = `INSERT INTO password_guards (key, failures, ends_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
    SELECT printf('%06d', i), 1, iif(i % 2, 0, ?2) FROM n`;
    const rows = 2 * WINDOW_ROWS + 100;
    await everywhere
      .prepare(insert)
      .bind(rows, Date.now() + 1000)
      .run();
    const { deps } = await depsOf();
    expect(await cleanUp(deps, until(TASKS.length))).toBe(WINDOW_ROWS / 2);
    expect(await cleanUp(deps, until(TASKS.length))).toBe(WINDOW_ROWS / 2);
    expect(await cleanUp(deps)).toBe(50);
    expect(await count("password_guards")).toBe(rows / 2);
    elapse(1);
    await cleanUp((await depsOf()).deps);
    expect(await count("password_guards")).toBe(0);
  },
);

it.skipIf(isMany)(
  "sweeps a deleted app a few users at a time, all that is theirs together",
  async () => {
    const [app, kept] = [await createApp(), await createApp()];
    await enrolled(kept, "kept");
    await enrolled(app, "ada");
    await everywhere
      .prepare(`
    INSERT INTO users (id, app_id, external_id, created_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
    SELECT ?1 || i, ?1, 'user-' || i, 0 FROM n`)
      .bind(app.id, 2 * SWEPT_USERS)
      .run();
    await admin("DELETE", `/apps/${app.id}`);
    await cleanUp((await depsOf()).deps, until(TASKS.length));
    expect(await count("users")).toBe(SWEPT_USERS + 2);
    expect([await count("authenticators"), await count("backup_codes")]).toEqual([1, 10]);
    await cleanUp((await depsOf()).deps);
    expect([await count("users"), await count("deleted_apps")]).toEqual([1, 0]);
  },
);

it("exports more events than one read takes", async () => {
  const insert = `INSERT INTO audit_events (id, type, outcome, actor)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234) SELECT i, 'x', 'success', 'system' FROM n`;
  await everywhere.prepare(insert).run();
  const response = await admin("GET", "/audit", { headers: { accept: "application/x-ndjson" } });
  const lines = new TextDecoder()
    .decode(await response.arrayBuffer())
    .trimEnd()
    .split("\n");
  const ids = lines.map((line) => Number(JSON.parse(line).id));
  expect(ids).toEqual(Array.from({ length: 1234 }, (_, at) => 1234 - at));
});

it("deletes sign-ins to the console that have ended, for want of use or by age", async () => {
  const { deps } = await depsOf();
  await signIn(deps, TEST_SECRETS.ADMIN_TOKEN);
  elapse(3599);
  await runCron();
  expect(await count("operator_sessions")).toBe(1);
  elapse(1);
  await runCron();
  expect(await count("operator_sessions")).toBe(0);
});

it("deletes what is kept of a bare secret a day after its last use", async () => {
  const validate = (pin: string) => call("GET", `/Validate.aspx?Pin=${pin}&SecretCode=a`);
  const phone = phoneWith("ME");
  await validate(codeOf(phone));
  elapse(12 * 3600);
  await validate(codeOf(phone));
  elapse(23 * 3600);
  await runCron();
  expect(await count("bare_secrets")).toBe(1);
  elapse(3600);
  await runCron();
  expect([await count("bare_secrets"), await count("bare_secret_counts")]).toEqual([0, 0]);
});

it("deletes links when their time is up, answers that nobody fetched, and sign-ins of the operator", async () => {
  const app = await createApp({ settings });
  const { phone } = await enrolled(app, "ada");
  await enrolmentLink(app, "ada");
  await answerLink(await challengeLink(app, "ada"), codeOf(phone));
  await everywhere
    .prepare(
      "INSERT INTO operator_sessions VALUES ('a', 'b', 0, ?1, ?1 + 1), ('b', 'b', 0, ?1 + 1, ?1)",
    )
    .bind(Date.now() + 120_000)
    .run();
  const tables = ["enrolment_links", "challenge_results", "operator_sessions"];
  await runCron();
  expect(await Promise.all(tables.map(count))).toEqual([1, 1, 2]);
  elapse(2 * 60);
  await runCron();
  expect(await Promise.all(tables.map(count))).toEqual([1, 0, 0]);
  elapse(13 * 60);
  await runCron();
  expect(await count("enrolment_links")).toBe(0);
});
