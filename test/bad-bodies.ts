/** Bodies that a schema does not allow, made from the schema. */

import { resolve, typesOf, validBody, type Known, type Operation, type Schema } from "./operations";

export interface BadBody {
  kind: string;
  why: string;
  make: (known: Known) => unknown;
}

/** A value that must not come back in the answer. */
export const MARKER = "s3cret-marker";
const VALUES: Record<string, unknown> = {
  string: MARKER,
  number: 1.5,
  integer: 7,
  boolean: true,
  null: null,
  array: [MARKER],
  object: { [`x-${MARKER.slice(0, 3)}`]: MARKER },
};

interface Property {
  path: string[];
  schema: Schema;
  required: boolean;
}

/** All properties, also those of objects inside. */
function propertiesOf(schema: Schema, path: string[] = []): Property[] {
  const { properties = {}, required = [] } = resolve(schema);
  return Object.entries(properties).flatMap(([name, inner]) => {
    const own = {
      path: [...path, name],
      schema: resolve(inner),
      required: required.includes(name),
    };
    return [own, ...propertiesOf(inner, own.path)];
  });
}

export function badBodies(operation: Operation): BadBody[] {
  if (!operation.body) return [];
  const properties = propertiesOf(operation.body);
  const put = (kind: string, path: string[], value: unknown): BadBody => ({
    kind,
    why: `${path.join(".")}: ${(JSON.stringify(value) ?? "undefined").slice(0, 40)}`,
    make: (known) => withValue(validBody(operation, known) ?? {}, path, value),
  });
  const objects = [[], ...properties.filter(isObject).map(({ path }) => path)];
  return [
    ...[[], "text", 1, true, null].map((value) => ({
      kind: "no object",
      why: JSON.stringify(value),
      make: () => value,
    })),
    ...properties.flatMap(({ path, schema, required }) =>
      wrongValues(schema)
        // Null leaves an optional one out.
        .filter((value) => required || value !== null)
        .map((value) => put("wrong type", path, value)),
    ),
    ...properties
      .filter(({ required }) => required)
      .map(({ path }) => put("missing", path, undefined)),
    ...properties.flatMap(({ path, schema }) =>
      tooLong(schema).map((value) => put("too long", path, value)),
    ),
    ...properties.flatMap(({ path, schema }) =>
      outOfRange(schema).map((value) => put("out of range", path, value)),
    ),
    ...objects.flatMap((path) =>
      UNKNOWN_FIELDS.map((name) => put("unknown field", [...path, name], MARKER)),
    ),
  ];
}

/** Names that mean something inside, and one that never will. */
const UNKNOWN_FIELDS = [
  "status",
  "state",
  "aal",
  "appId",
  "app_id",
  "lastStep",
  "last_step",
  "role",
  "epoch",
  "failures",
  "strikes",
  "lockedUntil",
  "cappedAt",
  "mustRebind",
  "tries",
  "confirmedAt",
  "hash",
  "createdAt",
  "isAdmin",
  "constructor",
  "__proto__",
  "neverHeardOf",
];

function isObject({ schema }: Property): boolean {
  return typesOf(schema).includes("object");
}

function wrongValues(schema: Schema): unknown[] {
  const allowed = typesOf(schema);
  if (allowed.includes("number")) allowed.push("integer");
  const wrong = Object.entries(VALUES).filter(([type]) => !allowed.includes(type));
  const items = schema.items ? wrongValues(resolve(schema.items)).map((value) => [value]) : [];
  return [...wrong.map(([, value]) => value), ...items];
}

function tooLong(schema: Schema): unknown[] {
  if (schema.items) return tooLong(resolve(schema.items)).map((value) => [value]);
  if (!typesOf(schema).includes("string")) return [];
  const length = schema.maxLength ?? 9999;
  return [MARKER.padEnd(length + 1, "x"), " ".repeat(length + 1), ""];
}

function outOfRange({ minimum, maximum }: Schema): unknown[] {
  const below = minimum === undefined ? [] : [minimum - 1, -1e308];
  const above = maximum === undefined ? [] : [maximum + 1, maximum + 0.5, 1e308];
  return [...below, ...above];
}

function withValue(body: unknown, [name = "", ...rest]: string[], value: unknown): object {
  const inner = typeof body === "object" && body !== null ? { ...body } : {};
  const own: unknown = Reflect.get(inner, name);
  const changed = rest.length === 0 ? value : withValue(own, rest, value);
  return Object.defineProperty(inner, name, { value: changed, enumerable: true });
}
