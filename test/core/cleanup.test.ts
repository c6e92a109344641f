import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { CLEANUP_LIMIT } from "../../src/core/cleanup";
import { signIn } from "../../src/core/operator-sessions";
import worker from "../../src/index";
import { depsOf } from "../deps";
import { admin, call, codeOf, createApp, elapse, enrol, enrolled, phoneWith } from "../helpers";
import { TEST_SECRETS } from "../secrets";
import { answerLink, challengeLink, enrolmentLink, settings } from "../links";

async function cleanUp(): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled(createScheduledController(), env, context);
  await waitOnExecutionContext(context);
}

async function count(table: string): Promise<number> {
  return (await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")) ?? -1;
}

it("deletes what has expired, and nothing else", async () => {
  const app = await createApp();
  const { phone } = await enrolled(app, "ada");
  await enrol(app, "bob");
  const headers = { "idempotency-key": "one" };
  const created = await app.v1("POST", "/challenges", { body: { userId: "ada" }, headers });
  const { token } = await created.json<{ token: string }>();
  await call("POST", "/v1/challenges/verify", { body: { token, code: codeOf(phone) } });

  await cleanUp();
  expect([await count("authenticators"), await count("challenges")]).toEqual([2, 1]);
  elapse(15 * 60);
  await cleanUp();
  expect([await count("authenticators"), await count("challenges")]).toEqual([1, 0]);
  expect(await count("idempotency_keys")).toBe(1);
  elapse(24 * 3600);
  await cleanUp();
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
  await cleanUp();
  expect((await answer(codeOf(phone))).status).toBe(401);
});

it("deletes the rows of a deleted app, and leaves its audit trail", async () => {
  const app = await createApp();
  await enrolled(app, "ada");
  const kept = await createApp();
  await enrolled(kept, "ada");
  await admin("DELETE", `/apps/${app.id}`);
  await cleanUp();
  await cleanUp();
  const left = ["users", "authenticators", "backup_codes"].map(count);
  expect(await Promise.all(left)).toEqual([1, 1, 10]);
  const trail = await admin("GET", `/audit?appId=${app.id}`);
  expect((await trail.json<{ items: object[] }>()).items).toHaveLength(5);
});

it("takes a backlog in bounded batches, and audit events when their retention is over", async () => {
  const insert = `INSERT INTO audit_events (id, type, outcome, actor)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, 'x', 'success', 'system' FROM n`;
  await env.DB.prepare(insert)
    .bind(CLEANUP_LIMIT + 500)
    .run();
  await createApp();
  await cleanUp();
  expect(await count("audit_events")).toBe(500 + 2);
  await cleanUp();
  expect(await count("audit_events")).toBe(2);
});

it("exports more events than one read takes", async () => {
  const insert = `INSERT INTO audit_events (id, type, outcome, actor)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234) SELECT i, 'x', 'success', 'system' FROM n`;
  await env.DB.prepare(insert).run();
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
  await cleanUp();
  expect(await count("operator_sessions")).toBe(1);
  elapse(1);
  await cleanUp();
  expect(await count("operator_sessions")).toBe(0);
});

it("deletes what is kept of a bare secret a day after its last use", async () => {
  const validate = (pin: string) => call("GET", `/Validate.aspx?Pin=${pin}&SecretCode=a`);
  const phone = phoneWith("ME");
  await validate(codeOf(phone));
  elapse(12 * 3600);
  await validate(codeOf(phone));
  elapse(23 * 3600);
  await cleanUp();
  expect(await count("bare_secrets")).toBe(1);
  elapse(3600);
  await cleanUp();
  expect([await count("bare_secrets"), await count("bare_secret_counts")]).toEqual([0, 0]);
});

it("deletes links when their time is up, answers that nobody fetched, and sign-ins of the operator", async () => {
  const app = await createApp({ settings });
  const { phone } = await enrolled(app, "ada");
  await enrolmentLink(app, "ada");
  await answerLink(await challengeLink(app, "ada"), codeOf(phone));
  await env.DB.prepare(
    "INSERT INTO operator_sessions VALUES ('a', 'b', 0, ?1, ?1 + 1), ('b', 'b', 0, ?1 + 1, ?1)",
  )
    .bind(Date.now() + 120_000)
    .run();
  const tables = ["enrolment_links", "challenge_results", "operator_sessions"];
  await cleanUp();
  expect(await Promise.all(tables.map(count))).toEqual([1, 1, 2]);
  elapse(2 * 60);
  await cleanUp();
  expect(await Promise.all(tables.map(count))).toEqual([1, 0, 0]);
  elapse(13 * 60);
  await cleanUp();
  expect(await count("enrolment_links")).toBe(0);
});
