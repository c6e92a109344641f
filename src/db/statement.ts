/**
 * Hand-written SQL with named parameters, for statements that decide and for reads whose plan
 * matters. The compiler checks that every name has a value, including names in fragments if those
 * are `as const`.
 */

/** The values that D1 binds. */
export type Value = string | number | null | ArrayBuffer;

/** A value for each of these names. Other names are allowed and ignored. */
export type Values<Name extends string> = Readonly<Record<Name, Value>>;

export type Statement<Name extends string = string> = (
  deps: { db: { $client: Pick<D1Database, "prepare"> } },
  values: Values<Name>,
) => D1PreparedStatement;

/**
 * Compiles a statement once, when the module loads. `:name` becomes a numbered parameter, because
 * D1 knows no named ones. Binding throws if a name has no value.
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
