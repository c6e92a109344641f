import { beforeEach, describe, expect, it } from "vitest";
import {
  as,
  enrolOwn,
  expectJson,
  logIn,
  logInWithCode,
  protect,
  register,
  tokensOf,
  type Protected,
  type Tokens,
} from "../account";
import { bearer, codeOf, elapse, problemCode } from "../service";
import { operations, resolve, validBody } from "../operations";
import { knownTo, request, restoreWorld, type World } from "../world";
import { refresh, trust } from "./account-support";
import { comparable, contents, rows } from "./support";

let world: World;
/** A stranger to the world's person, with a second factor and a code given just now. */
let eve: Protected;

beforeEach(async () => {
  world = await restoreWorld();
  eve = await protect(await register("eve@example.net"));
});

/** Operations of one's own on something that has an id. */
const withId = operations.filter(
  ({ credential, path }) => credential === "accessToken" && path.includes("{id}"),
);

/** With the same key for something that is made once. */
describe("one Idempotency-Key of two people", () => {
  it.each(["/authenticators", "/backup-codes"])("makes two things at %s", async (path) => {
    const { person } = world;
    const make = async (tokens: Tokens) => {
      const headers = { "idempotency-key": "the-same" };
      const body = path === "/authenticators" ? {} : undefined;
      const response = await as(tokens, "POST", path, { body, headers });
      expect(response.ok).toBe(true);
      return response.text();
    };
    const [theirs, mine] = [await make(person.tokens), await make(eve.tokens)];
    const secrets = theirs.match(/[A-Z2-7]{4}(-[A-Z2-7]{4}){5}|"secret":"[A-Z2-7]+"|auth_\w+/g);
    expect(secrets?.length).toBeGreaterThan(1);
    for (const secret of secrets ?? []) expect(mine).not.toContain(secret);
  });
});

/** An id of the same form that nobody has. */
function unknownLike(id: string): string {
  return `${id.slice(0, id.indexOf("_"))}_${"a".repeat(16)}`;
}

describe("there are operations on what has an id", () => {
  it("of sessions, devices and authenticators", () => {
    const kinds = new Set(withId.map(({ path }) => path.split("/")[2]));
    expect(kinds).toEqual(new Set(["authenticators", "devices", "sessions"]));
  });
});

describe.each(withId)("$name, with the id of somebody else's", (operation) => {
  const ask = async (id: string, tokens: Pick<Tokens, "accessToken"> = eve.tokens) =>
    comparable(
      await request(operation, world, { known: { id }, headers: bearer(tokens.accessToken) }),
    );
  const known = () => String(knownTo(operation, world)["id"]);

  it("is answered exactly as for an id that nobody has, and changes nothing", async () => {
    const before = await contents();
    const foreign = await ask(known());
    expect(foreign).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(foreign).toEqual(await ask(unknownLike(known())));
    expect(await contents()).toEqual(before);
  });

  it("is a 404 for ids of other kinds, of users, of server apps and of no form", async () => {
    const { person, user, id, app } = world;
    const others = [person.id, person.otherSession, person.device, person.authenticatorId];
    const foreign = [...others, person.pending.id, id, user.authenticatorId, app.id];
    for (const one of [...foreign, "%", "' OR 1=1 --", "../me", known().toUpperCase()]) {
      expect(await ask(one)).toMatchObject({ status: 404 });
    }
  });
});

describe("what is listed", () => {
  it("to a person is theirs alone", async () => {
    const { person } = world;
    for (const [path, member] of [
      ["/sessions", "sessions"],
      ["/devices", "devices"],
      ["/authenticators", "authenticators"],
    ] as const) {
      const listed = await expectJson<Record<string, { id: string }[]>>(
        as(eve.tokens, "GET", path),
        200,
      );
      const ids = (listed[member] ?? []).map(({ id }) => id);
      const foreign = [person.otherSession, person.device, person.authenticatorId];
      for (const id of [...foreign, person.pending.id]) expect(ids).not.toContain(id);
    }
    const me = await expectJson<{ email: string }>(as(eve.tokens, "GET", "/me"), 200);
    expect(me.email).toBe("eve@example.net");
  });

  it("does not name sessions that have ended", async () => {
    const ended = await logInWithCode(eve);
    await as(eve.tokens, "DELETE", "/sessions");
    expect((await refresh(ended)).ok).toBe(false);
    const { sessions } = await expectJson<{ sessions: object[] }>(
      as(eve.tokens, "GET", "/sessions"),
      200,
    );
    expect(sessions).toHaveLength(1);
  });

  it("a session that has ended is a 404 like one that never was", async () => {
    const ended = await logInWithCode(eve);
    const { sessions } = await expectJson<{ sessions: { id: string; current: boolean }[] }>(
      as(ended, "GET", "/sessions"),
      200,
    );
    const id = sessions.find(({ current }) => current)?.id ?? "";
    const revoke = () => as(eve.tokens, "DELETE", `/sessions/${id}`);
    expect((await revoke()).status).toBe(204);
    const again = await comparable(await revoke());
    const never = await as(eve.tokens, "DELETE", `/sessions/${unknownLike(id)}`);
    expect(again).toEqual(await comparable(never));
  });
});

describe("the codes of one person", () => {
  it("prove nothing of another", async () => {
    const { person } = world;
    for (const code of [codeOf(person.phone), person.backupCodes[0] ?? ""]) {
      const answered = await as(eve.tokens, "POST", "/step-up", { body: { code } });
      expect(await problemCode(answered)).toBe("invalid_code");
    }
  });

  it("nor do their passwords", async () => {
    const secret = "a password of nobody else";
    const bob = await tokensOf(await register("bob@example.net", { password: secret }));
    const grace = await as(bob, "POST", "/step-up", { body: { password: world.person.password } });
    expect(await problemCode(grace)).toBe("invalid_credentials");
  });

  it("nor do their trusted devices spare anybody else the code", async () => {
    const { deviceToken } = await trust(world.person);
    const mine = await expectJson(logIn(world.person, { deviceToken }), 200);
    expect(mine).toMatchObject({ status: "authenticated" });
    const { deviceToken: of } = await trust(eve);
    for (const [person, token] of [
      [eve, deviceToken],
      [world.person, of],
      [eve, of.replace(/_[^_]+$/, deviceToken.slice(deviceToken.lastIndexOf("_")))],
      [eve, of.toUpperCase()],
      [eve, eve.tokens.refreshToken],
    ] as const) {
      const answered = await expectJson(logIn(person, { deviceToken: token }), 200);
      expect(answered).toMatchObject({ status: "second_factor_required" });
    }
  });

  it("nor confirm what is pending with another", async () => {
    const { id } = await enrolOwn(eve.tokens);
    const body = { code: codeOf(world.person.pending.phone) };
    const confirmed = await as(eve.tokens, "POST", `/authenticators/${id}/confirm`, { body });
    expect(["invalid_code", "clock_skew"]).toContain(await problemCode(confirmed));
  });
});

describe("at the user API", () => {
  const taking = operations.filter(({ path, body }) => path.startsWith("/auth/") && body);
  /** Columns of the rows that these operations write. */
  const INNER = {
    id: "usr_aaaaaaaaaaaaaaaa",
    userId: "usr_aaaaaaaaaaaaaaaa",
    user_id: "usr_aaaaaaaaaaaaaaaa",
    externalId: "ada",
    aal: 2,
    epoch: 0,
    twoFactor: false,
    secondFactorAt: 0,
    second_factor_at: 0,
    passwordHash: "x",
    password_hash: "x",
    mustRebind: false,
    disabled: false,
    cappedAt: null,
    strikes: 0,
    failures: 0,
    role: "admin",
    admin: true,
    appId: "accounts",
    createdAt: 0,
    expiresAt: "2999-01-01T00:00:00Z",
    secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    digits: 6,
    status: "active",
    lastStep: -1,
  };

  it.each(taking)("$name takes no column of its rows beside a body that is right", async (one) => {
    const before = await contents();
    const { properties = {} } = resolve(one.body ?? {});
    for (const [name, value] of Object.entries(INNER)) {
      if (Object.hasOwn(properties, name)) continue;
      const body = { ...validBody(one, knownTo(one, world)), [name]: value };
      const response = await request(one, world, { body });
      expect({ name, status: response.status }).toEqual({ name, status: 422 });
    }
    const text = JSON.stringify(validBody(one, knownTo(one, world)));
    const polluted = text.replace("{", '{"__proto__":{"aal":2},');
    expect((await request(one, world, { text: polluted })).status).toBe(422);
    expect(await contents()).toEqual(before);
  });
});

describe("ids", () => {
  it("are random: of twenty log-ins no two sessions share eight characters in a row", async () => {
    const bob = await register("bob@example.net");
    for (let at = 0; at < 20; at++) await tokensOf(bob);
    elapse(1);
    const ids = await rows<{ id: string }>("SELECT id FROM sessions WHERE user_id = ?", bob.id);
    expect(new Set(ids.map(({ id }) => id.slice(4, 12))).size).toBe(20);
    for (const { id } of ids) expect(id).toMatch(/^ses_[a-z2-7]{16}$/);
  });
});
