/**
 * Whatever is wrong with a call, on every operation of the API: a problem as documented, nothing
 * written, nothing leaked.
 */

import { beforeEach, describe, expect, it } from "vitest";
import { isPossible } from "./databases";
import { bearer } from "./service";
import { badBodies, MARKER, type BadBody } from "./bad-bodies";
import { badCredentials } from "./bad-credentials";
import { fillPath, operations, type Operation } from "./operations";
import { faultsAt, type Case, type Expected } from "./problem-faults";
import { contents } from "./security/support";
import { credentialFor, knownTo, request, restoreWorld, type World } from "./world";

let world: World;
let before: Record<string, unknown[]>;

beforeEach(async () => {
  world = await restoreWorld();
  before = await contents();
});

/** As `faultsAt`, of this world. */
const faults = (operation: Operation, expected: Expected, cases: Case[]) =>
  faultsAt(operation, expected, { world, before, cases });

/** The operations that take a body, with their bad ones of one kind. */
function withBodies(kind: string): { operation: Operation; name: string; bodies: BadBody[] }[] {
  return operations
    .map((operation) => {
      const bodies = badBodies(operation).filter((bad) => bad.kind === kind);
      return { operation, name: operation.name, bodies };
    })
    .filter(({ bodies }) => bodies.length > 0);
}

const named = operations.map((operation) => ({ operation, name: operation.name }));
const taking = (test: (operation: Operation) => boolean) =>
  named.filter(({ operation }) => test(operation));

describe("every operation", () => {
  it.each(taking(isPossible))("$name does the call that it documents", async ({ operation }) => {
    const response = await request(operation, world);
    expect({ ok: response.ok, text: response.ok || (await response.text()) }).toMatchObject({
      ok: true,
    });
  });
});

describe("what is no JSON", () => {
  const TEXTS = ["{", " ", "nul", `{"${MARKER}":1,}`, "\0", "{'a':1}", `"${MARKER}`];
  const cases = TEXTS.map((text) => ({ why: JSON.stringify(text), alteration: { text } }));

  it.each(taking(({ body }) => body !== undefined))("is a 400 at $name", async ({ operation }) => {
    const expected = { status: 400, code: "malformed_request" };
    expect(await faults(operation, expected, cases)).toEqual([]);
  });
});

const KINDS = ["no object", "wrong type", "missing", "too long", "out of range", "unknown field"];
describe.each(KINDS)("a body: %s", (kind) => {
  it.each(withBodies(kind))("is a 422 at $name", async ({ operation, bodies }) => {
    const cases = bodies.map(({ why, make }) => {
      const text = JSON.stringify(make(knownTo(operation, world)));
      return { why, alteration: { text } };
    });
    expect(await faults(operation, { status: 422, code: "invalid_request" }, cases)).toEqual([]);
  });
});

describe("another content type than JSON", () => {
  const TYPES = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
  ];
  const cases = [...TYPES, "text/json", "application/jsonp", ""].map((type) => ({
    why: type || "none",
    alteration: { headers: { "content-type": type } },
  }));

  it.each(taking(({ body }) => body !== undefined))("is a 415 at $name", async ({ operation }) => {
    const expected = { status: 415, code: "unsupported_media_type" };
    expect(await faults(operation, expected, cases)).toEqual([]);
  });
});

describe("a body over the limit", () => {
  it.each(taking(({ method }) => method !== "GET"))("is a 413 at $name", async ({ operation }) => {
    const long = JSON.stringify({ padding: MARKER.repeat(operation.takesPicture ? 6000 : 2000) });
    const cases = [
      { why: "declared", alteration: { text: long } },
      { why: "streamed", alteration: { text: new Blob([long]).stream() } },
    ];
    const expected = { status: 413, code: "request_too_large" };
    expect(await faults(operation, expected, cases)).toEqual([]);
  });
});

/** Parameters that no schema of ours allows. */
function badParameters({ parameters, path }: Operation): Case[] {
  return parameters.flatMap(({ name, in: where, schema }) => {
    // A header of any text, which is cut where it is too long.
    if (where === "header" && !schema.pattern && !schema.anyOf) return [];
    const long = "x".repeat((schema.maxLength ?? 255) + 1);
    const values = where === "header" ? ["two words", "tab\tinside", long] : ["\0", "a\nb", long];
    return values.map((value) => {
      const why = `${where} ${name}: ${JSON.stringify(value.slice(0, 10))}`;
      if (where === "path") return { why, alteration: { known: { [name]: value } } };
      if (where === "header") return { why, alteration: { headers: { [name]: value } } };
      return { why, alteration: { path: `${path}?${name}=${encodeURIComponent(value)}` } };
    });
  });
}

describe("a parameter of another form", () => {
  it.each(taking(({ parameters }) => parameters.length > 0))("is a 422 at $name", async (one) => {
    const expected = { status: 422, code: "invalid_request" };
    expect(await faults(one.operation, expected, badParameters(one.operation))).toEqual([]);
  });
});

/**
 * Where an operation says that an id may be unknown: in its path, or in a property named like an
 * id.
 */
function idsOf({ path, body, problems }: Operation): string[] {
  if (!problems["404"]?.includes("not_found")) return [];
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  return [...inPath, ...Object.keys(body?.properties ?? {}).filter((name) => name.endsWith("Id"))];
}

describe("an unknown id", () => {
  const IDS = ["nobody", "../admin", "' OR 1=1 --", "ADA", "ada ", "%"];

  it.each(taking((one) => idsOf(one).length > 0))("is a 404 at $name", async ({ operation }) => {
    const cases = idsOf(operation).flatMap((name) =>
      IDS.map((id) => ({ why: `${name} ${id}`, alteration: { known: { [name]: id } } })),
    );
    expect(await faults(operation, { status: 404, code: "not_found" }, cases)).toEqual([]);
  });
});

describe("a method that a path does not take", () => {
  const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
  const byPath = Map.groupBy(operations, ({ path }) => path);
  const paths = [...byPath].map(([path, [operation, ...more]]) => {
    if (!operation) throw new Error(`no operation at ${path}`);
    const allowed = [operation, ...more].map(({ method }) => method).toSorted();
    return { path, operation, allowed };
  });

  it.each(paths)("is a 405 at $path, with what it takes", async ({ operation, allowed }) => {
    const others = METHODS.filter((method) => !allowed.includes(method));
    const cases = others.map((method) => ({ why: method, alteration: { method } }));
    const expected = { status: 405, code: "method_not_allowed", documented: false };
    expect(await faults(operation, expected, cases)).toEqual([]);
    for (const { alteration } of cases) {
      const { headers } = await request(operation, world, alteration);
      expect(headers.get("allow")?.split(", ").toSorted()).toEqual(allowed);
    }
  });
});

describe("a credential that is not good", () => {
  const expected = { status: 401, code: "unauthorized" };
  const kept = taking(({ credential }) => credential !== "none");

  it.each(kept)("is a 401 at $name", async ({ operation }) => {
    const cases = Object.entries(badCredentials(operation, world)).map(([why, headers]) => ({
      why,
      alteration: { headers },
    }));
    expect(await faults(operation, expected, cases)).toEqual([]);
  });

  it.each(kept)("is a good one of $name anywhere but in its header", async ({ operation }) => {
    const token = credentialFor(operation, world)["authorization"]?.replace("Bearer ", "") ?? "";
    const path = `${fillPath(operation, knownTo(operation, world))}?access_token=${token}`;
    const headers = { authorization: "", cookie: `token=${token}`, "x-api-key": token };
    const cases = [{ why: "elsewhere", alteration: { path, headers } }];
    expect(await faults(operation, expected, cases)).toEqual([]);
  });
});

describe("the key of another app", () => {
  const keyed = taking(({ credential }) => credential === "apiKey");
  const refusing = ({ problems }: Operation) => problems["404"]?.includes("not_found") === true;

  it.each(keyed.filter(({ operation }) => refusing(operation)))(
    "is a 404 at $name",
    async ({ operation }) => {
      const cases = [{ why: "foreign", alteration: { headers: bearer(world.other.key) } }];
      expect(await faults(operation, { status: 404, code: "not_found" }, cases)).toEqual([]);
    },
  );

  it.each(keyed.filter(({ operation }) => !refusing(operation)))(
    "sees and makes only what is its own at $name",
    async ({ operation }) => {
      const response = await request(operation, world, { headers: bearer(world.other.key) });
      expect(response.status).toBe(operation.method === "GET" ? 200 : 201);
      const after = await contents();
      for (const [table, rows] of Object.entries(before)) {
        expect(after[table]).toEqual(expect.arrayContaining(rows));
      }
    },
  );
});
