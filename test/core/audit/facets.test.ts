import * as fc from "fast-check";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { facetsOf, hashesFor, MAY_HOLD } from "../../../src/core/audit/facets";
import { statement } from "../../../src/db/statement";
import { runs } from "../../chance";
import { depsOf } from "../../deps";

const ASK = statement(`SELECT ${MAY_HOLD} AS found FROM (SELECT :facets AS facets)`);

/** Whether a search for each of these would read an object with this filter. */
async function found(facets: Uint8Array<ArrayBuffer>, asked: object[]): Promise<boolean[]> {
  const { deps } = await depsOf();
  const questions = asked.map((one) =>
    ASK(deps, { facets: facets.buffer, hashes: hashesFor(one) }),
  );
  const answers = await env.DB.batch<{ found: number }>(questions);
  return answers.map(({ results }) => results[0]?.found === 1);
}

it("finds every user, app, type and outcome that is there, alone and together", async () => {
  const text = fc.option(fc.string({ unit: "binary" }));
  const event = fc.record({ userId: text, appId: text, type: fc.string(), outcome: fc.string() });
  const property = fc.asyncProperty(fc.array(event, { minLength: 1 }), async (events) => {
    const alone = events.flatMap((one) =>
      Object.entries(one).map((entry) => Object.fromEntries([entry])),
    );
    const asked = [...events, ...alone, {}];
    expect(await found(facetsOf(events), asked)).toEqual(asked.map(() => true));
  });
  await fc.assert(property, { numRuns: runs(50) });
});

it.each([1, 30, 5000])(
  "takes few others of %i users for one of them, at about a byte each",
  async (count) => {
    const users = Array.from({ length: count }, (_, at) => ({ userId: `usr_${at}` }));
    const facets = facetsOf(users);
    expect(facets.byteLength).toBe(Math.max(16, count));
    const others = Array.from({ length: 2000 }, (_, at) => ({ userId: `usr_other_${at}` }));
    const mistaken = (await found(facets, others)).filter((one) => one);
    expect(mistaken.length / others.length).toBeLessThan(0.04);
  },
);
