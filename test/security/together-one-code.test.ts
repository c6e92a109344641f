import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { spyOnCommits } from "../databases";
import { protect, register, type Protected } from "../account";
import { codeOf, elapse, wrongCodeOf, type TestApp } from "../service";
import { settings } from "../links";
import { accountsApp, setAccounts } from "./account-support";
import { firstCode, rows, storedUser } from "./support";
import { allSurfaces, SURFACES, type Surface } from "./together-support";

/** Each as often as this at once: with twelve surfaces 24 requests. */
const EACH = 2;

let app: TestApp;
let person: Protected;

beforeEach(async () => {
  await setAccounts(settings);
  app = await accountsApp();
  person = await protect(await register("ada@example.com", { username: "ada" }));
});

async function flood(code: string, without: string[] = []): Promise<string[]> {
  const surfaces = [];
  for (let at = 0; at < EACH; at++) surfaces.push(...(await allSurfaces(person, app)));
  const asked = surfaces.filter(({ name }) => !without.includes(name));
  const accepted = await Promise.all(asked.map(async ({ give }) => give(code)));
  return asked.filter((_, at) => accepted[at]).map(({ name }) => name);
}

/** Where each of these codes is accepted, tried one after another. */
async function acceptedBy(surfaces: { name: string; give: Surface }[], code: string) {
  const names = [];
  for (const { name, give } of surfaces) if (await give(code)) names.push(name);
  return names;
}

/** What KV can say at worst without refusing what is right. */
const LIARS: [string, (key: string) => Promise<string | null>][] = [
  ["knows nothing", async () => null],
  ["is down", () => Promise.reject(new Error("KV GET failed: 500"))],
];

describe("SECURITY: a code given to twelve surfaces, 24 times at once", () => {
  it("is accepted once", async () => {
    expect(await flood(codeOf(person.phone))).toHaveLength(1);
  });

  it("is accepted once if it is a backup code", async () => {
    // The one that takes nothing but digits.
    expect(await flood(firstCode(person), ["appended-otp"])).toHaveLength(1);
  });

  it.each(LIARS)("is accepted once when KV %s", async (_name, lie) => {
    const kv: { get: (key: string) => Promise<string | null> } = env.KV;
    const asked = vi.spyOn(kv, "get").mockImplementation(lie);
    expect(await flood(codeOf(person.phone))).toHaveLength(1);
    expect(asked).toHaveBeenCalled();
  });

  it("is charged five times if it is wrong, and then none passes anywhere until the lock ends", async () => {
    const surfaces = await allSurfaces(person, app);
    const before = await storedUser(person.id);
    expect(await flood(wrongCodeOf(person.phone))).toEqual([]);
    expect(await storedUser(person.id)).toMatchObject({ failures: 5 });
    expect((await storedUser(person.id)).strikes - before.strikes).toBeCloseTo(5, 2);
    expect(await acceptedBy(surfaces, codeOf(person.phone))).toEqual([]);
    elapse(31);
    expect(await acceptedBy(surfaces, codeOf(person.phone))).toHaveLength(1);
  });
});

describe("SECURITY: a code that one surface accepted", () => {
  it("would have been accepted by any of them, where a wrong one is not", async () => {
    for (const [name, prepare] of Object.entries(SURFACES)) {
      const give = await prepare(person, app);
      const answers = [await give(wrongCodeOf(person.phone)), await give(codeOf(person.phone))];
      expect([name, ...answers]).toEqual([name, false, true]);
      elapse(30);
    }
  });

  it("is accepted by no other one, whatever the clock does meanwhile", async () => {
    const surfaces = await allSurfaces(person, app);
    const code = codeOf(person.phone);
    const before = codeOf(person.phone, -1);
    expect(await surfaces[0]?.give(code)).toBe(true);
    for (const seconds of [0, -30, 60]) {
      elapse(seconds);
      for (const { name, give } of surfaces) {
        // The lock would hide what is asked here.
        await rows("UPDATE users SET failures = 0, locked_until = NULL");
        expect([name, await give(code), await give(before)]).toEqual([name, false, false]);
      }
    }
  });

  it("is accepted by no other one when the answer was lost after the commit", async () => {
    const surfaces = await allSurfaces(person, app);
    const code = codeOf(person.phone);
    const spy = spyOnCommits(async (commit) => {
      await commit();
      throw new Error("D1_ERROR: Network connection lost.");
    });
    expect(await surfaces[0]?.give(code)).toBe(false);
    spy.mockRestore();
    expect(await acceptedBy(surfaces, code)).toEqual([]);
  });

  it("is spent by none when the commit fails, and accepted by one afterwards", async () => {
    const surfaces = await allSurfaces(person, app);
    const code = codeOf(person.phone);
    const spy = spyOnCommits(() => Promise.reject(new Error("D1_ERROR: overloaded")));
    await Promise.all(surfaces.map(async ({ give }) => give(code).catch(() => false)));
    spy.mockRestore();
    expect(await storedUser(person.id)).toMatchObject({ failures: 0 });
    expect(await acceptedBy(surfaces, code)).toHaveLength(1);
  });
});
