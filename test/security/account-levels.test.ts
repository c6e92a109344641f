import { beforeEach, describe, expect, it } from "vitest";
import {
  as,
  confirmOwn,
  enrolOwn,
  expectJson,
  protect,
  register,
  tokensOf,
  type Person,
  type Protected,
  type Tokens,
} from "../account";
import { admin, bearer, codeOf, elapse, problemCode } from "../service";
import { operations } from "../operations";
import { request, restoreWorld, type World } from "../world";
import { claimsOf, refresh, setAccounts, stepUp, trust } from "./account-support";
import { contents } from "./support";

let world: World;

beforeEach(async () => {
  world = await restoreWorld();
});

/** Whatever needs a code of the last five minutes: its documentation says so. */
const demanding = operations.filter(
  ({ credential, problems }) =>
    credential === "accessToken" && problems["403"]?.includes("second_factor_required"),
);

/** What the world's person can have at level 1, however fresh. */
const LEVEL_1: [string, (person: Protected) => Promise<string>][] = [
  [
    "a log-in from a trusted device",
    async (person) => {
      const { deviceToken } = await trust(person);
      return (await tokensOf(person, { deviceToken })).accessToken;
    },
  ],
  [
    "such a log-in and the password again",
    async (person) => {
      const { deviceToken } = await trust(person);
      const tokens = await tokensOf(person, { deviceToken });
      const body = { password: person.password };
      return (await expectJson<Tokens>(as(tokens, "POST", "/step-up", { body }), 200)).accessToken;
    },
  ],
];

describe.each(LEVEL_1)("with %s", (_name, tokenOf) => {
  it.each(demanding)("$name is refused, and changes nothing", async (operation) => {
    const token = await tokenOf(world.person);
    const before = await contents();
    const response = await request(operation, world, { headers: bearer(token) });
    expect(await problemCode(response)).toBe("second_factor_required");
    expect(await contents()).toEqual(before);
  });
});

it("the operations that need a code are all there", () => {
  expect(demanding.length).toBeGreaterThanOrEqual(10);
});

/** A session that has just risen, and the access token it had before, which is still in its time. */
async function risen(person: Person): Promise<{ before: Tokens; now: Protected }> {
  const before = await tokensOf(person);
  return { before, now: await protect(person, before) };
}

describe("an access token from before the second factor", () => {
  const newcomer = () => register("eve@example.net");
  const own = operations.filter(({ credential }) => credential === "accessToken");

  it.each(own)("does not do $name, although its session has risen", async (operation) => {
    const { before } = await risen(await newcomer());
    const headers = bearer(before.accessToken);
    expect((await request(operation, world, { headers })).status).toBe(401);
  });

  it("confirms no further authenticator, and removes and renames none", async () => {
    const { before, now } = await risen(await newcomer());
    const { id, phone } = await enrolOwn(now.tokens);
    const refused = [
      await confirmOwn(before, id, codeOf(phone)),
      await as(before, "DELETE", `/authenticators/${now.authenticatorId}`),
      await as(before, "PATCH", `/authenticators/${now.authenticatorId}`, { body: { name: "x" } }),
    ];
    for (const response of refused) expect(response.status).toBe(401);
  });

  it("does not rise by the password alone: that is one factor, given twice", async () => {
    const person = await newcomer();
    const { before, now } = await risen(person);
    const answered = await stepUp(before, { password: person.password });
    expect(await answered.text()).not.toContain("accessToken");
    expect((await refresh(now.tokens)).status).toBe(200);
  });

  it("spends no code: whoever stole it cannot use up what its owner types", async () => {
    const { before, now } = await risen(await newcomer());
    const code = codeOf(now.phone);
    expect((await stepUp(before, { code })).status).toBe(401);
    const tokens = await expectJson<Tokens>(stepUp(now.tokens, { code }), 200);
    expect(claimsOf(tokens).aal).toBe(2);
  });
});

describe("a step-up", () => {
  it("makes fresh only the tokens that it answers: those of before are worth nothing", async () => {
    const { person } = world;
    elapse(200);
    const { accessToken: old } = await expectJson<Tokens>(refresh(person.tokens), 200);
    elapse(150);
    const stale = await as({ accessToken: old }, "GET", "/backup-codes");
    expect(await problemCode(stale)).toBe("second_factor_required");
    const answered = stepUp({ accessToken: old }, { code: codeOf(person.phone) });
    const fresh = await expectJson<Tokens>(answered, 200);
    expect((await as(fresh, "GET", "/backup-codes")).status).toBe(200);
    expect((await as({ accessToken: old }, "GET", "/backup-codes")).ok).toBe(false);
  });
});

describe("of 10 other sessions", () => {
  const crowd = (person: Person) => Promise.all(Array.from({ length: 10 }, () => tokensOf(person)));
  const alive = async (others: Tokens[]) => {
    const answers = await Promise.all(others.map((tokens) => as(tokens, "GET", "/me")));
    const refreshed = await Promise.all(others.map(refresh));
    return [...answers, ...refreshed].filter(({ ok }) => ok).length;
  };

  it("none is left when the second factor is confirmed", async () => {
    const person = await register("eve@example.net");
    const others = await crowd(person);
    await protect(person);
    expect(await alive(others)).toBe(0);
  });

  it("none is left after a change of password, by its user or by the operator", async () => {
    const person = await register("eve@example.net");
    const mine = await tokensOf(person);
    const others = await crowd(person);
    const newPassword = "another horse battery staple";
    const body = { currentPassword: person.password, newPassword };
    expect((await as(mine, "POST", "/password", { body })).status).toBe(200);
    expect(await alive(others)).toBe(0);
    const more = await crowd({ ...person, password: newPassword });
    const changed = { password: "a third horse battery staple", reason: "asked to" };
    expect((await admin("PATCH", `/users/${person.id}`, { body: changed })).ok).toBe(true);
    expect(await alive(more)).toBe(0);
  });
});

/** What somebody may do who has to enrol first. */
const ENROLMENT = /^\/auth\/(authenticators|authenticators\/\{id\}\/confirm|step-up)$/;

describe("where the second factor is required, a password alone", () => {
  const closed = operations.filter(
    ({ credential, path }) => credential === "accessToken" && !ENROLMENT.test(path),
  );

  it.each(closed)("does not do $name", async (operation) => {
    const person = await register("eve@example.net");
    await setAccounts({ secondFactor: "required" });
    const { accessToken } = await tokensOf(person);
    const response = await request(operation, world, { headers: bearer(accessToken) });
    expect(await problemCode(response)).toBe("enrolment_required");
    expect(operation.problems["403"]).toContain("enrolment_required");
  });
});
