/**
 * The time zone of the console: the operator's choice, or else the one that the edge derives from
 * the address. It is named once on each page, and every time is in it.
 */

import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppEnv } from "../../context";
import { ownCookie, setOwnCookie } from "../../cookies";
import { timeZoneOf } from "../language";

const COOKIE = "stepgate-time-zone";
const YEAR_SECONDS = 365 * 86_400;
const MINUTE = 60_000;

/** Whether the platform knows a time zone of this name (IANA). */
export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}

export function zoneOf(c: Context<AppEnv>): string {
  const chosen = ownCookie(c, COOKIE) ?? "";
  return isZone(chosen) ? chosen : timeZoneOf(c);
}

/** By how many milliseconds the clocks of the zone are ahead of UTC at this moment. */
export function aheadOfUtc(zone: string, at: Date): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(at);
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(
    value("year"),
    value("month") - 1,
    value("day"),
    value("hour"),
    value("minute"),
  );
  return local - Math.floor(at.getTime() / MINUTE) * MINUTE;
}

/**
 * The moment at which the clocks of the zone show this time, which is given as if it were UTC. Where
 * clocks are set back, the later of two.
 */
export function momentOf(shown: Date, zone: string): Date {
  const guess = new Date(shown.getTime() - aheadOfUtc(zone, shown));
  return new Date(shown.getTime() - aheadOfUtc(zone, guess));
}

/** The time in a datetime-local field, as if it were UTC. It is that of the console's zone. */
export const LocalTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/)
  .transform((text) => new Date(`${text}Z`))
  .refine((time) => !Number.isNaN(time.getTime()));

export function chooseZone(c: Context<AppEnv>, zone: string): void {
  setOwnCookie(c, COOKIE, zone, YEAR_SECONDS, "Lax");
}
