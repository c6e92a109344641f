/** A database that comes back from the past answers for nothing that it should not. */

import { beforeEach, describe, expect, it } from "vitest";
import { bucketIn } from "../../src/core/shard/bucket";
import { addDatabases, moveBucket, shardOf } from "./support";
import { DATABASES, isMany } from "../databases";
import {
  admin,
  codeOf,
  createApp,
  createKey,
  elapse,
  enrolled,
  useKey,
  type TestApp,
} from "../service";
import { insertInto, tableNames } from "../storage";
import { storedUser } from "../security/support";
import { keyId, revoke } from "../world";

type Rows = { table: string; row: Record<string, unknown> }[];

async function rowsOf(d1: D1Database): Promise<Rows> {
  const found = tableNames().map(async (table) => {
    const { results } = await d1.prepare(`SELECT * FROM ${table}`).all();
    return results.map((row) => ({ table, row }));
  });
  return (await Promise.all(found)).flat();
}

/** Brings a database back to what it had. */
async function putBack(d1: D1Database, past: Rows): Promise<void> {
  await d1.batch([
    ...tableNames().map((table) => d1.prepare(`DELETE FROM ${table}`)),
    ...past.map(({ table, row }) => insertInto(d1, table, row)),
  ]);
}

async function restore(shard: number, phase: "begin" | "finish"): Promise<void> {
  const answer = await admin("POST", `/shards/DB${shard}/restoration`, { body: { phase } });
  if (answer.status !== 204) throw new Error(await answer.text());
}

let app: TestApp;

/** A user of this app in this database. */
async function userIn(shard: number) {
  for (let at = 0; ; at++) {
    const user = await enrolled(app, `user-${shard}-${at}`);
    const { id } = await storedUser(user.userId);
    const bucket = bucketIn(id) ?? "";
    if ((await shardOf(bucket)) === shard) return { user, bucket };
  }
}

describe.runIf(isMany)("a database that was restored to the past", () => {
  beforeEach(async () => {
    app = await createApp();
    await addDatabases();
  });

  const verify = (of: Awaited<ReturnType<typeof userIn>>) =>
    app.verify(of.user.userId, codeOf(of.user.phone));

  it("answers nothing until it is open again, and then as of the past", async () => {
    const d1 = DATABASES[2]?.d1;
    if (!d1) throw new Error("no such database");
    const stays = await userIn(2);
    const past = await rowsOf(d1);
    expect(await (await verify(stays)).json()).toMatchObject({ valid: true });
    await restore(2, "begin");
    expect((await verify(stays)).status).toBe(503);
    await putBack(d1, past);
    // Its placements are those of the past, too.
    expect((await verify(stays)).status).toBe(503);
    await restore(2, "finish");
    elapse(30);
    expect(await (await verify(stays)).json()).toMatchObject({ valid: true });
  });

  it("does not answer for a user who has moved away, who goes on where they are", async () => {
    const d1 = DATABASES[2]?.d1;
    if (!d1) throw new Error("no such database");
    const moved = await userIn(2);
    const past = await rowsOf(d1);
    await moveBucket(moved.bucket, 1);
    const code = codeOf(moved.user.phone);
    expect(await (await app.verify(moved.user.userId, code)).json()).toMatchObject({ valid: true });
    await restore(2, "begin");
    await putBack(d1, past);
    await restore(2, "finish");
    expect(await (await app.verify(moved.user.userId, code)).json()).toMatchObject({
      valid: false,
    });
    const listed = await admin("GET", `/users?query=${moved.user.userId}`);
    expect((await listed.json<{ items: unknown[] }>()).items).toHaveLength(1);
    await moveBucket(moved.bucket, 2);
    elapse(30);
    expect(await (await verify(moved)).json()).toMatchObject({ valid: true });
  });

  it("is rid of users who have moved away by a move to where they are", async () => {
    const d1 = DATABASES[2]?.d1;
    if (!d1) throw new Error("no such database");
    const moved = await userIn(2);
    const past = await rowsOf(d1);
    await moveBucket(moved.bucket, 1);
    await restore(2, "begin");
    await putBack(d1, past);
    await restore(2, "finish");
    const count = () => d1.prepare("SELECT count(*) AS n FROM users").first<number>("n");
    expect(await count()).toBe(1);
    await moveBucket(moved.bucket, 1);
    expect(await count()).toBe(0);
    expect(await shardOf(moved.bucket)).toBe(1);
  });

  it("knows no key that was revoked since", async () => {
    const d1 = DATABASES[3]?.d1;
    if (!d1) throw new Error("no such database");
    const { user } = await userIn(3);
    const key = await createKey(app.id, {});
    const past = await rowsOf(d1);
    await revoke(app.id, key);
    await restore(3, "begin");
    await putBack(d1, past);
    await restore(3, "finish");
    expect((await useKey(app.id, key).v1("GET", `/users/${user.userId}`)).status).toBe(401);
    expect((await app.v1("GET", `/users/${user.userId}`)).status).toBe(200);
    expect(keyId(key)).not.toBe("");
  });
});
