/**
 * Message catalogues: one file of nested JSON for each language, with ICU MessageFormat where a
 * message has arguments or plurals. Tools for translators read and write this form.
 */

import { IntlMessageFormat } from "intl-messageformat";

interface Catalogue {
  [name: string]: string | Catalogue;
}
type Values = Record<string, string | number>;
type Message = string | ((values: Values) => string) | { [name: string]: Message };

/**
 * Makes the texts of a language from its catalogue. A message with arguments becomes a function.
 * `npm run texts` has compared the catalogue with English, of which the type is.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- whoever has a catalogue knows its type
export function readCatalogue<Texts>(language: string, catalogue: Catalogue): Texts {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its shape is compared beforehand
  return readMessages(language, catalogue) as unknown as Texts;
}

function readMessages(language: string, catalogue: Catalogue): { [name: string]: Message } {
  const entries = Object.entries(catalogue).map(([name, message]): [string, Message] => {
    if (typeof message !== "string") return [name, readMessages(language, message)];
    return [name, message.includes("{") ? readPattern(language, message) : message];
  });
  return Object.fromEntries(entries);
}

/** Reads the pattern when it is used first: most pages use few of them. */
function readPattern(language: string, pattern: string): (values: Values) => string {
  let format: IntlMessageFormat | undefined;
  return (values) => {
    format ??= new IntlMessageFormat(pattern, language, undefined, { ignoreTag: true });
    return String(format.format(values));
  };
}
