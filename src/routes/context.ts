/** What a request carries from one middleware to the next. */

import type { Caller } from "../core/load-user";
import type { Config, Deps } from "../env";
import type { Problem } from "../problem";

export interface AppEnv {
  Bindings: Env;
  Variables: {
    requestId: string;
    config: Config;
    deps: Deps;
    /** Set by `requireKey`. */
    caller: Caller;
    /** What the request ended in, for the log. */
    problem: Problem | undefined;
  };
}
