/** What an operator does with databases is in the audit trail, once. */

import { beforeEach, describe, expect, it } from "vitest";
import { addDatabases, ended, failingAt, moveBucket, moveUntil, shardOf, stepOf } from "./support";
import { DATABASES, everywhere, isMany } from "../databases";
import { rows } from "../security/support";
import { admin } from "../service";

const events = () =>
  rows(
    "SELECT type, outcome, reason, actor, note FROM audit_events WHERE app_id IS NULL ORDER BY id",
  );

const done = (type: string, note: string) => ({
  type,
  outcome: "success",
  reason: null,
  actor: "admin",
  note,
});

function restore(phase: "begin" | "finish"): Promise<Response> {
  return admin("POST", "/shards/DB2/restoration", { body: { phase } });
}

/** Between two other databases, from the control database, and to it. */
const WAYS = [
  ["222", "DB1", 2, "DB2"],
  ["3aa", "DB", 2, "DB2"],
  ["4aa", "DB2", 0, "DB"],
] as const;

describe.runIf(isMany)("the audit trail", () => {
  beforeEach(addDatabases);

  it("says once that a database was added", async () => {
    await everywhere.prepare("DELETE FROM shards").run();
    await admin("PUT", "/shards/DB2");
    await admin("PUT", "/shards/DB2");
    expect(await events()).toEqual([done("database.added", "DB2")]);
  });

  it("says when a restoration began, and when it was finished", async () => {
    await restore("begin");
    await restore("begin");
    expect(await events()).toEqual([done("database.restoring", "DB2")]);
    await restore("finish");
    await restore("finish");
    expect((await events()).slice(1)).toEqual([done("database.restored", "DB2")]);
  });

  it.each(WAYS)("says once that %s moved from %s to %i", async (bucket, from, target, to) => {
    await moveBucket(bucket, target);
    await moveBucket(bucket, target);
    const moved = done("range.moved", `${bucket}-${bucket}: ${from} to ${to}`);
    expect(await events()).toEqual([moved]);
  });

  it.each(WAYS)(
    "says once that %s went back to %s on its way to %i",
    async (bucket, from, target, to) => {
      const source = await shardOf(bucket);
      await moveUntil(["comparing"], bucket, target);
      await moveBucket(bucket, source);
      await moveBucket(bucket, source);
      const moved = done("range.moved", `${bucket}-${bucket}: ${from} to ${to}`);
      expect(await events()).toEqual([{ ...moved, outcome: "failure", reason: "given_up" }]);
    },
  );

  it("says it once, whichever call fails", async () => {
    for (let at = 0; ; at++) {
      const target = ((await shardOf("222")) + 1) % DATABASES.length;
      await everywhere.prepare("DELETE FROM audit_events").run();
      const failed = await ended(moveBucket("222", target, failingAt(at)));
      await moveBucket("222", target);
      expect(await events(), `call ${at}`).toHaveLength(1);
      if (!failed) break;
    }
  });
});

describe.runIf(isMany)("a restoration", () => {
  beforeEach(addDatabases);

  const status = async () => {
    const answer = await admin("GET", "/shards");
    const { databases } = await answer.json<{ databases: { restoring: boolean }[] }>();
    return databases.map(({ restoring }) => restoring);
  };

  it("is seen until it is finished", async () => {
    await restore("begin");
    expect(await status()).toEqual([false, false, true, false]);
    await restore("finish");
    expect(await status()).toEqual([false, false, false, false]);
  });

  it("does not begin for a database that was never added, or is the first", async () => {
    await everywhere.prepare("DELETE FROM shards").run();
    const refused = await restore("begin");
    expect(refused.status).toBe(404);
    expect(await refused.json()).toMatchObject({ code: "not_found", detail: "DB2 was not added." });
    const body = { phase: "begin" };
    const first = await admin("POST", "/shards/DB/restoration", { body });
    expect(await first.json()).toMatchObject({
      code: "not_found",
      detail: expect.stringContaining("the map"),
    });
    const unbound = await admin("POST", "/shards/DB9/restoration", { body });
    expect(await unbound.json()).toMatchObject({ code: "not_found", detail: "DB9 is not bound." });
  });

  it("that has not begun is not finished, and nothing is changed", async () => {
    const before = await rows("SELECT * FROM placements");
    const refused = await restore("finish");
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("nothing was changed"),
    });
    expect(await rows("SELECT * FROM placements")).toEqual(before);
  });

  it("has to be finished before users move from the database, or to it", async () => {
    await restore("begin");
    for (const [bucket, target] of [
      ["4aa", 1],
      ["222", 2],
    ] as const) {
      const refused = await stepOf(bucket, target);
      expect(refused.status).toBe(409);
      expect(await refused.json()).toMatchObject({
        detail: "DB2 is being restored. Finish that first.",
      });
    }
    await restore("finish");
    await moveBucket("222", 2);
  });
});
