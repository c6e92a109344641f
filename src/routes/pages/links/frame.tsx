/** What the pages share that an app sends its users to. */

import type { Context } from "hono";
import type { AppEnv } from "../../context";
import { textsOf } from "../language";
import { allowForms } from "../safety";

/** A form of this page may lead back to the app. */
export function allowReturn(c: Context<AppEnv>, returnUrl: string | null): void {
  if (returnUrl === null) return;
  const { origin, protocol } = new URL(returnUrl);
  // An app's own scheme has no origin.
  allowForms(c, "'self'", origin === "null" ? protocol : origin);
}

/** Back without having done it, if there is a way back. */
export function Cancel({ c, to }: { c: Context<AppEnv>; to: string | null }) {
  if (to === null) return null;
  return (
    <p>
      <a href={to}>{textsOf(c).cancel}</a>
    </p>
  );
}
