/**
 * The form of the audit archive: gzipped NDJSON, an object for each hour, or several for a busy one.
 * The first line of an object is its manifest. It names the object before it by its SHA-256, so that
 * all of them are one chain. Every other line is an event, the oldest first. The same events behind
 * the same object always give the same bytes, and the name says what the bytes are. An object is
 * therefore never overwritten with others.
 */

import { sha256 } from "../../crypto/sha256";

/** An event's id is its time in microseconds. */
export const HOUR = 60 * 60_000 * 1000;
/** How many events an object holds at most. */
export const MAX_EVENTS = 5000;
/** The database that the events are from. */
const DATABASE = "db";
const FOLDER = `audit/${DATABASE}/`;

export interface Link {
  name: string;
  /** In hex. */
  sha256: string;
}

/** What an object says of itself. */
export interface Manifest {
  version: 1;
  database: string;
  /** When the hour began that its events are from. */
  hour: string;
  /** Which object of that hour it is, from 0. */
  part: number;
  /** The ids of its first and its last event. */
  first: number;
  last: number;
  count: number;
  /** The object before it. Null if it is the first of all. */
  previous: Link | null;
}

export interface Packed {
  name: string;
  sha256: string;
  bytes: ArrayBuffer;
}

/** The manifest of an object with events from `first` to `last`, all of one hour. Its bytes are in this order. */
export function manifestOf(
  { first, last, count }: Pick<Manifest, "first" | "last" | "count">,
  { part, previous }: Pick<Manifest, "part" | "previous">,
): Manifest {
  const hour = new Date(startOfHour(first) / 1000).toISOString();
  return { version: 1, database: DATABASE, hour, part, first, last, count, previous };
}

/** The first id that an event of the same hour can have. */
export function startOfHour(id: number): number {
  return Math.floor(id / HOUR) * HOUR;
}

/** Makes an object of its manifest and lines. */
export async function pack(manifest: Manifest, lines: string[]): Promise<Packed> {
  const text = textOf(manifest, lines);
  const bytes = await through(new CompressionStream("gzip"), text);
  const digest = await digestOf(bytes);
  return { name: nameOf(manifest, digest), sha256: digest, bytes };
}

/** Gives the lines of an object without its manifest. Throws if the bytes are not gzip. */
export async function unpack(bytes: ArrayBuffer): Promise<string[]> {
  const text = new TextDecoder().decode(await through(new DecompressionStream("gzip"), bytes));
  return text.split("\n").slice(1, -1);
}

export async function digestOf(bytes: ArrayBuffer): Promise<string> {
  return (await sha256(bytes)).toHex();
}

/** What the names of all objects begin with, and those of an hour. They sort by time. */
export function prefixOf(hour?: Date): string {
  if (hour === undefined) return FOLDER;
  const [day = "", time = ""] = hour.toISOString().split("T");
  return `${FOLDER}${day.replaceAll("-", "/")}/${time.slice(0, 2)}.`;
}

function nameOf({ hour, part }: Manifest, digest: string): string {
  const number = String(part).padStart(3, "0");
  return `${prefixOf(new Date(hour))}${number}.${digest.slice(0, 16)}.ndjson.gz`;
}

function textOf(manifest: Manifest, lines: string[]): string {
  return [JSON.stringify({ manifest }), ...lines, ""].join("\n");
}

function through(
  transform: CompressionStream | DecompressionStream,
  content: string | ArrayBuffer,
): Promise<ArrayBuffer> {
  return new Response(new Blob([content]).stream().pipeThrough(transform)).arrayBuffer();
}
