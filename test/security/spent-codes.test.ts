import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { everywhere } from "../databases";
import { protect, register, type Protected } from "../account";
import { codeOf, createApp, elapse, enrolled, type TestApp } from "../service";
import { settings } from "../links";
import { accountsApp, setAccounts } from "./account-support";
import {
  answer,
  attempts,
  challengeFor,
  countAccepted,
  firstCode,
  isAccepted,
  rows,
  storedUser,
  together,
} from "./support";
import { allSurfaces, SURFACES } from "./together-support";

const HOUR_OF_STEPS = 120;

let app: TestApp;
let person: Protected;

/** A KV that has heard of nothing, so that no hint spares the commit. */
function emptyKv(): void {
  const kv: { get: (key: string) => Promise<string | null> } = env.KV;
  vi.spyOn(kv, "get").mockImplementation(async () => null);
}

async function spend(code: string): Promise<string> {
  expect(await isAccepted(await app.verify(person.id, code))).toBe(true);
  return code;
}

/** Each makes a code that is right, and spent. */
const SPENT: [string, () => Promise<string>][] = [
  ["that was accepted last", () => spend(codeOf(person.phone))],
  [
    "of an earlier step, which nobody used",
    async () => {
      const earlier = codeOf(person.phone);
      await spend(codeOf(person.phone, 1));
      return earlier;
    },
  ],
  [
    "of a step that is far behind the last one spent, because the clock went back",
    async () => {
      const ahead = Math.floor(Date.now() / 30_000) + HOUR_OF_STEPS;
      await everywhere.prepare("UPDATE authenticators SET last_step = ?").bind(ahead).run();
      return codeOf(person.phone);
    },
  ],
  ["that is a backup code", () => spend(firstCode(person))],
];

describe("a right code that is spent", () => {
  beforeEach(async () => {
    await setAccounts(settings);
    app = await accountsApp();
    person = await protect(await register("ada@example.com", { username: "ada" }));
  });

  describe.each([
    ["as KV knows it", () => {}],
    ["when KV knows nothing", emptyKv],
  ])("%s", (_name, prepare) => {
    it.each(SPENT)(
      "%s, is refused by twelve surfaces, six times each, and charged by none",
      async (_code, make) => {
        const code = await make();
        const isBackup = code.length > 6;
        const all = await allSurfaces(person, app);
        // The one that takes nothing but digits.
        const surfaces = all.filter(({ name }) => !(isBackup && name === "appended-otp"));
        prepare();
        const before = await storedUser(person.id);
        for (const { name, give } of surfaces) {
          for (let at = 0; at < 6; at++) expect([name, await give(code)]).toEqual([name, false]);
          const now = await storedUser(person.id);
          expect([name, now.failures, now.strikes]).toEqual([name, 0, before.strikes]);
        }
        expect(await attempts("failure")).toBe(0);
        expect(
          await rows("SELECT * FROM challenges WHERE attempts > 0 AND spent_at IS NULL"),
        ).toEqual([]);
      },
    );
  });

  it("is noted in the audit trail once a minute", async () => {
    const code = await spend(firstCode(person));
    const noted = () =>
      rows("SELECT reason FROM audit_events WHERE outcome = 'refused' AND user_id = ?", person.id);
    for (let at = 0; at < 5; at++) await app.verify(person.id, code);
    expect(await noted()).toEqual([{ reason: "replayed_code" }]);
    elapse(61);
    for (let at = 0; at < 5; at++) await app.verify(person.id, code);
    expect(await noted()).toHaveLength(2);
  });

  it("sent to every surface twice at once is accepted by one, and charged by none of the others", async () => {
    emptyKv();
    for (const code of [codeOf(person.phone), firstCode(person)]) {
      const surfaces = [...(await allSurfaces(person, app)), ...(await allSurfaces(person, app))];
      const asked = surfaces.filter(({ name }) => code.length === 6 || name !== "appended-otp");
      const accepted = await Promise.all(asked.map(({ give }) => give(code)));
      expect(asked).toHaveLength((Object.keys(SURFACES).length - (code.length === 6 ? 0 : 1)) * 2);
      expect(accepted.filter(Boolean)).toHaveLength(1);
      expect(await storedUser(person.id)).toMatchObject({ failures: 0, locked_until: null });
      expect(await attempts("failure")).toBe(0);
    }
  });
});

const DOUBLE_CLICKS: [string, (code: string) => Promise<Response[]>][] = [
  ["verifications", (code) => together(10, () => app.verify("ada", code))],
  [
    "challenges, one each",
    async (code) => {
      const made = await Promise.all(Array.from({ length: 10 }, () => challengeFor(app, "ada")));
      return together(10, (at) => answer(made[at]?.token ?? "", code));
    },
  ],
];

describe("ten copies of one right code at once", () => {
  it.each(DOUBLE_CLICKS)(
    "as %s: one is accepted, nine are refused, nothing is charged",
    async (_name, fire) => {
      app = await createApp();
      const user = await enrolled(app, "ada");
      for (const code of [codeOf(user.phone), firstCode(user)]) {
        expect(await countAccepted(await fire(code))).toBe(1);
        expect(await storedUser("ada")).toMatchObject({
          failures: 0,
          strikes: 0,
          locked_until: null,
        });
      }
      expect(await attempts("failure")).toBe(0);
      expect(await attempts("success")).toBe(2);
    },
  );
});

describe("an uncharged answer", () => {
  it("comes for no code of a step that is not spent, nor for any near it", async () => {
    app = await createApp({ settings: { failuresBeforeLock: 10 } });
    const { phone } = await enrolled(app, "ada", { digits: 8 });
    await app.verify("ada", codeOf(phone));
    const charged = [-3, -2, 2, 3].map((steps) => codeOf(phone, steps));
    for (const [at, code] of charged.entries()) {
      expect(await isAccepted(await app.verify("ada", code))).toBe(false);
      expect(await storedUser("ada")).toMatchObject({ failures: at + 1 });
    }
  });
});
