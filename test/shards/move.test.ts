/** Users move to another database while they are used, and nothing is accepted twice or lost. */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { bucketIn } from "../../src/core/shard/bucket";
import { addDatabases, ended, failingAt, moveBucket, moveUntil, shardOf } from "./support";
import { DATABASES, everywhere, isMany } from "../databases";
import {
  admin,
  call,
  codeOf,
  createApp,
  elapse,
  enrolled,
  problemCode,
  wrongCodeOf,
  type EnrolledUser,
  type TestApp,
} from "../service";
import { challengeFor, contents, rows, storedUser, together } from "../security/support";

let app: TestApp;
let ada: EnrolledUser;
let id: string;
let bucket: string;
let source: number;
let target: number;

/** What is not moved: where things are, what happened, and when a key was last used. */
const STAYS = ["placements", "shards", "audit_events", "api_keys"];

/** Everything that the databases have of users, as texts in some order. */
async function everything(): Promise<string[]> {
  return Object.entries(await contents())
    .filter(([table]) => !STAYS.includes(table))
    .flatMap(([table, found]) => found.map((row) => `${table} ${JSON.stringify(row)}`))
    .toSorted();
}

describe.runIf(isMany)("a bucket that moves", () => {
  beforeEach(async () => {
    app = await createApp();
    ada = await enrolled(app, "ada");
    ({ id } = await storedUser("ada"));
    bucket = bucketIn(id) ?? "";
    source = await shardOf(bucket);
    target = (source + 1) % DATABASES.length;
    await addDatabases();
  });

  const verify = () => app.verify("ada", codeOf(ada.phone));

  it("takes all rows along, and leaves none", async () => {
    await challengeFor(app, "ada");
    await app.v1("POST", "/enrolment-links", { body: { userId: "ada", accountName: "Ada" } });
    const headers = { "idempotency-key": "one" };
    await app.v1("POST", "/users/ada/authenticators", { body: { name: "tablet" }, headers });
    const before = await everything();
    const events = () => rows("SELECT * FROM audit_events WHERE app_id IS NOT NULL");
    const happened = await events();
    await moveBucket(bucket, target);
    expect(await everything()).toEqual(before);
    expect(await events()).toEqual(happened);
    const users = async (at: number) =>
      DATABASES[at]?.d1.prepare("SELECT count(*) AS n FROM users").first("n");
    expect([await users(source), await users(target)]).toEqual([0, 1]);
    expect(await shardOf(bucket)).toBe(target);
    expect((await verify()).status).toBe(200);
  });

  it("answers nothing of its users on the way, and of all others everything", async () => {
    const others = Array.from({ length: 6 }, (_, at) => `user-${at}`);
    for (const name of others) await enrolled(app, name);
    const step = await admin("POST", `/shards/DB${target || ""}/moves`, {
      body: { first: bucket, last: bucket },
    });
    expect(step.status).toBe(200);
    const answer = await verify();
    expect([await problemCode(answer), answer.headers.get("retry-after")]).toEqual([
      "unavailable",
      "5",
    ]);
    expect((await app.v1("GET", "/users/ada")).status).toBe(503);
    for (const name of others) expect((await app.v1("GET", `/users/${name}`)).status).toBe(200);
    await moveBucket(bucket, target);
    expect(await (await verify()).json()).toMatchObject({ valid: true });
  });

  it("goes on in an isolate that has an old map, without a word about it", async () => {
    const stale = { ...env };
    const bindings = stale;
    const ask = () => app.v1("GET", "/users/ada", { bindings });
    expect((await ask()).status).toBe(200);
    await moveBucket(bucket, target);
    expect(await (await ask()).json()).toMatchObject({ known: true, twoFactor: true });
    const body = { code: codeOf(ada.phone) };
    const used = () => app.v1("POST", "/users/ada/verify", { body, bindings });
    expect(await (await used()).json()).toMatchObject({ valid: true });
    expect(await (await app.verify("ada", body.code)).json()).toMatchObject({ valid: false });
  });

  it("answers nothing in an isolate that does not know that it moves", async () => {
    const bindings = { ...env };
    const ask = () => app.v1("GET", "/users/ada", { bindings });
    expect((await ask()).status).toBe(200);
    await moveUntil(["comparing"], bucket, target);
    const body = { code: codeOf(ada.phone) };
    const answer = await app.v1("POST", "/users/ada/verify", { body, bindings });
    expect([(await ask()).status, answer.status]).toEqual([503, 503]);
  });

  it("accepts one code once, however many come before, while and after it moves", async () => {
    const code = codeOf(ada.phone);
    const isolates = [{ ...env }, { ...env }, { ...env }];
    const use = (at: number) => {
      const bindings = isolates[at % isolates.length] ?? env;
      return app.v1("POST", "/users/ada/verify", { body: { code }, bindings });
    };
    const first = together(20, use);
    const moving = moveBucket(bucket, target);
    const second = moving.then(() => together(20, use));
    const answers = [...(await first), ...(await second)];
    const bodies = await Promise.all(
      answers.map((one) => one.json<{ valid?: boolean; code?: string }>()),
    );
    expect(bodies.filter(({ valid }) => valid)).toHaveLength(1);
    const others = bodies.filter(({ valid }) => valid === undefined).map(({ code: why }) => why);
    expect(others.filter((why) => why !== "unavailable" && why !== "conflict")).toEqual([]);
    expect(await rows("SELECT 1 FROM audit_events WHERE type = 'code.verified'")).toHaveLength(1);
    expect(await storedUser("ada")).toMatchObject({ failures: 0 });
  });

  it("counts every wrong code once", async () => {
    const wrong = wrongCodeOf(ada.phone);
    const use = () => app.verify("ada", wrong);
    await together(2, use);
    await moveBucket(bucket, target);
    await together(1, use);
    expect(await storedUser("ada")).toMatchObject({ failures: 3, strikes: 3 });
    expect(await rows("SELECT 1 FROM audit_events WHERE outcome = 'failure'")).toHaveLength(3);
  });

  it("takes a challenge along that was answered, and one that was not", async () => {
    const [spent, open] = [await challengeFor(app, "ada"), await challengeFor(app, "ada")];
    const answer = (token: string, code: string) =>
      call("POST", "/v1/challenges/verify", { body: { token, code } });
    expect((await answer(spent.token, codeOf(ada.phone))).status).toBe(200);
    await moveBucket(bucket, target);
    elapse(30);
    expect((await answer(spent.token, codeOf(ada.phone))).status).toBe(401);
    expect((await answer(open.token, codeOf(ada.phone))).status).toBe(200);
  });

  it("arrives whichever call of the move fails, and whenever", { timeout: 240_000 }, async () => {
    const before = await everything();
    for (let at = 0; ; at++) {
      const to = (target + at) % 2 === 0 ? source : target;
      const goal = (await shardOf(bucket)) === to ? (to === source ? target : source) : to;
      const failed = await ended(moveBucket(bucket, goal, failingAt(at)));
      await moveBucket(bucket, goal);
      expect(await everything(), `call ${at}`).toEqual(before);
      expect(await shardOf(bucket)).toBe(goal);
      elapse(30);
      const read = await (await app.v1("GET", "/users/ada")).json();
      expect(read).toMatchObject({ known: true, twoFactor: true });
      if (!failed) break;
    }
  });

  it("is driven by two at once without harm", async () => {
    const before = await everything();
    await Promise.all([ended(moveBucket(bucket, target)), ended(moveBucket(bucket, target))]);
    await moveBucket(bucket, target);
    expect(await everything()).toEqual(before);
  });

  it("is refused for a database that was added a moment ago, or never", async () => {
    await everywhere.prepare("UPDATE shards SET added_at = ?").bind(Date.now()).run();
    const body = { first: bucket, last: bucket };
    const other = target === 0 ? 1 : target;
    const early = await admin("POST", `/shards/DB${other}/moves`, { body });
    expect([await problemCode(early), early.headers.get("retry-after")]).toEqual([
      "conflict",
      "600",
    ]);
    await everywhere.prepare("DELETE FROM shards").run();
    expect(await problemCode(await admin("POST", `/shards/DB${other}/moves`, { body }))).toBe(
      "not_found",
    );
    expect(await problemCode(await admin("POST", "/shards/DB9/moves", { body }))).toBe("not_found");
  });
});
