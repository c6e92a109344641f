/** What drift, single use and resynchronisation have to do, in so few words that it can be believed. */

/** The clock of a token is followed so many steps either way. */
const BOUND = 10;

export type Verdict = "accepted" | "spent" | "wrong";

export interface Model {
  window: number;
  /** Our clock, in steps. */
  now: number;
  drift: number;
  lastStep: number;
  /** Steps whose codes were accepted, by verification or resynchronisation, in that order. */
  accepted: number[];
}

/** Whose codes a verification compares. */
export function comparedSteps({ window, now, drift }: Model): number[] {
  const around = (centre: number) => (step: number) => Math.abs(step - centre) <= window;
  const steps = Array.from({ length: 4 * BOUND + 1 }, (_, at) => now + at - 2 * BOUND);
  return steps.filter((step) => around(now)(step) || around(now + drift)(step));
}

/** The code of a step. */
export function verify(model: Model, step: number): Verdict {
  if (!comparedSteps(model).includes(step)) return "wrong";
  if (step <= model.lastStep) return "spent";
  return accept(model, step, [step]);
}

/** The codes of a step and of the one after it. */
export function resynchronise(model: Model, step: number): Verdict {
  const second = step + 1;
  if (Math.abs(second - model.now) > BOUND) return "wrong";
  if (second <= model.lastStep) return "spent";
  return step <= model.lastStep ? "wrong" : accept(model, second, [step, second]);
}

function accept(model: Model, step: number, steps: number[]): Verdict {
  model.lastStep = step;
  model.drift = Math.max(-BOUND, Math.min(BOUND, step - model.now));
  model.accepted.push(...steps);
  return "accepted";
}
