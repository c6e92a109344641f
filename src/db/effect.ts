/**
 * What else happens when something was decided. One UPDATE of a user's row decides, and marks the row
 * with a random *attempt* id; every other statement of the same batch hangs on that mark. No mark, no
 * effect. Whoever writes an effect cannot forget that: the batch that carries it out adds the
 * condition.
 */

import { statement, type NamesIn, type Statement, type Value, type Values } from "./statement";

/** The deciding UPDATE of this batch took place. */
export const CLAIMED = `EXISTS (SELECT 1 FROM users WHERE id = :userId AND attempt = :attempt)`;

/** The deciding UPDATE of a verification took place, and the code was right. */
export const PASSED = `EXISTS (SELECT 1 FROM users WHERE id = :userId AND attempt = :attempt AND failures = 0)`;

/** What the effects of a batch know its decision by. */
export interface Mark {
  userId: string;
  attempt: string;
}

/** SQL with values of its own. */
export interface Effect {
  sql: { under: (condition: string) => Statement };
  values: Readonly<Record<string, Value>>;
}

/** What an effect is once it has its values: checked by the compiler, or as they are. */
export interface EffectOf<Name extends string> {
  (values: Values<Name>): Effect;
  with: (values: Readonly<Record<string, Value>>) => Effect;
}

/** What every batch gives its effects. */
type Given = keyof Mark | "now";

/** `head` is an INSERT … SELECT, an UPDATE or a DELETE, without its WHERE. */
export function effect<const Head extends string, const Where extends string = "TRUE">(
  head: Head,
  where?: Where,
): EffectOf<Exclude<NamesIn<`${Head} ${Where}`>, Given>> {
  const compiled = new Map<string, Statement>();
  const under = (condition: string) => {
    const known = compiled.get(condition);
    const sql = known ?? statement(`${head} WHERE (${where ?? "TRUE"}) AND ${condition}`);
    if (!known) compiled.set(condition, sql);
    return sql;
  };
  const sql = { under };
  return Object.assign((values: Effect["values"]) => ({ sql, values }), {
    with: (values: Effect["values"]) => ({ sql, values }),
  });
}

/** What the statements of a batch hang on, and the values that this is told with. */
export interface Condition {
  sql: string;
  given: Readonly<Record<string, Value>>;
}

/** For what hangs on nothing but its batch. */
export const ALWAYS: Condition = { sql: "TRUE", given: {} };

/** On the deciding UPDATE. */
export function claimed({ userId, attempt }: Mark): Condition {
  return { sql: CLAIMED, given: { userId, attempt } };
}

/** On a code that passed. */
export function passed({ userId, attempt }: Mark): Condition {
  return { sql: PASSED, given: { userId, attempt } };
}

/** The statements that carry these out if the condition holds. */
export function carryOut(
  deps: { db: { $client: D1Database }; now: Date },
  { sql: condition, given }: Condition,
  effects: readonly Effect[],
): D1PreparedStatement[] {
  const now = deps.now.getTime();
  return effects.map(({ sql, values }) => sql.under(condition)(deps, { ...values, ...given, now }));
}
