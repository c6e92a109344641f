/**
 * Finds out why a code does not confirm an enrolment, as far as that may be told. A look beyond the
 * steps that a verification accepts tells a guesser more than a plain refusal. Here the secret is
 * not yet worth anything to anybody, and each look costs one of the enrolment's five tries.
 */

import {
  DEFAULT_PARAMETERS,
  matchStep,
  stepsAround,
  timeStep,
  type TotpParameters,
} from "../../crypto/totp";
import { Problem } from "../../problem";
import type { OpenAuthenticator } from "../code/match";
import { MAX_DRIFT } from "../policy";

const QUARTER_SECONDS = 15 * 60;
/**
 * 14 hours in either direction. Time zones are whole, half and quarter hours apart (Nepal:
 * UTC+05:45).
 */
const MAX_QUARTERS = 14 * 4;
const QUARTERS = Array.from({ length: 2 * MAX_QUARTERS + 1 }, (_, at) => at - MAX_QUARTERS);

interface Place {
  now: Date;
  window: number;
}

/**
 * Answers the problem that fits the code. `clock_skew` says that the code is of a time up to ten
 * steps off. `time_zone` says that the clock is off by a time zone. Both have `offsetSeconds`,
 * which is positive if the phone is ahead. `parameters_ignored` says that the authenticator app
 * uses its usual parameters instead of the enrolment's. Any other code gives `invalid_code`.
 */
export async function diagnose(
  [authenticator]: OpenAuthenticator[],
  digits: string,
  place: Place,
): Promise<Problem> {
  if (!authenticator) throw new Error("nothing to diagnose");
  const ofOtherTime =
    digits.length === authenticator.digits && (await findOffset(authenticator, digits, place));
  if (ofOtherTime) return ofOtherTime;
  const ofOtherParameters = await findParameters(authenticator, digits, place);
  if (ofOtherParameters) return ofOtherParameters;
  const isShort = digits.length !== authenticator.digits;
  return new Problem(
    "invalid_code",
    isShort ? { detail: `code: ${authenticator.digits} digits.` } : {},
  );
}

async function findOffset(
  { secret, ...parameters }: OpenAuthenticator,
  digits: string,
  { now, window }: Place,
): Promise<Problem | null> {
  const { period } = parameters;
  const current = timeStep(now, period);
  const find = (steps: number[]) => matchStep(secret, [digits], { steps, parameters });
  const near = await find(stepsAround(current, MAX_DRIFT));
  if (near !== null) return clockSkew((near - current) * period);
  const far = await find(
    // A clock that was set by hand is not accurate to the second either.
    QUARTERS.flatMap((quarters) =>
      stepsAround(stepAfter(now, quarters, period), Math.max(1, window)),
    ),
  );
  if (far === null) return null;
  const quarters = Math.round(((far - current) * period) / QUARTER_SECONDS);
  return timeZone(quarters * QUARTER_SECONDS);
}

function stepAfter(now: Date, quarters: number, period: number): number {
  return timeStep(new Date(now.getTime() + quarters * QUARTER_SECONDS * 1000), period);
}

function clockSkew(offsetSeconds: number): Problem {
  const direction = offsetSeconds > 0 ? "ahead" : "behind";
  return new Problem("clock_skew", {
    detail: `The phone's clock is about ${Math.abs(offsetSeconds)} seconds ${direction}.`,
    extensions: { offsetSeconds },
  });
}

function timeZone(offsetSeconds: number): Problem {
  const direction = offsetSeconds > 0 ? "ahead" : "behind";
  const hours = Math.abs(offsetSeconds) / 3600;
  return new Problem("time_zone", {
    detail: `The phone's clock is about ${hours} ${hours === 1 ? "hour" : "hours"} ${direction}: its time zone is set by hand.`,
    extensions: { offsetSeconds },
  });
}

/**
 * Tries for each parameter both the enrolment's value and the usual one. The code itself says how
 * many digits there are.
 */
async function findParameters(
  { secret, ...own }: OpenAuthenticator,
  code: string,
  { now, window }: Place,
): Promise<Problem | null> {
  const digits = code.length;
  for (const algorithm of new Set([own.algorithm, DEFAULT_PARAMETERS.algorithm])) {
    for (const period of new Set([own.period, DEFAULT_PARAMETERS.period])) {
      const parameters: TotpParameters = { algorithm, digits, period };
      const steps = stepsAround(timeStep(now, period), window);
      // The enrolment's own parameters were tried before.
      if ((await matchStep(secret, [code], { steps, parameters })) !== null) {
        return new Problem("parameters_ignored", {
          detail: `The app made this code with ${algorithm}, ${digits} digits and ${period} seconds.`,
          extensions: { ...parameters },
        });
      }
    }
  }
  return null;
}
