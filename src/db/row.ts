/**
 * Rows as D1 answers them to hand-written SQL: the schema's own columns, with times and booleans as
 * numbers and JSON as text.
 */

import type { Table } from "drizzle-orm";

export type Row<T extends Table> = {
  [Column in keyof T["$inferSelect"]]: Stored<T["$inferSelect"][Column]>;
};

type Stored<Value> = Value extends Date | boolean ? number : Value extends object ? string : Value;

/** Columns of a row under the names that a query gives them, for example `{ appId: "id" }`. */
export type Named<R, Names extends Record<string, keyof R>> = {
  [Name in keyof Names]: R[Names[Name]];
};
