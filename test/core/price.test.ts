/**
 * What a verification costs, in what is billed and waited for: `docs/storage.md` states these
 * numbers, and `npm run simulate` reckons prices with those of `bench/counts.json`.
 */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import counts from "../../bench/counts.json" with { type: "json" };
import { metered, type Meter } from "../d1-meter";
import {
  call,
  codeOf,
  createApp,
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
  const results = await env.DB.batch([
    env.DB.prepare("DELETE FROM audit_events WHERE id = (SELECT max(id) FROM audit_events)"),
    env.DB.prepare("DELETE FROM challenges"),
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
  const { binding, meter: fresh } = metered(env.DB);
  kv = { reads: 0, writes: 0 };
  bindings = { ...env, DB: binding, KV: counted(env.KV, kv) };
  await call("GET", "/healthz", { bindings });
  Object.assign(fresh, NOTHING);
  Object.assign(kv, { reads: 0, writes: 0 });
  meter = fresh;
});

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
    for (let failures = 0; failures < 5; failures++)
      await app.verify("ada", wrongCodeOf(user.phone));
    const options = { body: { code: codeOf(user.phone) }, bindings };
    const refused = await app.v1("POST", "/users/ada/verify", options);
    expect(refused.status).toBe(429);
    Object.assign(meter, NOTHING);
    await app.v1("POST", "/users/ada/verify", options);
    expect(meter).toMatchObject({ roundTrips: 1, rowsWritten: 0 });
  });
});

describe("the answer to a challenge", () => {
  async function challenge(): Promise<{ id: string; token: string; creation: Meter }> {
    const created = await app.v1("POST", "/challenges", { body: { userId: "ada" }, bindings });
    const creation = { ...meter };
    Object.assign(meter, NOTHING);
    return { ...(await created.json<{ id: string; token: string }>()), creation };
  }

  async function answer(token: string): Promise<Meter> {
    const body = { token, code: codeOf(user.phone) };
    const response = await call("POST", "/v1/challenges/verify", { body, bindings });
    expect(response.status).toBe(200);
    return meter;
  }

  it(`takes ${inWords(counts.answer)}`, async () => {
    const { token } = await challenge();
    expect(await answer(token)).toEqual(counts.answer);
    expect(kv).toEqual(counts.kv.challenge);
    expect(await deletedLater()).toBe(counts.expiry.answer);
  });

  it(`takes a challenge, whose creation takes ${inWords(counts.creation)}`, async () => {
    expect((await challenge()).creation).toEqual(counts.creation);
  });

  it("takes 2 round trips when KV has lost it", async () => {
    const { id, token } = await challenge();
    await env.KV.delete(`challenge:${id}`);
    expect(await answer(token)).toMatchObject({ roundTrips: 2, rowsWritten: 6 });
  });
});

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

  it("writes 3 rows for the first right code", async () => {
    await validate(codeOf(phoneWith("MI")), "b");
    expect(await validate(codeOf(phone))).toMatchObject({ roundTrips: 1, rowsWritten: 3 });
  });

  it("reads a few rows, however many secrets there are", async () => {
    const { rowsRead } = await validate(codeOf(phone));
    expect(rowsRead).toBeLessThan(15);
  });
});
