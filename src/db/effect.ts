/**
 * Effects: statements that take place only together with a decision. One UPDATE of a user's row
 * decides, and marks the row with a random *attempt* id. Every other statement of the same batch
 * depends on that mark. Without the mark there is no effect. Whoever writes an effect cannot forget
 * that, because the batch that carries it out adds the condition.
 */

import { statement, type NamesIn, type Statement, type Value, type Values } from "./statement";

/** The deciding UPDATE of this batch took place. */
export const CLAIMED = `EXISTS (SELECT 1 FROM users WHERE id = :userId AND attempt = :attempt)`;

/** The deciding UPDATE of a verification took place, and the code was right. */
export const PASSED = `EXISTS (SELECT 1 FROM users WHERE id = :userId AND attempt = :attempt AND failures = 0)`;

/** The mark by which the effects of a batch know its decision. */
export interface Mark {
  userId: string;
  attempt: string;
}

/** SQL with its values. */
export interface Effect {
  sql: { under: (condition: string) => Statement };
  values: Readonly<Record<string, Value>>;
}

/**
 * Makes an effect of its values. Called directly, the compiler checks them; `with` takes them as
 * they are.
 */
export interface EffectOf<Name extends string> {
  (values: Values<Name>): Effect;
  with: (values: Readonly<Record<string, Value>>) => Effect;
}

/** The values that every batch gives its effects. */
type Given = keyof Mark | "now";

/** Defines an effect. `head` is an INSERT … SELECT, an UPDATE or a DELETE, without its WHERE. */
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

/** The condition that the statements of a batch depend on, and the values that it binds. */
export interface Condition {
  sql: string;
  given: Readonly<Record<string, Value>>;
}

/** For effects that depend on nothing but their batch. */
export const ALWAYS: Condition = { sql: "TRUE", given: {} };

/** The condition that the deciding UPDATE took place. */
export function claimed({ userId, attempt }: Mark): Condition {
  return { sql: CLAIMED, given: { userId, attempt } };
}

/** The condition that a code passed. */
export function passed({ userId, attempt }: Mark): Condition {
  return { sql: PASSED, given: { userId, attempt } };
}

/** Makes the statements that carry out these effects if the condition holds. */
export function carryOut(
  deps: { db: { $client: D1Database }; now: Date },
  { sql: condition, given }: Condition,
  effects: readonly Effect[],
): D1PreparedStatement[] {
  const now = deps.now.getTime();
  return effects.map(({ sql, values }) => sql.under(condition)(deps, { ...values, ...given, now }));
}
