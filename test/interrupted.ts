/** D1 of which something happens between the read and the batch that decides. */

import { isCommit, wrapping } from "./databases";

/** Bindings on which this happens once, before the first batch. */
export function interrupted(happens: () => Promise<unknown>): Env {
  let isDue = true;
  return wrapping(
    (db) =>
      new Proxy(db, {
        get(target, member) {
          if (member !== "batch") return Reflect.get(target, member).bind(target);
          return async (statements: D1PreparedStatement[]) => {
            const due = isDue && isCommit(statements);
            if (due) isDue = false;
            if (due) await happens();
            return target.batch(statements);
          };
        },
      }),
  );
}
