/** A move that is given up: the source answers again, and whatever of the move comes later does no harm. */

import { beforeEach, describe, expect, it } from "vitest";
import { bucketIn } from "../../src/core/shard/bucket";
import {
  addDatabases,
  ended,
  failingAt,
  holding,
  moveBucket,
  moveUntil,
  shardOf,
  stepOf,
  without,
} from "./support";
import { DATABASES, isMany } from "../databases";
import {
  admin,
  codeOf,
  createApp,
  elapse,
  enrolled,
  problemCode,
  type EnrolledUser,
  type TestApp,
} from "../service";
import { storedUser } from "../security/support";

let app: TestApp;
let ada: EnrolledUser;
let bucket: string;

const verify = (bindings?: Env) => {
  const body = { code: codeOf(ada.phone) };
  return app.v1("POST", "/users/ada/verify", { body, ...(bindings && { bindings }) });
};

async function isAccepted(): Promise<boolean> {
  return (await (await verify()).json<{ valid?: boolean }>()).valid === true;
}

const usersIn = (shard: number) =>
  DATABASES[shard]?.d1.prepare("SELECT count(*) AS n FROM users").first<number>("n");

/** What the map says of the bucket. */
async function placement() {
  const answer = await admin("GET", "/shards");
  const { placements } = await answer.json<{ placements: { first: string; last: string }[] }>();
  return placements.find(({ first, last }) => first <= bucket && last >= bucket);
}

/** From the control database, to it, and between two others. */
const WAYS = [
  [0, 2],
  [2, 0],
  [2, 3],
] as const;

describe.runIf(isMany).each(WAYS)("a move from database %i to %i", (source, target) => {
  beforeEach(async () => {
    app = await createApp();
    ada = await enrolled(app, "ada");
    bucket = bucketIn((await storedUser("ada")).id) ?? "";
    await addDatabases();
    if ((await shardOf(bucket)) !== source) await moveBucket(bucket, source);
    elapse(30);
  });

  it.each([1, 2])("is given up after step %i, and the source answers again", async (steps) => {
    await moveUntil([steps === 1 ? "copying" : "comparing"], bucket, target);
    expect((await verify()).status).toBe(503);
    const given = await stepOf(bucket, source);
    expect(await given.json()).toMatchObject({ state: "given_up", first: bucket, last: bucket });
    expect(await isAccepted()).toBe(true);
    expect(await isAccepted()).toBe(false);
    expect(await placement()).toMatchObject({ shard: source, state: "live", other: target });
    await moveBucket(bucket, source);
    expect(await placement()).toMatchObject({ shard: source, state: "live", other: null });
    expect([await usersIn(source), await usersIn(target)]).toEqual([1, 0]);
  });

  it("can be made later, when the target is well again", async () => {
    await moveUntil(["comparing"], bucket, target);
    await moveBucket(bucket, source);
    await moveBucket(bucket, target);
    expect(await placement()).toMatchObject({ shard: target, state: "live", other: null });
    expect(await isAccepted()).toBe(true);
    expect([await usersIn(source), await usersIn(target)]).toEqual([0, 1]);
  });

  /** The next step after one that answered this, of which one batch to the target waits to be let go. */
  async function forgotten(state: string, at: number) {
    const [last] = (await moveUntil([state], bucket, target)).slice(-1);
    const { bindings, reached, letGo } = holding(target, at);
    const step = stepOf(bucket, target, { cursor: last?.cursor ?? null, bindings });
    await reached;
    return async () => {
      letGo();
      await step;
    };
  }

  const LATE = [
    ["copying", 0, "empties the target"],
    ["copying", 1, "copies"],
    ["comparing", 0, "reads the copy"],
    ["comparing", 1, "lets the target take over"],
  ] as const;

  it.each(LATE)(
    "is not harmed when given up while %s, by batch %i, which %s",
    async (state, at) => {
      const goOn = await forgotten(state, at);
      expect(await (await stepOf(bucket, source)).json()).toMatchObject({ state: "given_up" });
      expect(await isAccepted()).toBe(true);
      await goOn();
      expect(await isAccepted()).toBe(false);
      expect(await shardOf(bucket)).toBe(source);
      await moveBucket(bucket, source);
      expect([await usersIn(source), await usersIn(target)]).toEqual([1, 0]);
      await moveBucket(bucket, target);
      expect(await isAccepted()).toBe(false);
      expect([await usersIn(source), await usersIn(target)]).toEqual([0, 1]);
    },
  );

  it.each(LATE)(
    "leaves nothing if, while %s, batch %i comes when it is over",
    async (state, at) => {
      const goOn = await forgotten(state, at);
      await moveBucket(bucket, source);
      await goOn();
      expect([await usersIn(source), await usersIn(target)]).toEqual([1, 0]);
      expect(await placement()).toMatchObject({ shard: source, state: "live", other: null });
      await moveBucket(bucket, target);
      expect(await isAccepted()).toBe(true);
    },
  );

  const ENDS = [
    ["has changed hands", ["deleting"], false],
    ["is over", ["done"], false],
    ["is over, and the users are back", ["done"], true],
  ] as const;

  it.each(ENDS)("is not given up when it %s", async (_when, states, areBack) => {
    await moveUntil(["comparing"], bucket, target);
    const { bindings, reached, letGo } = holding(0, source === 0 ? 1 : 0);
    const late = stepOf(bucket, source, { bindings });
    await reached;
    await moveUntil([...states], bucket, target);
    if (areBack) await moveBucket(bucket, source);
    expect(await isAccepted()).toBe(true);
    letGo();
    expect(await problemCode(await late)).toBe("conflict");
    expect(await isAccepted()).toBe(false);
    // The isolate forgets the map.
    elapse(90);
    expect(await isAccepted()).toBe(true);
    expect(await placement()).toMatchObject({ shard: areBack ? source : target, state: "live" });
  });

  it("is given up whichever call fails, and whenever", { timeout: 120_000 }, async () => {
    for (let at = 0; ; at++) {
      await moveUntil(["comparing"], bucket, target);
      const failed = await ended(moveBucket(bucket, source, failingAt(at)));
      await moveBucket(bucket, source);
      elapse(30);
      expect(await isAccepted(), `call ${at}`).toBe(true);
      expect([await usersIn(source), await usersIn(target)]).toEqual([1, 0]);
      expect(await placement()).toMatchObject({ shard: source, state: "live", other: null });
      if (!failed) break;
    }
  });
});

describe.runIf(isMany)("a move to a database that fails", () => {
  const [source, target] = [2, 3];

  beforeEach(async () => {
    app = await createApp();
    ada = await enrolled(app, "ada");
    bucket = bucketIn((await storedUser("ada")).id) ?? "";
    await addDatabases();
    if ((await shardOf(bucket)) !== source) await moveBucket(bucket, source);
    elapse(30);
    await moveUntil(["comparing"], bucket, target);
  });

  it("is given up without it, and what it has is deleted when it is back", async () => {
    const bindings = without(target);
    expect((await stepOf(bucket, source, { bindings })).status).toBe(200);
    expect(await (await verify(bindings)).json()).toMatchObject({ valid: true });
    const waits = await stepOf(bucket, source, { bindings });
    expect(await waits.json()).toMatchObject({
      code: "unavailable",
      detail: expect.stringContaining("DB3 does not delete what it still has"),
    });
    expect(await usersIn(target)).toBe(1);
    await moveBucket(bucket, source);
    expect(await usersIn(target)).toBe(0);
  });

  it("is not given up if it has taken over, as far as it can be asked", async () => {
    // The answer to the transaction by which it takes over is lost.
    await ended(moveUntil(["deleting"], bucket, target, without(0, { butReads: true })));
    const refused = await stepOf(bucket, source);
    expect([refused.status, await problemCode(refused)]).toEqual([409, "conflict"]);
    await moveBucket(bucket, target);
    expect(await isAccepted()).toBe(true);
    await moveBucket(bucket, source);
    expect(await isAccepted()).toBe(false);
  });

  it("is given up if it has taken over and cannot be asked, and it answers nobody later", async () => {
    await ended(moveUntil(["deleting"], bucket, target, without(0, { butReads: true })));
    const bindings = without(target);
    expect((await stepOf(bucket, source, { bindings })).status).toBe(200);
    expect(await (await verify(bindings)).json()).toMatchObject({ valid: true });
    expect(await isAccepted()).toBe(false);
    expect(await ended(moveUntil(["deleting"], bucket, target))).toBe(false);
    expect(await shardOf(bucket)).toBe(source);
    await moveBucket(bucket, target);
    expect(await isAccepted()).toBe(false);
    elapse(30);
    expect(await isAccepted()).toBe(true);
    expect([await usersIn(source), await usersIn(target)]).toEqual([0, 1]);
  });

  it("is not brought to its end by a late step when the range is already on its way elsewhere", async () => {
    const [last] = (await moveUntil(["comparing"], bucket, target)).slice(-1);
    const { bindings, reached, letGo } = holding(0, 0);
    const late = stepOf(bucket, target, { cursor: last?.cursor ?? null, bindings });
    await reached;
    await stepOf(bucket, source, { bindings: without(target) });
    await moveBucket(bucket, source);
    await moveUntil(["copying"], bucket, 1);
    letGo();
    await late;
    expect(await placement()).toMatchObject({ shard: source, state: "moving", other: 1 });
    await moveBucket(bucket, 1);
    expect(await isAccepted()).toBe(true);
  });

  it("does not stop the source again by a step that comes late", async () => {
    const { bindings, reached, letGo } = holding(source, 0);
    const late = stepOf(bucket, target, { bindings });
    await reached;
    await stepOf(bucket, source);
    letGo();
    await late;
    expect(await isAccepted()).toBe(true);
  });

  it("is not given up while the source does not answer", async () => {
    const refused = await stepOf(bucket, source, { bindings: without(source) });
    expect(refused.status).toBe(503);
    expect(await placement()).toMatchObject({ shard: source, state: "moving", other: target });
    await moveBucket(bucket, target);
    expect(await isAccepted()).toBe(true);
  });
});
