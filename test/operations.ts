/**
 * Every operation of the API, read from its OpenAPI document: what is generated from it covers the
 * routes added later too.
 */

import { ORIGIN, send } from "./service";

export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  example?: unknown;
  default?: unknown;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema: Schema;
}

const CREDENTIALS = ["apiKey", "adminToken", "accessToken", "none"] as const;
type Credential = (typeof CREDENTIALS)[number];

export interface Operation {
  /** Method and path: what a test is called by. */
  name: string;
  method: string;
  path: string;
  /** The credential that it takes. */
  credential: Credential;
  parameters: Parameter[];
  /** Of the JSON body, if it takes one. */
  body: Schema | undefined;
  /** Whether its body is a picture. */
  takesPicture: boolean;
  /** Whether it does something without one too. */
  optionalBody: boolean;
  /** The problem codes that it documents, by status. */
  problems: Record<string, string[]>;
}

interface RawOperation {
  security?: Record<string, unknown>[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema } | undefined> };
  responses: Record<string, RawResponse>;
}

interface RawResponse {
  $ref?: string;
  description: string;
}

interface Document {
  paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, RawResponse> };
}

const reference = await send(new Request(`${ORIGIN}/openapi.json`));
const document = await reference.json<Document>();

export const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, raw]) => read(method.toUpperCase(), path, raw)),
);

function read(method: string, path: string, raw: RawOperation): Operation {
  const [scheme = "none"] = Object.keys(raw.security?.[0] ?? {});
  const credential = CREDENTIALS.find((one) => one === scheme);
  if (!credential) throw new Error(`${method} ${path}: unknown security scheme ${scheme}`);
  const problems = Object.entries(raw.responses)
    .filter(([status]) => Number(status) >= 400)
    .map(([status, one]): [string, string[]] => [status, behind(one).description.split(", ")]);
  return {
    name: `${method} ${path}`,
    method,
    path,
    credential,
    parameters: raw.parameters ?? [],
    body: raw.requestBody?.content["application/json"]?.schema,
    takesPicture: raw.requestBody?.content["image/svg+xml"] !== undefined,
    optionalBody: raw.requestBody?.required === false,
    problems: Object.fromEntries(problems),
  };
}

function behind(response: RawResponse): RawResponse {
  const name = response.$ref?.replace("#/components/responses/", "");
  return name === undefined ? response : (document.components.responses[name] ?? response);
}

/** What a schema means, behind references. */
export function resolve(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const found = document.components.schemas[schema.$ref.replace("#/components/schemas/", "")];
  if (!found) throw new Error(`no schema ${schema.$ref}`);
  return resolve(found);
}

/** The JSON types that a schema allows. */
export function typesOf(schema: Schema): string[] {
  const { type, anyOf, enum: values } = resolve(schema);
  if (type !== undefined) return [type].flat();
  if (values) return values.map((value) => typeof value);
  return (anyOf ?? []).flatMap(typesOf);
}

/** Values by the name of a parameter or property, for what a schema cannot know. */
export type Known = Record<string, string | number | boolean | string[]>;

/** A body with every required property, and all others that are known. */
export function validBody({ body }: Operation, known: Known): Record<string, unknown> | undefined {
  if (!body) return undefined;
  const { properties = {}, required = [] } = resolve(body);
  const names = Object.keys(properties).filter((name) => required.includes(name) || name in known);
  return Object.fromEntries(
    names.map((name) => [name, name in known ? known[name] : sample(properties[name] ?? {})]),
  );
}

function sample(schema: Schema): unknown {
  const plain = resolve(schema);
  if (plain.example !== undefined) return plain.example;
  if (plain.default !== undefined) return plain.default;
  if (plain.const !== undefined) return plain.const;
  if (plain.enum) return plain.enum[0];
  if (plain.anyOf) return sample(plain.anyOf[0] ?? {});
  const [type] = typesOf(plain);
  if (type === "integer" || type === "number") return plain.minimum ?? 1;
  if (type === "boolean") return true;
  if (type === "array") return plain.items ? [sample(plain.items)] : [];
  if (type === "object") return {};
  if (plain.format === "date-time") return "2027-01-01T00:00:00Z";
  return "sample".padEnd(plain.minLength ?? 0, "x");
}

/** The path with its parameters filled in. */
export function fillPath({ path }: Operation, known: Known): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(known[name] ?? "unknown")),
  );
}
