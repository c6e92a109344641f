/** What a request carries from one middleware to the next. */

import type { KeyCaller, SessionCaller } from "../core/caller/actor";
import type { Bindings, Config, Deps } from "../env";
import type { Problem } from "../problem";
import type { ShownBrand } from "./pages/brand";

export interface AppEnv {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    config: Config;
    deps: Deps;
    /** Set by `requireKey`. */
    key: Omit<KeyCaller, "userId">;
    /** Set by `requireSession` and `requireFresh`. */
    session: SessionCaller;
    /** The problem that the request ended in, for the log. */
    problem: Problem | undefined;
    /** How the page looks, if an app has a say in it. */
    brand: ShownBrand | undefined;
    /** What the page's content security policy allows besides: see `pages/safety.ts`. */
    allowed: { forms: string[]; styles: string[]; frames: string[] } | undefined;
  };
}
