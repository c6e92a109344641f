import { beforeEach, describe, expect, it } from "vitest";
import {
  as,
  auth,
  expectJson,
  PASSWORD,
  protect,
  register,
  tokensOf,
  type Tokens,
} from "../account";
import { elapse, problemCode } from "../service";
import { countGood, countSessions, logInFrom, stepUp } from "./account-support";
import { comparable, contents, freshAddress, rows, storedUser, together } from "./support";

const WRONG = "incorrect horse battery staple";
const MINUTES = 60;
const byEmail = { email: "ada@example.com" };
const byName = { username: "ada" };

/** Two seconds of hashing each hundred. */
const SLOW = 60_000;

let here: string;
beforeEach(() => {
  here = freshAddress()["cf-connecting-ip"];
});

const elsewhere = () => freshAddress()["cf-connecting-ip"];
const ada = () => register(byEmail.email, { username: byName.username });

async function fail(times: number, from: () => string = () => here): Promise<void> {
  for (let at = 0; at < times; at++) await logInFrom(from(), { ...byEmail, password: WRONG });
}

const right = (address = here) => logInFrom(address, { ...byEmail, password: PASSWORD });

/** Wrong passwords that were counted, by what is in the audit trail. */
async function counted(): Promise<number> {
  const events = await rows("SELECT id FROM audit_events WHERE reason = 'wrong_password'");
  return events.length;
}

describe("behind 200 parallel wrong passwords from one address", () => {
  it(
    "ten are counted, and a right one is refused with the very answer of a wrong one",
    { timeout: SLOW },
    async () => {
      const person = await ada();
      const before = await countSessions(person);
      const body = { ...byEmail, password: WRONG };
      const answers = await together(200, () => logInFrom(here, body));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
      expect(await counted()).toBe(10);
      const refused = await comparable(await right());
      expect(refused).toEqual(await comparable(await logInFrom(here, body)));
      expect(refused).toMatchObject({ status: 401, body: { code: "invalid_credentials" } });
      expect(await countSessions(person)).toBe(before);
      expect((await right(elsewhere())).status).toBe(200);
    },
  );

  it(
    "a right one among them begins a session only if it is one of the first",
    { timeout: SLOW },
    async () => {
      const person = await ada();
      const answers = await together(60, (at) =>
        logInFrom(here, { ...byEmail, password: at === 59 ? PASSWORD : WRONG }),
      );
      expect(countGood(answers)).toBe(await countSessions(person));
      expect(await counted()).toBeLessThanOrEqual(10);
      expect((await right()).status).toBe(401);
    },
  );
});

describe("an address that failed ten times", () => {
  it("is refused the right password for what is left of 15 minutes, and no longer", async () => {
    await ada();
    await fail(9);
    expect((await right()).status).toBe(200);
    elapse(5 * MINUTES);
    await fail(1);
    expect((await right()).status).toBe(401);
    elapse(10 * MINUTES - 1);
    expect((await right()).status).toBe(401);
    elapse(1);
    expect((await right()).status).toBe(200);
  });

  it("is not helped by a right password in between: it forgives nothing", async () => {
    await ada();
    for (let at = 0; at < 10; at++) {
      expect((await right()).status).toBe(200);
      await fail(1);
    }
    expect((await right()).status).toBe(401);
  });

  it("is written down no further: refused tries cost no row", async () => {
    await ada();
    await fail(10);
    const before = await contents();
    await fail(20);
    for (let at = 0; at < 5; at++) await right();
    expect(await contents()).toEqual(before);
  });

  it("by e-mail address is refused by user name too, and the other way round", async () => {
    await ada();
    for (let at = 0; at < 10; at++) {
      await logInFrom(here, { ...(at % 2 ? byEmail : byName), password: WRONG });
    }
    for (const name of [byEmail, byName, { email: "ＡＤＡ@example.com" }, { username: " Ada " }]) {
      expect((await logInFrom(here, { ...name, password: PASSWORD })).status).toBe(401);
      expect((await logInFrom(elsewhere(), { ...name, password: PASSWORD })).status).toBe(200);
    }
  });

  it("has spent nothing of anybody else's account", async () => {
    await ada();
    await register("grace@example.com");
    await fail(10);
    const body = { email: "grace@example.com", password: PASSWORD };
    expect((await logInFrom(here, body)).status).toBe(200);
  });
});

describe("an account that failed 100 times in an hour", () => {
  it(
    "from 100 addresses is closed to every address, until the hour is over",
    { timeout: SLOW },
    async () => {
      await ada();
      await fail(99, elsewhere);
      expect((await right(elsewhere())).status).toBe(200);
      await fail(1, elsewhere);
      for (const address of [here, elsewhere(), "2001:db8:7::1"]) {
        expect(await problemCode(await right(address))).toBe("invalid_credentials");
      }
      elapse(15 * MINUTES);
      expect((await right(elsewhere())).status).toBe(401);
      elapse(45 * MINUTES);
      expect((await right(elsewhere())).status).toBe(200);
    },
  );

  it(
    "is not closed by whoever has one address: ten of theirs count",
    { timeout: SLOW },
    async () => {
      await ada();
      for (let quarter = 0; quarter < 4; quarter++) {
        await fail(30);
        elapse(14 * MINUTES);
      }
      expect(await counted()).toBeLessThanOrEqual(40);
      expect((await right(elsewhere())).status).toBe(200);
    },
  );
});

describe("the address that wrong passwords count by", () => {
  it("is the platform's, whatever the client says of itself", async () => {
    await ada();
    const names = ["x-forwarded-for", "forwarded", "x-real-ip", "true-client-ip"];
    const claim = (at: number) => ({
      "cf-connecting-ip": here,
      [names[at % names.length] ?? ""]: `198.51.100.${at}`,
    });
    for (let at = 0; at < 10; at++) {
      await auth("POST", "/login", { body: { ...byEmail, password: WRONG }, headers: claim(at) });
    }
    const body = { ...byEmail, password: PASSWORD };
    expect((await auth("POST", "/login", { body, headers: claim(11) })).status).toBe(401);
  });

  it("of IPv6 is the /64", async () => {
    await ada();
    for (let at = 0; at < 10; at++) {
      await logInFrom(`2001:db8:1:2::${at}`, { ...byEmail, password: WRONG });
    }
    expect((await right("2001:db8:1:2:ffff:ffff:ffff:ffff")).status).toBe(401);
    expect((await right("2001:db8:1:3::1")).status).toBe(200);
  });
});

describe("wrong passwords, however many,", () => {
  it("never move the counter of the second factor", async () => {
    const person = await protect(await ada());
    const before = await storedUser(person.id);
    await fail(15);
    await fail(5, elsewhere);
    for (let at = 0; at < 12; at++) {
      await stepUp(person.tokens, { password: WRONG });
      const body = { currentPassword: WRONG, newPassword: "another horse battery staple" };
      await as(person.tokens, "POST", "/password", { body });
    }
    expect(await storedUser(person.id)).toEqual(before);
  });
});

/** The other places where a password is given, from one address. */
const PLACES: [string, (tokens: Tokens, password: string) => Promise<Response>][] = [
  [
    "a step-up",
    (tokens, password) =>
      as(tokens, "POST", "/step-up", { body: { password }, headers: { "cf-connecting-ip": here } }),
  ],
  ...[
    ["a change of password", "/password"],
    ["securing the account", "/secure"],
  ].map(([name = "", path = ""]): (typeof PLACES)[number] => [
    name,
    (tokens, password) =>
      as(tokens, "POST", path, {
        body: { currentPassword: password, newPassword: "another horse battery staple" },
        headers: { "cf-connecting-ip": here },
      }),
  ]),
];

describe.each(PLACES)("the password guard is that of %s too:", (_name, give) => {
  it("what failed there is counted at log-in", async () => {
    const tokens = await tokensOf(await ada());
    for (let at = 0; at < 10; at++) {
      expect(await problemCode(await give(tokens, WRONG))).toBe("invalid_credentials");
    }
    expect((await right()).status).toBe(401);
    expect((await right(elsewhere())).status).toBe(200);
  });

  it("what failed at log-in is counted there", async () => {
    const person = await ada();
    const tokens = await tokensOf(person);
    await fail(10);
    const refused = await comparable(await give(tokens, PASSWORD));
    expect(refused).toEqual(await comparable(await give(tokens, WRONG)));
    expect(refused).toMatchObject({ status: 401 });
    elapse(15 * MINUTES);
    const fresh = await expectJson<Tokens>(right(), 200);
    expect((await give(fresh, PASSWORD)).status).toBe(200);
  });
});
