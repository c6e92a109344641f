/**
 * Reads texts as other systems write them: CSV, JSON and JSON lines, whole or piece by piece. No
 * message quotes what was read, because it may be a secret.
 */

import { createInterface } from "node:readline";
import { CsvError, parse } from "csv-parse";
import { Refusal } from "../refusal.mjs";

/** Parses JSON, without the parser's own words. */
export function parseJson(text, what = "The file") {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(`${what} is not JSON.`);
  }
}

/** Gives the lines of a stream that have something in them, each with its number. */
export async function* readLines(stream) {
  let number = 0;
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    number++;
    const text = number === 1 ? line.replace(/^\uFEFF/, "") : line;
    if (text.trim() !== "") yield { number, line: text.trim() };
  }
}

/** Gives one object a line. */
export async function* readJsonLines(stream) {
  for await (const { number, line } of readLines(stream)) {
    yield objectOf(parseJson(line, `Line ${number} of the file`));
  }
}

/**
 * Gives CSV (RFC 4180) as one object a row, with the names of the first line in lower case.
 * `assertHeader` may refuse those.
 */
export async function* readCsv(stream, assertHeader = () => {}) {
  const columns = (names) => {
    const known = names.map((name) => name.trim().toLowerCase());
    assertHeader(known);
    return known;
  };
  yield* readRecords(stream, { columns, bom: true });
}

/** Gives CSV without a header as one array a row. */
export async function* readBareCsv(stream) {
  const relaxed = { relax_column_count: true, trim: true, comment: "#", comment_no_infix: true };
  yield* readRecords(stream, { ...relaxed, bom: true });
}

async function* readRecords(stream, options) {
  const parser = stream.pipe(parse({ ...options, skip_empty_lines: true }));
  stream.once("error", (error) => parser.destroy(error));
  try {
    yield* parser;
  } catch (error) {
    // A stray quote, or a field too many, could give one user the secret of another.
    if (!(error instanceof CsvError)) throw error;
    throw new Refusal(
      `Line ${String(error.lines)} of the file is not CSV with as many fields as its first.`,
    );
  }
}

/** Gives records of a file that is CSV with a header, a JSON array, or JSON lines. */
export async function* readTable(file, assertHeader) {
  const first = await file.firstSymbol();
  if (first === "[") yield* parseJson(await file.text()).map(objectOf);
  else if (first === "{") yield* readJsonLines(file.stream());
  else yield* readCsv(file.stream(), assertHeader);
}

/** The objects of a list, or the one object in its place. */
export function objectsOf(value) {
  return (Array.isArray(value) ? value : [value]).map(objectOf);
}

/** The object itself. Anything else has no fields. */
export function objectOf(value) {
  return typeof value === "object" && value !== null ? value : {};
}
