/** D1 of which something happens between the read and the batch that decides. */

import { env } from "cloudflare:workers";

/** Bindings on which this happens once, before the first batch. */
export function interrupted(happens: () => Promise<unknown>): Env {
  let isDue = true;
  const DB = new Proxy(env.DB, {
    get(target, member) {
      if (member !== "batch") return Reflect.get(target, member).bind(target);
      return async (statements: D1PreparedStatement[]) => {
        const due = isDue;
        isDue = false;
        if (due) await happens();
        return target.batch(statements);
      };
    },
  });
  return { ...env, DB };
}
