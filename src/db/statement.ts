/**
 * SQL by hand, with named parameters: for what decides, and for reads whose plan is counted. The
 * compiler checks that a value is given for every name, also for those in fragments, if these are
 * `as const`.
 */

/** What D1 binds. */
export type Value = string | number | null;

/** A value for each of these names; others are allowed and ignored. */
export type Values<Name extends string> = Readonly<Record<Name, Value>>;

export type Statement<Name extends string = string> = (
  deps: { db: { $client: D1Database } },
  values: Values<Name>,
) => D1PreparedStatement;

/**
 * `:name` in the text becomes a numbered parameter (D1 knows no named ones). Compiled once, when the
 * module loads. Binding without a value for a name throws.
 */
export function statement<const Text extends string>(text: Text): Statement<NamesIn<Text>> {
  const names: string[] = [];
  const compiled = text.replaceAll(/:([a-z]\w*)/gi, (_, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `?${names.indexOf(name) + 1}`;
  });
  return ({ db }, values) =>
    db.$client.prepare(compiled).bind(...names.map((name) => valueOf(values, name)));
}

function valueOf(values: Readonly<Record<string, Value>>, name: string): Value {
  const value = values[name];
  if (value === undefined) throw new Error(`no value for :${name}`);
  return value;
}

/** The names of the parameters in a text: what follows a colon and begins with a letter. */
export type NamesIn<Text extends string, Found = never> = Text extends `${string}:${infer Rest}`
  ? NamesIn<Rest, Found | NameAt<Rest>>
  : Extract<Found, string>;

type NameAt<Text extends string> = Text extends `${Letter}${string}`
  ? Before<Before<Before<Before<Text, " ">, ")">, ",">, "\n">
  : never;

type Before<Text extends string, End extends string> = Text extends `${infer Head}${End}${string}`
  ? Head
  : Text;

type Letter =
  | ("a" | "b" | "c" | "d" | "e" | "f" | "g" | "h" | "i" | "j" | "k" | "l" | "m" | "n" | "o")
  | ("p" | "q" | "r" | "s" | "t" | "u" | "v" | "w" | "x" | "y" | "z");
