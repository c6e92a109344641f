/**
 * What a verification costs, in what is billed and waited for: `docs/storage.md` states these
 * numbers, and `npm run simulate` reckons prices with those of `bench/counts.json`.
 */

import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import counts from "../../bench/counts.json" with { type: "json" };
import worker from "../../src/index";
import { databaseOf, isMany } from "../databases";
import { storedUser } from "../security/support";
import { knowWebhooks, metered, type Meter } from "../d1-meter";
import { lagging } from "../lagging";
import { allows, hooked, requires } from "../webhooks/hooks";
import type { Receiver } from "../webhooks/receiver";
import { rows } from "../security/support";
import {
  call,
  codeOf,
  createApp,
  elapse,
  enrolled,
  phoneWith,
  wrongCodeOf,
  type TestApp,
} from "../service";

const NOTHING: Meter = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };

let app: TestApp;
let user: Awaited<ReturnType<typeof enrolled>>;
let bindings: Env;
let meter: Meter;
let kv: { reads: number; writes: number };

/** Verifies with warm caches, and tells what that took. */
async function verify(code: string): Promise<Meter> {
  const options = { body: { code }, bindings };
  const response = await app.v1("POST", `/users/${user.userId}/verify`, options);
  expect(response.status).toBe(200);
  return meter;
}

function inWords({ roundTrips, rowsRead, rowsWritten }: Meter): string {
  const trips = roundTrips === 1 ? "1 round trip" : `${roundTrips} round trips`;
  return `${trips}, reads ${rowsRead} rows and writes ${rowsWritten}`;
}

/** What a verification left, once its time has come: the rows that the clean-up writes to delete it. */
async function deletedLater(): Promise<number> {
  const { id } = await storedUser("ada");
  const d1 = await databaseOf(id);
  const results = await d1.batch([
    d1.prepare("DELETE FROM audit_events WHERE id = (SELECT max(id) FROM audit_events)"),
    d1.prepare("DELETE FROM challenges"),
  ]);
  return results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
}

/** KV as the Worker sees it. */
function counted(namespace: KVNamespace, count: typeof kv): KVNamespace {
  const get = (key: string) => {
    count.reads += 1;
    return namespace.get(key);
  };
  const put = (key: string, value: string, options: KVNamespacePutOptions) => {
    count.writes += 1;
    return namespace.put(key, value, options);
  };
  return Object.assign(Object.create(namespace), { get, put });
}

beforeEach(async () => {
  app = await createApp();
  user = await enrolled(app, "ada");
  await putMeter();
});

async function putMeter(only?: D1Database): Promise<void> {
  const { binding, meter: fresh } = metered(only);
  kv = { reads: 0, writes: 0 };
  bindings = { ...env, ...binding, KV: counted(env.KV, kv) };
  await knowWebhooks(bindings);
  // Of several databases, an isolate asks once which app a key is of.
  if (isMany) await app.v1("GET", "/users/ada", { bindings });
  Object.assign(fresh, NOTHING);
  Object.assign(kv, { reads: 0, writes: 0 });
  meter = fresh;
}

async function lockUser(): Promise<void> {
  for (let failures = 0; failures < 5; failures++) await app.verify("ada", wrongCodeOf(user.phone));
}

describe("a direct verification", () => {
  it(`with a right code takes ${inWords(counts.direct)}`, async () => {
    expect(await verify(codeOf(user.phone))).toEqual(counts.direct);
    expect(kv).toEqual(counts.kv.direct);
    expect(await deletedLater()).toBe(counts.expiry.direct);
  });

  it("with a wrong code takes 2 round trips and writes 3 rows", async () => {
    expect(await verify(wrongCodeOf(user.phone))).toMatchObject({ roundTrips: 2, rowsWritten: 3 });
  });

  it("with a backup code takes 2 round trips", async () => {
    expect(await verify(user.backupCodes[0] ?? "")).toMatchObject({ roundTrips: 2 });
  });

  it("refused because the user is locked takes 1 round trip and one row a minute", async () => {
    await lockUser();
    const options = { body: { code: codeOf(user.phone) }, bindings };
    const refused = await app.v1("POST", "/users/ada/verify", options);
    expect(refused.status).toBe(429);
    Object.assign(meter, NOTHING);
    await app.v1("POST", "/users/ada/verify", options);
    expect(meter).toMatchObject({ roundTrips: 1, rowsWritten: 0 });
  });
});

describe.skipIf(isMany)("a direct verification whose read a replica answers", () => {
  const readFromReplica = async () => putMeter((await lagging()).bindings.DB);

  it("with a right code takes 2 round trips, reads 54 rows and writes 4", async () => {
    await readFromReplica();
    expect(await verify(codeOf(user.phone))).toEqual({
      roundTrips: 2,
      rowsRead: 54,
      rowsWritten: 4,
    });
  });

  it("with a wrong code takes 2 round trips and writes 3 rows", async () => {
    await readFromReplica();
    expect(await verify(wrongCodeOf(user.phone))).toMatchObject({ roundTrips: 2, rowsWritten: 3 });
  });

  it("with a spent code takes 2 round trips and one row a minute", async () => {
    await app.verify("ada", codeOf(user.phone));
    await readFromReplica();
    await verify(codeOf(user.phone));
    Object.assign(meter, NOTHING);
    expect(await verify(codeOf(user.phone))).toMatchObject({ roundTrips: 2, rowsWritten: 0 });
  });

  it("refused because the user is locked takes 2 round trips and one row a minute", async () => {
    await lockUser();
    await readFromReplica();
    const options = { body: { code: codeOf(user.phone) }, bindings };
    expect((await app.v1("POST", "/users/ada/verify", options)).status).toBe(429);
    Object.assign(meter, NOTHING);
    await app.v1("POST", "/users/ada/verify", options);
    expect(meter).toMatchObject({ roundTrips: 2, rowsWritten: 0 });
  });
});

describe("a challenge", () => {
  interface Priced {
    id: string;
    token: string;
    price: Meter;
  }

  async function challenge(
    body: object = {},
    headers: Record<string, string> = {},
  ): Promise<Priced> {
    Object.assign(meter, NOTHING);
    const asked = { body: { userId: "ada", ...body }, headers, bindings };
    const created = await app.v1("POST", "/challenges", asked);
    return { ...(await created.json<{ id: string; token: string }>()), price: { ...meter } };
  }

  async function answer(
    { token }: { token: string },
    code = codeOf(user.phone),
    status = 200,
  ): Promise<Meter> {
    Object.assign(meter, NOTHING);
    const body = { token, code };
    const response = await call("POST", "/v1/challenges/verify", { body, bindings });
    expect(response.status).toBe(status);
    return { ...meter };
  }

  it(`takes ${inWords(counts.creation)} when it is made, or 2 with an Idempotency-Key`, async () => {
    expect((await challenge()).price).toEqual(counts.creation);
    const { price } = await challenge({}, { "idempotency-key": "one" });
    expect(price).toMatchObject({ rowsWritten: 2 });
  });

  it("takes no more of D1 if the app's hook is asked, and allows it or requires a method", async () => {
    const hook: Receiver = await hooked(app, allows);
    // The isolate has served other bindings meanwhile, and learns these again.
    await challenge();
    expect((await challenge()).price).toEqual(counts.creation);
    hook.answer = requires("totp");
    expect((await challenge()).price).toEqual(counts.creation);
    expect(hook.received).toHaveLength(3);
  });

  it(`takes ${inWords(counts.answer)} when it is answered`, async () => {
    expect(await answer(await challenge())).toEqual(counts.answer);
    expect(kv).toEqual(counts.kv.challenge);
    expect(await deletedLater()).toBe(counts.expiry.answer);
  });

  it("writes 4 rows with every wrong answer, and 5 with the right one after them", async () => {
    const asked = await challenge();
    const wrong = wrongCodeOf(user.phone);
    expect(await answer(asked, wrong, 422)).toMatchObject({ rowsWritten: 4 });
    expect(await answer(asked, wrong, 422)).toMatchObject({ rowsWritten: 4 });
    expect(await answer(asked)).toMatchObject({ roundTrips: 1, rowsWritten: 5 });
  });

  it("writes one row more if it is to prove a change of factors", async () => {
    const asked = await challenge({ purpose: "factor_change" });
    expect(await answer(asked)).toMatchObject({ roundTrips: 1, rowsWritten: 6 });
  });

  it("takes 2 round trips to be answered when KV has lost it", async () => {
    const asked = await challenge();
    await env.KV.delete(`challenge:${asked.id}`);
    expect(await answer(asked)).toMatchObject({ roundTrips: 2, rowsWritten: 5 });
  });

  it("writes one row when its time is over and it is deleted, and its event one more", async () => {
    await cleanUp(bindings);
    const answers = 3;
    for (let times = 0; times < answers; times++) {
      await answer(await challenge());
      elapse(30);
    }
    elapse(15 * 60);
    expect((await cleanUp(bindings)).rowsWritten).toBe(answers);
    const events = await rows("SELECT * FROM audit_events");
    elapse(401 * 24 * 3600);
    expect((await cleanUp(bindings)).rowsWritten).toBe(events.length);
    expect(await rows("SELECT * FROM audit_events")).toEqual([]);
  });

  it("makes the clean-up read no more while it is open, however many there are", async () => {
    const { rowsRead } = await cleanUp(bindings);
    for (let times = 0; times < 5; times++) {
      await answer(await challenge(), user.backupCodes[times]);
    }
    expect((await cleanUp(bindings)).rowsRead).toBe(rowsRead);
  });
});

async function cleanUp(on: Env): Promise<Meter> {
  Object.assign(meter, NOTHING);
  const context = createExecutionContext();
  await worker.scheduled(createScheduledController(), on, context);
  await waitOnExecutionContext(context);
  return { ...meter };
}

describe("a validation of a bare secret", () => {
  const phone = phoneWith("ME");
  const validate = async (pin: string, secret = "a") => {
    Object.assign(meter, NOTHING);
    await call("GET", `/Validate.aspx?Pin=${pin}&SecretCode=${secret}`, { bindings });
    return { ...meter };
  };

  it("takes 1 round trip, and writes 1 row for a right or a wrong code", async () => {
    await validate(codeOf(phone, -1));
    const known = { roundTrips: 1, rowsWritten: 1 };
    expect(await validate(codeOf(phone))).toMatchObject(known);
    expect(await validate(wrongCodeOf(phone))).toMatchObject(known);
    expect(await validate(codeOf(phone))).toMatchObject({ roundTrips: 1, rowsWritten: 0 });
  });

  it("writes 2 rows for the first right code", async () => {
    await validate(codeOf(phoneWith("MI")), "b");
    expect(await validate(codeOf(phone))).toMatchObject({ roundTrips: 1, rowsWritten: 2 });
  });

  it("reads a few rows, however many secrets there are", async () => {
    const { rowsRead } = await validate(codeOf(phone));
    expect(rowsRead).toBeLessThan(15);
  });
});
