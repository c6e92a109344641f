/**
 * Codes that are judged by a replica which is behind: whatever it has not seen, the answers, and what
 * they cost, are those of the primary alone.
 */

import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../chance";
import { copyInto, lagging } from "../lagging";
import { alike, ATTEMPTS, createTwins, outcomesOf, SCENES } from "./replica-support";

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
    const attempts = fc.array(fc.constantFrom(...Object.keys(ATTEMPTS)), {
      minLength: 4,
      maxLength: 8,
    });
    const property = fc.asyncProperty(changes, changes, attempts, async (seen, unseen, sent) => {
      const twins = await createTwins();
      const happen = async (names: string[]) => {
        // What cannot be, after all that, is refused to both.
        for (const name of names) {
          await alike(twins, async (twin) => SCENES[name]?.change(twin).catch(() => {}));
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
    await fc.assert(property, { numRuns: runs(10), endOnFailure: true });
  }, 120_000);
});
