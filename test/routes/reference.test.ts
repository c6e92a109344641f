/** The API document, as those need it who make a client from it. */

import { Secret, TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import { CODES, SECRET } from "../../src/routes/reference/story";
import { ORIGIN, send } from "../service";

interface Media {
  schema: { $ref?: string; oneOf?: unknown[] };
  example?: unknown;
  examples?: Record<string, { value?: unknown; $ref?: string }>;
}
interface Answer {
  $ref?: string;
  description: string;
  headers: Record<string, unknown>;
  content?: Record<string, Media>;
}
interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: Record<string, unknown>[];
  parameters?: { name: string; in: string; schema: { example?: unknown } }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Answer>;
}
interface Document {
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    responses: Record<string, Answer>;
    headers: object;
    examples: Record<string, { value: { code: string } }>;
  };
}
interface Schema {
  properties?: Record<string, { const?: string; enum?: string[]; type?: string }>;
  required?: string[];
}

const JSON_TYPE = "application/json";
const response = await send(new Request(`${ORIGIN}/openapi.json`));
const document = await response.json<Document>();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    ...operation,
  })),
);

function answersOf({ responses }: Operation): [string, Answer][] {
  return Object.entries(responses).map(([status, one]) => {
    const shared = one.$ref?.replace("#/components/responses/", "") ?? "";
    return [status, document.components.responses[shared] ?? one];
  });
}

function examplesOf({ example, examples }: Media): unknown[] {
  const named = Object.values(examples ?? {}).map(({ value, $ref }) => {
    const shared = $ref?.replace("#/components/examples/", "") ?? "";
    return value ?? document.components.examples[shared]?.value;
  });
  return example === undefined ? named : [example, ...named];
}

describe("the API document", () => {
  it("calls each operation by a verb and a noun, and none like another", () => {
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]+([A-Z][a-z]+)*$/.test(name))).toEqual([]);
  });

  it("describes its tags, and uses each of them", () => {
    const used = new Set(operations.flatMap(({ tags }) => tags));
    expect(document.tags.map(({ name }) => name).toSorted()).toEqual([...used].toSorted());
    expect(document.tags.every(({ description }) => description.endsWith("."))).toBe(true);
  });

  it("says where the service is", () => expect(document.servers[0]?.url).toBe("/"));
});

describe.each(operations)("$name", (operation) => {
  it("says who may call it, and what it does", () => {
    expect(Array.isArray(operation.security)).toBe(true);
    expect(operation.description).toMatch(/\.$/);
    expect(operation.summary).not.toMatch(/\.$/);
  });

  it("answers success with a schema that has a name, and with an example", () => {
    const bodies = answersOf(operation)
      .filter(([status]) => Number(status) < 300)
      .flatMap(([, { content = {} }]) => content[JSON_TYPE] ?? []);
    for (const media of bodies) {
      expect(media.schema.$ref).toMatch(/^#\/components\/schemas\/[A-Z]\w+$/);
      expect(examplesOf(media)).not.toContain(undefined);
      expect(examplesOf(media).length).toBeGreaterThan(0);
    }
  });

  it("shows what to send", () => {
    const { "image/png": _, ...media } = operation.requestBody?.content ?? {};
    for (const [type, { example }] of Object.entries(media)) {
      expect(typeof example).toBe(type === "image/svg+xml" ? "string" : "object");
    }
    const inPath = operation.parameters?.filter((one) => one.in === "path") ?? [];
    expect(inPath.filter(({ schema }) => schema.example === undefined)).toEqual([]);
  });

  it("shows a problem of each code that it may end in", () => {
    for (const [status, { description, content }] of answersOf(operation)) {
      const media = content?.["application/problem+json"];
      if (Number(status) < 400) continue;
      const shown = media ? examplesOf(media) : [];
      expect(shown).toMatchObject(
        description.split(", ").map((code) => ({ code, status: Number(status) })),
      );
    }
  });

  it("describes the headers of its answers", () => {
    for (const [status, { headers }] of answersOf(operation)) {
      const needed = status === "429" ? ["RateLimit", "Retry-After"] : [];
      expect(Object.keys(headers)).toEqual(expect.arrayContaining(["X-Request-Id", ...needed]));
    }
  });
});

describe("the members of a problem", () => {
  const { schemas } = document.components;
  it.each([
    ["LockedProblem", "locked", "lockedUntil"],
    ["InvalidCodeProblem", "invalid_code", "attemptsRemaining"],
    ["ClockSkewProblem", "clock_skew", "offsetSeconds"],
    ["TimeZoneProblem", "time_zone", "offsetSeconds"],
    ["ParametersIgnoredProblem", "parameters_ignored", "algorithm"],
    ["WeakPasswordProblem", "weak_password", "reason"],
  ])("are typed by the code: %s", (name, code, member) => {
    const { properties = {} } = schemas[name] ?? {};
    expect(properties["code"]).toMatchObject({ enum: [code] });
    expect(properties).toHaveProperty(member);
    expect(schemas["Problem"]?.properties?.["code"]?.enum).not.toContain(code);
    expect(schemas["Problem"]?.properties).not.toHaveProperty(member);
  });
});

describe("the story of the examples", () => {
  it("is about the same user and authenticator in every call", () => {
    const told = JSON.stringify(
      operations.map(({ requestBody, responses }) => [requestBody, responses]),
    );
    const ids = (kind: RegExp) => new Set(told.match(kind));
    expect(ids(/"userId":"user-[^"]+"/g)).toEqual(new Set(['"userId":"user-42"']));
    expect(ids(/auth_[a-z2-7]{16}/g).size).toBe(1);
    expect(ids(/app_[a-z2-7]{16}/g).size).toBe(1);
    expect(ids(/usr_[a-z2-7]{16}/g).size).toBe(1);
  });

  it.each(Object.entries(CODES))("has the phone show %s the code %s", (at, code) => {
    const phone = new TOTP({ secret: Secret.fromBase32(SECRET) });
    expect(phone.generate({ timestamp: Date.parse(at) })).toBe(code);
  });
});
