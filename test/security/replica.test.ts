/**
 * Codes that are judged by a replica which is behind: whatever it has not seen, the answers, and what
 * they cost, are those of the primary alone.
 */

import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../chance";
import { copyInto, lagging } from "../lagging";
import { operations } from "../operations";
import { bearer, codeOf, createApp, elapse, enrolled, problemCode, wrongCodeOf } from "../service";
import { request, restoreWorld } from "../world";
import { ATTEMPTS, SCENES } from "./replica-scenes";
import { attempts, callOn, countAccepted, isAccepted, storedUser, together } from "./support";
import { alike, createTwins, outcomesOf, type Twin } from "./twins";

/** What an attempt writes to. */
const TABLES = ["users", "authenticators", "backup_codes", "audit_events", "api_keys"];

describe("a replica that has not seen that", () => {
  it.each(Object.entries(SCENES))("%s", async (_name, { settings, before, change }) => {
    const twins = await createTwins(settings);
    if (before) await alike(twins, before);
    const replica = await lagging();
    await alike(twins, change);
    const start = await copyInto(env.DB, TABLES);
    for (const [name, attemptOf] of Object.entries(ATTEMPTS)) {
      await env.DB.batch(start);
      // What was accepted is sent again.
      for (let isNew = true; isNew;) {
        const [behind, alone] = (await outcomesOf(twins, attemptOf, replica)) ?? [];
        expect({ name, ...behind }).toEqual({ name, ...alone });
        isNew = behind?.accepted ?? false;
      }
    }
  });

  it("whatever happened, and whatever is sent", async () => {
    const changes = fc.array(fc.constantFrom(...Object.keys(SCENES)), { maxLength: 3 });
    const message = fc.constantFrom(...Object.keys(ATTEMPTS));
    const messages = fc.array(message, { minLength: 4, maxLength: 8 });
    const property = fc.asyncProperty(changes, changes, messages, async (seen, unseen, sent) => {
      const twins = await createTwins();
      const happen = async (names: string[]) => {
        for (const name of names) {
          const change = async (twin: Twin) => SCENES[name]?.change(twin);
          // What cannot be, after all that, is refused to both.
          await alike(twins, (twin) => change(twin).catch(() => {}));
        }
      };
      await happen(seen);
      const replica = await lagging();
      await happen(unseen);
      for (const name of sent) {
        const attemptOf = ATTEMPTS[name] ?? (() => null);
        const [behind, alone] = (await outcomesOf(twins, attemptOf, replica)) ?? [];
        expect({ name, ...behind }).toEqual({ name, ...alone });
      }
    });
    await fc.assert(property, { numRuns: runs(8), endOnFailure: true });
  });
});

it("one of 20 parallel uses of a code is accepted, and no other is charged", async () => {
  const app = await createApp();
  const { phone } = await enrolled(app, "ada");
  const { bindings } = await lagging();
  const options = { body: { code: codeOf(phone) }, headers: bearer(app.key) };
  const verify = () => callOn(bindings, "POST", "/v1/users/ada/verify", options);
  expect(await countAccepted(await together(20, verify))).toBe(1);
  elapse(1);
  expect(await countAccepted(await together(20, verify))).toBe(0);
  expect(await storedUser("ada")).toMatchObject({ failures: 0, strikes: 0 });
  expect([await attempts("success"), await attempts("failure")]).toEqual([1, 0]);
});

it("a copy that does not say what it is may be behind too", async () => {
  const app = await createApp();
  const { phone } = await enrolled(app, "ada");
  for (let at = 0; at < 5; at++) await app.verify("ada", wrongCodeOf(phone));
  const { bindings } = await lagging({ served_by_primary: undefined });
  await app.v1("POST", "/users/ada/unlock");
  const options = { body: { code: codeOf(phone) }, headers: bearer(app.key) };
  expect(await isAccepted(await callOn(bindings, "POST", "/v1/users/ada/verify", options))).toBe(
    true,
  );
});

it("a copy that fails is no answer, and charges nothing", async () => {
  const app = await createApp();
  const { phone } = await enrolled(app, "ada");
  const broken = {
    prepare: () => {
      throw new Error("D1_ERROR: Network connection lost.");
    },
  };
  const DB = new Proxy(env.DB, {
    get(target, member) {
      return member === "withSession" ? () => broken : Reflect.get(target, member).bind(target);
    },
  });
  const options = { body: { code: wrongCodeOf(phone) }, headers: bearer(app.key) };
  const refused = await callOn({ ...env, DB }, "POST", "/v1/users/ada/verify", options);
  expect(await problemCode(refused)).toBe("unavailable");
  expect(await storedUser("ada")).toMatchObject({ failures: 0, strikes: 0 });
});

it("no call but a verification or a resynchronisation by key reads from a replica", async () => {
  const world = await restoreWorld();
  const reading = new Set<string>();
  for (const operation of operations) {
    const DB = new Proxy(env.DB, {
      get(target, member) {
        if (member === "withSession") reading.add(operation.path);
        return Reflect.get(target, member).bind(target);
      },
    });
    await request(operation, world, { bindings: { ...env, DB } });
  }
  expect([...reading]).toEqual(["/v1/users/{userId}/verify", "/v1/users/{userId}/resync"]);
});
