/** What the calls of the user API cost, in what is billed and waited for. */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { PASSWORD, protect, register, tokensOf, type Protected, type Tokens } from "../account";
import { knowWebhooks, metered, type Meter } from "../d1-meter";
import { bearer, call, codeOf, elapse, wrongCodeOf } from "../service";
import { freshAddress } from "../security/support";

/** Where both have logged in before. */
const HOME = { "cf-connecting-ip": "198.51.100.1" };
const NOTHING: Meter = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };

let person: Protected;
let plain: Tokens;
let bindings: Env;
let meter: Meter;

beforeEach(async () => {
  person = await protect(await register("ada@example.com", { username: "ada" }));
  plain = await tokensOf(await register("bob@example.com"));
  for (const email of ["ada@example.com", "bob@example.com"]) {
    await call("POST", "/auth/login", { body: { email, password: PASSWORD }, headers: HOME });
  }
  const { binding, meter: fresh } = metered();
  bindings = { ...env, ...binding };
  meter = fresh;
  await call("GET", "/readyz", { bindings });
  await knowWebhooks(bindings);
});

interface Priced {
  status?: number;
  body?: object;
  token?: string;
  place?: Record<string, string>;
}

/** One call with warm caches, and what it took. */
async function priceOf(
  method: string,
  path: string,
  { status = 200, body, token, place = HOME }: Priced = {},
): Promise<Meter> {
  Object.assign(meter, NOTHING);
  const headers = { ...place, ...(token !== undefined && bearer(token)) };
  const response = await call(method, `/auth${path}`, { body, headers, bindings });
  expect(response.status).toBe(status);
  return { ...meter };
}

const logIn = (email: string, password = PASSWORD, status = 200) =>
  priceOf("POST", "/login", { body: { email, password }, status });

async function begin(): Promise<string> {
  const body = { email: person.email, password: PASSWORD };
  const begun = await call("POST", "/auth/login", { body, bindings, headers: HOME });
  return (await begun.json<{ challengeToken: string }>()).challengeToken;
}

const answer = (challengeToken: string, code: string, status = 200) =>
  priceOf("POST", "/challenge", { body: { challengeToken, code }, status });

describe("a log-in", () => {
  it("without a second factor takes 2 round trips, reads 23 rows and writes 6", async () => {
    expect(await logIn("bob@example.com")).toEqual({ roundTrips: 2, rowsRead: 23, rowsWritten: 6 });
  });

  it("from a place that is new writes its event besides", async () => {
    const body = { email: "bob@example.com", password: PASSWORD };
    const place = freshAddress();
    const { rowsWritten } = await priceOf("POST", "/login", { body, place });
    expect(rowsWritten).toBe(8);
  });

  it("with a second factor takes 2 round trips to its challenge, and writes 3 rows", async () => {
    expect(await logIn(person.email)).toEqual({ roundTrips: 2, rowsRead: 32, rowsWritten: 3 });
  });

  it("by user name takes 2 round trips", async () => {
    const body = { username: "ada", password: PASSWORD };
    expect(await priceOf("POST", "/login", { body })).toMatchObject({ roundTrips: 2 });
  });

  it("with a wrong password takes 2 round trips, and writes as much for nobody", async () => {
    const wrong = await logIn(person.email, "wrong", 401);
    expect(wrong).toEqual({ roundTrips: 2, rowsRead: 37, rowsWritten: 5 });
    const nobody = await logIn("nobody@example.com", "wrong", 401);
    expect(nobody).toMatchObject({ roundTrips: 2, rowsWritten: wrong.rowsWritten });
  });
});

describe("a registration", () => {
  it("takes 2 round trips, and writes a counter with the first of an hour", async () => {
    const body = { email: "eve@example.com", password: PASSWORD };
    const price = await priceOf("POST", "/register", { body, status: 201 });
    expect(price).toEqual({ roundTrips: 2, rowsRead: 14, rowsWritten: 12 });
  });
});

describe("the answer to the challenge of a log-in", () => {
  it("takes 1 round trip, reads 36 rows and writes 8", async () => {
    const price = { roundTrips: 1, rowsRead: 36, rowsWritten: 8 };
    expect(await answer(await begin(), codeOf(person.phone))).toEqual(price);
  });

  it("with a wrong code takes 1 round trip", async () => {
    const price = { roundTrips: 1, rowsRead: 29, rowsWritten: 4 };
    expect(await answer(await begin(), wrongCodeOf(person.phone), 422)).toEqual(price);
  });

  it("takes 2 round trips when KV has lost it", async () => {
    const token = await begin();
    const { keys } = await env.KV.list();
    await Promise.all(keys.map(({ name }) => env.KV.delete(name)));
    expect(await answer(token, codeOf(person.phone))).toMatchObject({ roundTrips: 2 });
  });
});

describe("a refresh", () => {
  const refresh = (refreshToken: string, status = 200) =>
    priceOf("POST", "/refresh", { body: { refreshToken }, status });

  it("takes 1 round trip and writes one row", async () => {
    expect(await refresh(plain.refreshToken)).toEqual({
      roundTrips: 1,
      rowsRead: 7,
      rowsWritten: 1,
    });
  });

  it("with a token that was exchanged takes 1 round trip, and one of no session writes nothing", async () => {
    await refresh(plain.refreshToken);
    expect(await refresh(plain.refreshToken, 401)).toMatchObject({ roundTrips: 1 });
    const again = await refresh(plain.refreshToken, 401);
    expect(again).toMatchObject({ roundTrips: 1, rowsWritten: 0 });
  });

  it("with junk takes none", async () => {
    expect(await refresh("junk", 401)).toEqual(NOTHING);
  });
});

describe("a call with an access token", () => {
  it("takes 1 round trip to read, and writes once in five minutes", async () => {
    const token = plain.accessToken;
    const price = { roundTrips: 1, rowsRead: 5, rowsWritten: 0 };
    expect(await priceOf("GET", "/me", { token })).toEqual(price);
    elapse(299);
    expect(await priceOf("GET", "/me", { token })).toMatchObject({ rowsWritten: 0 });
  });

  it("takes none with junk", async () => {
    expect(await priceOf("GET", "/me", { token: "junk", status: 401 })).toEqual(NOTHING);
  });

  it("takes 3 round trips to step up with a code, or with the password", async () => {
    const body = { code: codeOf(person.phone) };
    const token = person.tokens.accessToken;
    expect(await priceOf("POST", "/step-up", { body, token })).toMatchObject({ roundTrips: 3 });
    const given = { body: { password: PASSWORD }, token: plain.accessToken };
    expect(await priceOf("POST", "/step-up", given)).toMatchObject({ roundTrips: 3 });
  });
});
