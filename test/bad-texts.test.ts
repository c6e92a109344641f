/** Bodies that say nothing, or could be read in two ways, on every operation of the API. */

import { beforeEach, describe, expect, it } from "vitest";
import { isPossible } from "./databases";
import { problemCode } from "./service";
import { operations, resolve, typesOf, validBody, type Operation } from "./operations";
import { faultsAt, type Case } from "./problem-faults";
import { contents } from "./security/support";
import { knownTo, request, restoreWorld, type World } from "./world";

let world: World;
let before: object;
beforeEach(async () => {
  world = await restoreWorld();
  before = await contents();
});

const taking = operations
  .filter(({ body }) => body !== undefined)
  .map((operation) => ({ operation, name: operation.name }));

const bodyOf = (operation: Operation) => validBody(operation, knownTo(operation, world)) ?? {};

/** The names of a body's properties, but for those of objects inside. */
function properties({ body = {} }: Operation) {
  const { properties: all = {}, required = [] } = resolve(body);
  return Object.entries(all).map(([name, schema]) => ({
    name,
    types: typesOf(schema),
    required: required.includes(name),
  }));
}

/** The valid body with these octets in it where a blank may stand, and in the last text. */
function withOctets(body: object, octets: number[]): ReadableStream[] {
  const text = JSON.stringify(body);
  const places = [1, text.lastIndexOf('"')].filter((at) => at > 0);
  return places.map((at) =>
    new Blob([text.slice(0, at), new Uint8Array(octets), text.slice(at)]).stream(),
  );
}

describe("a body that is no UTF-8", () => {
  const OCTETS = {
    "Latin-1": [0xe9],
    overlong: [0xc0, 0xaf],
    "half a surrogate pair": [0xed, 0xa0, 0x80],
    "cut off": [0xe2, 0x82],
    "beyond Unicode": [0xf4, 0x90, 0x80, 0x80],
  };

  it.each(taking)("is a 400 at $name", async ({ operation }) => {
    const cases = Object.entries(OCTETS).flatMap(([why, octets]) =>
      withOctets(bodyOf(operation), octets).map((text) => ({ why, alteration: { text } })),
    );
    const expected = { status: 400, code: "malformed_request" };
    expect(await faultsAt(operation, expected, { world, before, cases })).toEqual([]);
  });
});

describe("a body in another charset, or compressed", () => {
  const TYPES = ["iso-8859-1", '"Latin1"', "utf-16", "utf-8; charset=latin1", "", "us-ascii"];
  const CODINGS = ["gzip", "br", "deflate", "identity, gzip", "aws-chunked"];
  const cases: Case[] = [
    ...TYPES.map((charset) => ({
      why: charset,
      alteration: { headers: { "content-type": `application/json; charset=${charset}` } },
    })),
    ...CODINGS.map((coding) => ({
      why: coding,
      alteration: { headers: { "content-encoding": coding } },
    })),
  ];

  it.each(taking)("is a 415 at $name", async ({ operation }) => {
    const expected = { status: 415, code: "unsupported_media_type" };
    expect(await faultsAt(operation, expected, { world, before, cases })).toEqual([]);
  });
});

describe("half a surrogate pair", () => {
  it.each(taking)("is a 422 in any text of $name", async ({ operation }) => {
    const texts = properties(operation).filter(({ types }) => types.includes("string"));
    const cases = texts.flatMap(({ name }) =>
      ["\ud800", "a\udfffb", "\udc00\ud800"].map((value) => ({
        why: `${name}: ${JSON.stringify(value)}`,
        alteration: { text: JSON.stringify({ ...bodyOf(operation), [name]: value }) },
      })),
    );
    const expected = { status: 422, code: "invalid_request" };
    expect(await faultsAt(operation, expected, { world, before, cases })).toEqual([]);
  });
});

describe("null for whatever may be left out", () => {
  const possible = taking.filter(({ operation }) => isPossible(operation));
  it.each(possible)("is the same as leaving it out at $name", async ({ operation }) => {
    const body = bodyOf(operation);
    const optional = properties(operation).filter(
      ({ name, required, types }) => !required && !(name in body) && !types.includes("null"),
    );
    const nulls = Object.fromEntries(optional.map(({ name }) => [name, null]));
    const response = await request(operation, world, { body: { ...nulls, ...body } });
    const { ok } = response;
    expect({ ok, text: ok || (await response.text()) }).toMatchObject({ ok: true });
  });
});

describe("an empty body", () => {
  const SENT = {
    "an empty text of JSON": { text: "" },
    "nothing that calls itself JSON": { body: null },
    nothing: { body: null, headers: { "content-type": "" } },
  };

  it.each(taking)("is an empty object at $name", async ({ operation }) => {
    for (const [why, alteration] of Object.entries(SENT)) {
      const response = await request(operation, world, alteration);
      const outcome = { why, refused: (await problemCode(response)) === "invalid_request" };
      expect(outcome).toEqual({ why, refused: !operation.optionalBody });
    }
  });

  it("can be left out where no field is needed", () => {
    const optional = taking.filter(({ operation }) => operation.optionalBody);
    expect(optional.map(({ name }) => name)).toEqual([
      "POST /v1/users/{userId}/authenticators",
      "DELETE /v1/users/{userId}/authenticators/{id}",
      "DELETE /v1/users/{userId}",
      "POST /v1/users/{userId}/backup-codes",
      "POST /auth/logout",
      "POST /auth/authenticators",
      "PATCH /auth/me",
      "PATCH /admin/apps/{appId}",
      "POST /admin/apps/{appId}/keys",
      "PATCH /admin/users/{id}",
      "PATCH /admin/apps/{appId}/webhooks/{webhookId}",
    ]);
  });
});
