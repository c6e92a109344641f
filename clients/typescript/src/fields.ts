/**
 * Reads a JSON answer strictly: a field that is missing or of another type is no answer. The
 * compiler holds the names to the API document, and these functions hold the values to it.
 */

import { Unavailable } from "./errors.js";

/** Also the names that only some of the shapes have. */
type NameOf<T> = T extends unknown ? keyof T & string : never;

/** @throws {Unavailable} for what is no object. */
export function present<T>(fields: T | undefined): T {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw new Unavailable("The answer is no JSON object.");
  }
  return fields;
}

export function text<T>(fields: T, name: NameOf<T>): string {
  const value = valueOf(fields, name);
  return typeof value === "string" ? value : half(name);
}

export function whole<T>(fields: T, name: NameOf<T>): number {
  const value = valueOf(fields, name);
  return Number.isSafeInteger(value) ? Number(value) : half(name);
}

/** Plainly true or false, and nothing that JavaScript would take for it. */
export function flag<T>(fields: T, name: NameOf<T>): boolean {
  const value = valueOf(fields, name);
  return typeof value === "boolean" ? value : half(name);
}

/** An instant of RFC 3339, with its offset. */
export function instant<T>(fields: T, name: NameOf<T>): Date {
  const value = text(fields, name);
  const moment = new Date(value);
  const isPlain = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value);
  return isPlain && !Number.isNaN(moment.getTime()) ? moment : half(name);
}

/** Null if there is none. */
export function maybe<T, V>(
  read: (fields: T, name: NameOf<T>) => V,
  fields: T,
  name: NameOf<T>,
): V | null {
  return (valueOf(fields, name) ?? null) === null ? null : read(fields, name);
}

export function texts<T>(fields: T, name: NameOf<T>): readonly string[] {
  const value = valueOf(fields, name);
  const isList = Array.isArray(value) && value.every((item) => typeof item === "string");
  return isList ? value : half(name);
}

/** One of these words. */
export function word<T, W extends string>(fields: T, name: NameOf<T>, words: readonly W[]): W {
  const value = valueOf(fields, name);
  return words.find((known) => known === value) ?? half(name);
}

export function inner<T, N extends NameOf<T>>(fields: T, name: N): T[N] {
  const value = valueOf(fields, name);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return half(name);
  return fields[name];
}

export function rows<T, N extends NameOf<T>>(fields: T, name: N): T[N] {
  const value = valueOf(fields, name);
  const isRows = Array.isArray(value) && value.every((row) => typeof row === "object" && row);
  return isRows ? fields[name] : half(name);
}

/** Only what the answer itself has: never something that an object inherits. */
function valueOf(fields: unknown, name: string): unknown {
  const isThere = isRecord(fields) && Object.hasOwn(fields, name);
  return isThere ? fields[name] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function half(name: string): never {
  throw new Unavailable(`The answer has no readable "${name}".`);
}
