/**
 * Where D1 answered and how long that took, in the header `Server-Timing`. Only back ends are told,
 * and only about codes: they can thus see whether a replica near the Worker answers. A browser gets
 * nothing that would tell how much work its answer took.
 */

import type { Context } from "hono";
import type { Trip } from "../env";
import type { AppEnv } from "./context";

/** Tells of the trips of this attempt, whatever comes of it. */
export function timed<T>(c: Context<AppEnv>, attempt: Promise<T>): Promise<T> {
  return attempt.finally(() => {
    const { trips } = c.var.deps.request;
    if (trips.length > 0) c.header("server-timing", trips.map(toMetric).join(", "));
  });
}

function toMetric({ region, primary, sqlMilliseconds }: Trip): string {
  const place = [...(region === undefined ? [] : [region]), primary ? "primary" : "replica"];
  return `d1;dur=${sqlMilliseconds.toFixed(2)};desc="${place.join(" ")}"`;
}
