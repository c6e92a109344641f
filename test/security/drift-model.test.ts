import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { everywhere } from "../databases";
import { codeOf, elapse, wrongCodeOf } from "../service";
import { comparedSteps, resynchronise, verify, type Verdict } from "./drift-model";
import { computedBy, device, PERIOD, stored, type Device } from "./drift-support";
import { storedUser } from "./support";

type Step = { kind: "clock" | "verify" | "replay" | "resync" | "wrong"; by: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("clock" as const), by: fc.integer({ min: -2, max: 8 }) }),
  fc.record({ kind: fc.constant("verify" as const), by: fc.integer({ min: -13, max: 13 }) }),
  fc.record({ kind: fc.constant("replay" as const), by: fc.nat(5) }),
  fc.record({ kind: fc.constant("resync" as const), by: fc.integer({ min: -13, max: 12 }) }),
  fc.record({ kind: fc.constant("wrong" as const), by: fc.constant(0) }),
);

/** What the service said, and what it charged; the failures were none before. */
async function verdictOf(response: Response): Promise<Verdict> {
  const { valid = response.status === 200 } = await response.json<{ valid?: boolean }>();
  if (valid) return "accepted";
  return (await storedUser("ada")).failures === 0 ? "spent" : "wrong";
}

describe("whatever clocks, codes and replays come", () => {
  it("the service does what the model does, and accepts no step twice", async () => {
    const window = fc.constantFrom(0, 1, 2);
    const run = fc.array(anyStep, { minLength: 8, maxLength: 24 });
    const property = fc.asyncProperty(window, run, async (reach, steps) => {
      await everywhere.batch([
        everywhere.prepare("DELETE FROM users"),
        everywhere.prepare("DELETE FROM authenticators"),
      ]);
      const one = await device(reach);
      await follow(one, steps);
      expect(new Set(one.model.accepted).size).toBe(one.model.accepted.length);
      expect(one.model.accepted.toSorted((a, b) => a - b)).toEqual(one.model.accepted);
    });
    await fc.assert(property, { numRuns: 20, endOnFailure: true });
  }, 120_000);
});

async function follow(one: Device, steps: Step[]): Promise<void> {
  for (const { kind, by } of steps) {
    // A lock would hide what is asked here.
    await everywhere
      .prepare("UPDATE users SET failures = 0, strikes = 0, locked_until = NULL")
      .run();
    const { said, due } = await WAYS[kind](one, by);
    expect({ kind, by, ...said }).toEqual({ kind, by, ...due });
    const { lastStep: last_step, drift } = one.model;
    expect(await stored()).toEqual({ last_step, drift });
  }
}

interface Outcome {
  verdict: Verdict;
  /** Codes of the token. */
  computed: number;
}

type Way = (one: Device, by: number) => Promise<{ said?: Outcome; due?: Outcome }>;

/** Each asks the service, and the model. */
const WAYS: Record<Step["kind"], Way> = {
  clock: async ({ model }, by) => {
    elapse(by * PERIOD);
    model.now += by;
    return {};
  },
  verify: async (one, by) => giveCode(one, one.model.now + by),
  replay: async (one, by) => giveCode(one, one.model.accepted.at(-1 - by) ?? null),
  wrong: async (one) => giveCode(one, null),
  resync: async ({ model, resync }, by) => {
    const [response, computed] = await computedBy(() => resync(by));
    const verdict = await verdictOf(response);
    const due = { verdict: resynchronise(model, model.now + by), computed: 2 * 21 };
    return { said: { verdict, computed }, due };
  },
};

/** The code of a step; null is a wrong one. */
async function giveCode({ app, user, model }: Device, step: number | null) {
  const code = step === null ? wrongCodeOf(user.phone) : codeOf(user.phone, step - model.now);
  const [response, computed] = await computedBy(() => app.verify("ada", code));
  const verdict = await verdictOf(response);
  const compared = comparedSteps(model).length;
  if (compared > 2 * (2 * model.window + 1)) throw new Error("the model compares too many");
  const due = {
    verdict: step === null ? "wrong" : verify(model, step),
    computed: compared,
  } as const;
  return { said: { verdict, computed }, due };
}
