/** What an answer says of a user who is locked or capped by the code that was just tried. */

import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { tellCap, tellLock } from "../user/guard";
import type { Ruling } from "./ruling";

/** Says whether the attempt locked or capped the user. */
export interface LockOut {
  lockedUntil?: Date;
  /** A cap, which has no end. */
  capped?: true;
}

export function lockOutOf({ lockedUntil, capped }: Ruling): LockOut {
  if (capped) return { capped };
  return lockedUntil === null ? {} : { lockedUntil: new Date(lockedUntil) };
}

/** The problem for a wrong or spent code where a right one is needed. */
export function invalidCode(
  { now }: Deps,
  { lockedUntil, capped }: LockOut,
  about: Problem["extensions"] = {},
): Problem {
  const { extensions, ...lock } = lockedUntil
    ? tellLock(lockedUntil, now)
    : capped
      ? tellCap()
      : {};
  return new Problem("invalid_code", { ...lock, extensions: { ...about, ...extensions } });
}
