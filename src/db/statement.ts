/**
 * SQL with named parameters, compiled once when the module loads: for the statements that every
 * verification runs.
 */

type Value = string | number | null;

export type Statement = (d1: D1Database, values: Record<string, Value>) => D1PreparedStatement;

/**
 * `:name` in the text becomes a numbered parameter (D1 knows no named ones). Binding without a
 * value for a name throws.
 */
export function statement(text: string): Statement {
  const names: string[] = [];
  const compiled = text.replaceAll(/:([a-z]\w*)/gi, (_, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `?${names.indexOf(name) + 1}`;
  });
  return (d1, values) => d1.prepare(compiled).bind(...names.map((name) => valueOf(values, name)));
}

function valueOf(values: Record<string, Value>, name: string): Value {
  const value = values[name];
  if (value === undefined) throw new Error(`no value for :${name}`);
  return value;
}
