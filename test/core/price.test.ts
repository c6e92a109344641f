/**
 * What a verification costs, in what is billed and waited for: `docs/storage.md` states these
 * numbers.
 */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { metered, type Meter } from "../d1-meter";
import { lagging } from "../lagging";
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

/** Verifies with warm caches, and tells what that took. */
async function verify(code: string): Promise<Meter> {
  const options = { body: { code }, bindings };
  const response = await app.v1("POST", `/users/${user.userId}/verify`, options);
  expect(response.status).toBe(200);
  return meter;
}

beforeEach(async () => {
  app = await createApp();
  user = await enrolled(app, "ada");
  await putMeterOn(env.DB);
});

async function putMeterOn(db: D1Database): Promise<void> {
  const { binding, meter: fresh } = metered(db);
  bindings = { ...env, DB: binding };
  await call("GET", "/healthz", { bindings });
  Object.assign(fresh, NOTHING);
  meter = fresh;
}

async function lockUser(): Promise<void> {
  for (let failures = 0; failures < 5; failures++) await app.verify("ada", wrongCodeOf(user.phone));
}

describe("a direct verification", () => {
  it("with a right code takes 2 round trips, reads 48 rows and writes 4", async () => {
    expect(await verify(codeOf(user.phone))).toEqual({
      roundTrips: 2,
      rowsRead: 48,
      rowsWritten: 4,
    });
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

describe("a direct verification whose read a replica answers", () => {
  const readFromReplica = async () => putMeterOn((await lagging()).bindings.DB);

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

describe("the answer to a challenge", () => {
  async function challenge(): Promise<{ id: string; token: string }> {
    const created = await app.v1("POST", "/challenges", { body: { userId: "ada" }, bindings });
    Object.assign(meter, NOTHING);
    return created.json();
  }

  async function answer(token: string): Promise<Meter> {
    const body = { token, code: codeOf(user.phone) };
    const response = await call("POST", "/v1/challenges/verify", { body, bindings });
    expect(response.status).toBe(200);
    return meter;
  }

  it("takes 1 round trip, reads 34 rows and writes 6", async () => {
    const { token } = await challenge();
    expect(await answer(token)).toEqual({ roundTrips: 1, rowsRead: 34, rowsWritten: 6 });
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
