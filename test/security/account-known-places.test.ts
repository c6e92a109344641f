/**
 * Strangers who know an e-mail address use up what its account allows of wrong passwords. Whoever has
 * logged in before, from this browser or this address, gets in all the same.
 */

import { beforeEach, describe, expect, it } from "vitest";
import { everywhere } from "../databases";
import { as, auth, expectJson, PASSWORD, register, tokensOf, type Person } from "../account";
import { elapse, ORIGIN, problemCode } from "../service";
import { logInFrom } from "./account-support";
import { comparable, contents, freshAddress } from "./support";

const WRONG = "incorrect horse battery staple";
const NAME = "__Host-stepgate-browser";
const QUARTER = 15 * 60;
const SLOW = 120_000;

const elsewhere = () => freshAddress()["cf-connecting-ip"];
const home = "203.0.113.7";

let person: Person;
beforeEach(async () => {
  person = await register("ada@example.com");
});

/** As a browser does: from anywhere, with what it holds. */
function fromBrowser(cookie: string | null, password = PASSWORD, email = person.email) {
  const headers = { origin: ORIGIN, ...(cookie !== null && { cookie: `${NAME}=${cookie}` }) };
  return auth("POST", "/login", { body: { email, password, cookie: true }, headers });
}

function cookieFrom(response: Response): string {
  const lines = response.headers.getSetCookie().filter((line) => line.startsWith(`${NAME}=`));
  return lines[0]?.split(";")[0]?.slice(NAME.length + 1) ?? "";
}

const remembered = async (cookie: string | null = null, email = person.email) =>
  cookieFrom(await fromBrowser(cookie, PASSWORD, email));

const right = (address: string) => logInFrom(address, { email: person.email, password: PASSWORD });
const wrong = (address: string) => logInFrom(address, { email: person.email, password: WRONG });

/** As if strangers had failed 100 times: so many hashes would take long. */
async function besiege(): Promise<void> {
  await wrong(elsewhere());
  // Counters of an hour, which begin with a stranger's failure, and of registrations.
  const minute = 60_000;
  await everywhere
    .prepare("UPDATE password_guards SET failures = 100 WHERE ends_at > ? AND ends_at <= ?")
    .bind(Date.now() + 15 * minute, Date.now() + 60 * minute)
    .run();
  expect(await problemCode(await right(elsewhere()))).toBe("invalid_credentials");
}

describe("while strangers have used up an account's tries", () => {
  it("the owner's browser is let in, from wherever it is", async () => {
    const cookie = await remembered();
    await besiege();
    expect((await fromBrowser(cookie)).status).toBe(200);
    expect((await fromBrowser(null)).status).toBe(401);
  });

  it("an address that the owner has logged in from is let in, also of an API client", async () => {
    await tokensOf(person);
    expect((await right(home)).status).toBe(200);
    await besiege();
    expect((await right(home)).status).toBe(200);
    expect((await right("203.0.113.8")).status).toBe(401);
  });

  it("of IPv6 the /64 is the address", async () => {
    expect((await right("2001:db8:1:2::1")).status).toBe(200);
    await besiege();
    expect((await right("2001:db8:1:2:ffff::1")).status).toBe(200);
    expect((await right("2001:db8:1:3::1")).status).toBe(401);
  });

  it("the last eight addresses are known, and no more", async () => {
    await right(home);
    const others = Array.from({ length: 8 }, elsewhere);
    for (const address of others) await right(address);
    await besiege();
    expect((await right(home)).status).toBe(401);
    for (const address of others) expect((await right(address)).status).toBe(200);
  });

  it("a session goes on: its step-up and its change of password are let in from a known address", async () => {
    const from = { "cf-connecting-ip": home };
    const tokens = await expectJson<{ accessToken: string; refreshToken: string }>(
      right(home),
      200,
    );
    await besiege();
    const body = { currentPassword: PASSWORD, newPassword: "staple battery horse correct" };
    expect((await as(tokens, "POST", "/password", { body, headers: from })).status).toBe(200);
  });

  it("nobody is let in who was known before the account was secured, but who secured it", async () => {
    const thief = await remembered();
    await right(home);
    const own = await fromBrowser(null);
    const held = own.headers.getSetCookie().map((line) => line.split(";")[0]);
    elapse(1);
    const newPassword = "staple battery horse correct";
    const here = { "cf-connecting-ip": elsewhere() };
    const headers = { ...here, origin: ORIGIN, cookie: held.join("; ") };
    const body = { currentPassword: PASSWORD, newPassword };
    const secured = await auth("POST", "/secure", { body, headers });
    expect(secured.status).toBe(200);
    await besiege();
    const from = (address: string) =>
      logInFrom(address, { email: person.email, password: newPassword });
    expect((await fromBrowser(thief, newPassword)).status).toBe(401);
    expect((await fromBrowser(cookieFrom(own), newPassword)).status).toBe(401);
    expect((await from(home)).status).toBe(401);
    expect((await fromBrowser(cookieFrom(secured), newPassword)).status).toBe(200);
    expect((await from(here["cf-connecting-ip"])).status).toBe(200);
  });

  it("an address that failed only is a stranger's", async () => {
    await wrong(home);
    await besiege();
    expect((await right(home)).status).toBe(401);
  });
});

describe("a browser's cookie", () => {
  it.each([
    ["of another account", async () => remembered(null, (await register("eve@example.com")).email)],
    ["that was made up", async () => `${"a".repeat(26)}.1999999999999.test.${"A".repeat(43)}`],
    ["that is cut off", async () => (await remembered()).slice(0, -1)],
    ["with another nonce", async () => `a${(await remembered()).slice(1)}`.replace(/^aa/, "ab")],
    ["with another end", async () => (await remembered()).replace(/\.1(\d{12})\./, ".9$1.")],
    ["that is long", async () => "~".repeat(2000)],
  ])("%s opens nothing", async (_what, make) => {
    const cookie = await make();
    await besiege();
    expect((await fromBrowser(cookie)).status).toBe(401);
  });

  it("is good for a year", async () => {
    const cookie = await remembered();
    elapse(365 * 24 * 3600 - 1);
    await besiege();
    expect((await fromBrowser(cookie)).status).toBe(200);
    elapse(1);
    expect((await fromBrowser(cookie)).status).toBe(401);
  });

  it("is good for each of four accounts, and keeps its nonce from log-in to log-in", async () => {
    let cookie = await remembered();
    const [nonce] = cookie.split(".");
    for (const name of ["b", "c", "d"]) {
      cookie = await remembered(cookie, (await register(`${name}@example.com`)).email);
    }
    await besiege();
    const again = cookieFrom(await fromBrowser(cookie));
    expect(again.split("~").length).toBe(4);
    expect(again.split(".")[0]).toBe(nonce);
  });

  it(
    "that was stolen is good for ten guesses in a quarter of an hour, and for a hundred in 30 days",
    { timeout: SLOW },
    async () => {
      const cookie = await remembered();
      const guess = () => fromBrowser(cookie, WRONG);
      await besiege();
      for (let at = 0; at < 10; at++) await guess();
      const before = await contents();
      await guess();
      expect((await fromBrowser(cookie)).status).toBe(401);
      expect(await contents()).toEqual(before);
      for (let quarter = 1; quarter < 10; quarter++) {
        elapse(QUARTER);
        if (quarter % 4 === 0) await besiege();
        for (let at = 0; at < 10; at++) await guess();
      }
      elapse(QUARTER);
      await besiege();
      expect((await fromBrowser(cookie)).status).toBe(401);
      elapse(30 * 24 * 3600);
      await besiege();
      expect((await fromBrowser(cookie)).status).toBe(200);
    },
  );

  it("tells nothing: with it, a wrong password of anybody is answered as without", async () => {
    const cookie = await remembered();
    const seen = new Set<string>();
    for (const held of [null, cookie]) {
      for (const email of [person.email, "nobody@example.com"]) {
        seen.add(JSON.stringify(await comparable(await fromBrowser(held, WRONG, email))));
      }
    }
    expect(seen.size).toBe(1);
  });
});

describe("wrong passwords from one IPv6 /48", () => {
  it(
    "are 20 in a quarter of an hour for one account, whatever their /64",
    { timeout: SLOW },
    async () => {
      const address = (at: number) => `2001:db8:9:${(at + 1).toString(16)}::1`;
      for (let at = 0; at < 19; at++) await wrong(address(at));
      expect((await right(address(100))).status).toBe(200);
      await wrong(address(19));
      expect((await right(address(101))).status).toBe(401);
      expect((await right("2001:db8:a:1::1")).status).toBe(200);
      elapse(QUARTER);
      expect((await right(address(101))).status).toBe(200);
    },
  );
});
