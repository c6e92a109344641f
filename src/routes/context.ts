/** What a request carries from one middleware to the next. */

import type { KeyCaller, SessionCaller } from "../core/caller/actor";
import type { Config, Deps } from "../env";
import type { Problem } from "../problem";

export interface AppEnv {
  Bindings: Env;
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
  };
}
