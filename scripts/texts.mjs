/**
 * `npm run texts` checks that every language says the same things as the English catalogue, with the
 * same arguments and all of its own plural forms. `npm run types` has the type of the texts from
 * here, so that the compiler knows every message. Git ignores that file.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, TYPE } from "@formatjs/icu-messageformat-parser";
import { Refusal, run } from "./refusal.mjs";
import { ROOT } from "./wrangler.mjs";

/** What the pages say, and what mail does. */
const FOLDERS = ["src/routes/pages/texts", "src/core/mail/texts"].map((path) => join(ROOT, path));
const ORIGINAL = "en";

/** The messages of a catalogue: `[path, pattern]`, in the order of the file. */
export function listMessages(catalogue, path = []) {
  return Object.entries(catalogue).flatMap(([name, value]) =>
    typeof value === "string" ? [[[...path, name], value]] : listMessages(value, [...path, name]),
  );
}

/** The arguments of a pattern with their types, sorted by name. Throws for a pattern that is none. */
export function argumentsOf(pattern) {
  const types = new Map();
  collect(parse(pattern, { ignoreTag: true }), types);
  return [...types].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function collect(elements, types) {
  for (const { type, value, options = {} } of elements) {
    if (type === TYPE.literal || type === TYPE.pound) continue;
    types.set(value, typeOf(type, Object.keys(options)) ?? types.get(value));
    for (const option of Object.values(options)) collect(option.value, types);
  }
}

function typeOf(type, options) {
  if (type === TYPE.select) return options.map((option) => JSON.stringify(option)).join(" | ");
  return type === TYPE.number || type === TYPE.plural ? "number" : "string | number";
}

/** What is wrong with a translation: paths and arguments are to be those of the original. */
export function compare(language, translation, original) {
  const expected = new Map(listMessages(original).map(([path, text]) => [path.join("."), text]));
  const given = new Map(listMessages(translation).map(([path, text]) => [path.join("."), text]));
  const missing = [...expected.keys()].filter((path) => !given.has(path));
  const surplus = [...given.keys()].filter((path) => !expected.has(path));
  const others = [...given].filter(([path]) => expected.has(path));
  return [
    ...missing.map((path) => `${language}: ${path} is missing`),
    ...surplus.map((path) => `${language}: ${path} is not in the original`),
    ...others.flatMap(([path, text]) =>
      faultsOf(language, text, expected.get(path)).map((fault) => `${language}: ${path}: ${fault}`),
    ),
  ];
}

function faultsOf(language, text, original) {
  const [own, those] = [text, original].map((pattern) => JSON.stringify(namesIn(pattern)));
  const isEmpty = text.trim() === "";
  return [
    ...(own === those ? [] : [`has the arguments ${own}, the original ${those}`]),
    ...(isEmpty ? ["is empty"] : []),
    ...(text.includes("''") ? ["has two apostrophes, which some would read as one"] : []),
    ...missingPlurals(language, parse(text, { ignoreTag: true })),
  ];
}

const namesIn = (pattern) => argumentsOf(pattern).map(([name]) => name);

/** The plural forms that the language has (CLDR) and a message lacks. */
function missingPlurals(language, elements) {
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
  return elements
    .filter(({ type }) => type === TYPE.plural)
    .flatMap(({ value, options }) =>
      pluralCategories
        .filter((form) => !(form in options))
        .map((form) => `{${value}} lacks the plural form "${form}"`),
    );
}

/** The type of the texts, as a TypeScript module. */
export function renderTypes(original) {
  return [
    `/** What is said to people. Written by \`npm run types\` from ${ORIGINAL}.json. */`,
    `export interface Texts ${renderObject(original, "")}`,
    "",
  ].join("\n");
}

function renderObject(catalogue, indent) {
  const lines = Object.entries(catalogue).map(([name, value]) => {
    const type =
      typeof value === "string" ? renderMessage(value) : renderObject(value, `${indent}  `);
    return `${indent}  ${/^[a-z_$][\w$]*$/i.test(name) ? name : JSON.stringify(name)}: ${type};`;
  });
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function renderMessage(pattern) {
  const types = argumentsOf(pattern);
  if (types.length === 0) return "string";
  return `(values: { ${types.map(([name, type]) => `${name}: ${type}`).join("; ")} }) => string`;
}

function readCatalogues(folder) {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  const read = (file) => JSON.parse(readFileSync(join(folder, file), "utf8"));
  return new Map(files.map((file) => [basename(file, ".json"), read(file)]));
}

/** Writes the types of the texts beside their catalogues. */
export function writeTextTypes() {
  for (const folder of FOLDERS) {
    writeFileSync(join(folder, "texts.ts"), renderTypes(readCatalogues(folder).get(ORIGINAL)));
  }
}

function checkAll() {
  const faults = FOLDERS.flatMap((folder) => {
    const catalogues = readCatalogues(folder);
    const original = catalogues.get(ORIGINAL);
    return [...catalogues].flatMap(([code, texts]) => compare(code, texts, original));
  });
  if (faults.length > 0) throw new Refusal(faults.join("\n"));
  writeTextTypes();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await run(checkAll);
