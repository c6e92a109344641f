/** Answers a published API only if COMPAT names it. Otherwise its paths are unknown. */

import { createMiddleware } from "hono/factory";
import { Problem } from "../../problem";
import type { PublishedApi } from "../../env";
import type { AppEnv } from "../context";

export function whereOn(api: PublishedApi) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (!c.var.config.settings.compat.has(api)) {
      throw new Problem("unknown_path", { cause: `${api} is not in COMPAT` });
    }
    await next();
  });
}
