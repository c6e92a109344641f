/** A time in the console, in the time zone of the console. */

import type { Context } from "hono";
import type { AppEnv } from "../../context";
import { formatTime } from "../language";
import { zoneOf } from "./zone";

export function ZonedTime({ c, at }: { c: Context<AppEnv>; at: Date }) {
  const zone = zoneOf(c);
  return (
    <time datetime={at.toISOString()} data-zone={zone}>
      {formatTime(c, at, zone)}
    </time>
  );
}
