/** Which bucket a user is in, and what carries it. */

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ACCOUNTS_APP, REGIONS } from "../../../src/core/policy";
import {
  ACCOUNTS_BUCKET,
  bucketIn,
  bucketInSecret,
  bucketOf,
  bucketsOf,
  countBuckets,
  FIRST_BUCKET,
  LAST_BUCKET,
  neighbour,
} from "../../../src/core/shard/bucket";
import { createSecret } from "../../../src/crypto/opaque-tokens";
import { randomId } from "../../../src/crypto/random";

const bucket = fc.stringMatching(/^[a-z2-7]{3}$/);
const region = fc.constantFrom(null, ...REGIONS);

describe("a bucket", () => {
  it("depends on the app and its name for the user, and lies in the app's region", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), region, async (id, externalId, of) => {
        const { first, last } = bucketsOf(of);
        const found = await bucketOf({ id: `app_${id}`, region: of }, externalId);
        expect(found).toMatch(/^[a-z2-7]{3}$/);
        expect(first <= found && found <= last).toBe(true);
        expect(await bucketOf({ id: `app_${id}`, region: of }, externalId)).toBe(found);
      }),
    );
  });

  it("is one of 4,096 of a region, of which many users fill most", async () => {
    const app = { id: "app_a", region: "weur" } as const;
    const names = Array.from({ length: 8000 }, (_, at) => `user-${at}`);
    const used = new Set(await Promise.all(names.map((name) => bucketOf(app, name))));
    // Of 4,096, e^(-8000/4096) stay empty: 581.
    expect(used.size).toBeGreaterThan(3300);
    const { first, last } = bucketsOf("weur");
    expect(countBuckets(first, last)).toBe(4096);
  });

  it("is the same for everybody with an account", async () => {
    const app = { id: ACCOUNTS_APP, region: null };
    expect(await bucketOf(app, "a")).toBe(ACCOUNTS_BUCKET);
    expect(await bucketOf(app, "b")).toBe(ACCOUNTS_BUCKET);
  });

  it("does not take one app's users for another's whose id ends like their name", async () => {
    const names = Array.from({ length: 50 }, (_, at) => `n${at}`);
    const one = names.map((name) => bucketOf({ id: "app_a", region: null }, `b${name}`));
    const other = names.map((name) => bucketOf({ id: "app_ab", region: null }, name));
    expect(await Promise.all(one)).not.toEqual(await Promise.all(other));
  });

  it("has neighbours in the order of texts, from the first to the last", () => {
    let at: string | null = FIRST_BUCKET;
    let count = 0;
    for (let before = ""; at !== null; at = neighbour(at, 1)) {
      if (at <= before) throw new Error(`${at} is not behind ${before}`);
      before = at;
      count += 1;
    }
    expect(count).toBe(32_768);
    expect(neighbour(LAST_BUCKET, 1)).toBe(null);
    expect(neighbour(FIRST_BUCKET, -1)).toBe(null);
    fc.assert(
      fc.property(bucket, (one) => {
        const next = neighbour(one, 1);
        return next === null || neighbour(next, -1) === one;
      }),
    );
  });
});

describe("what belongs to a user", () => {
  it("carries the bucket in its id, in the form of any id", () => {
    fc.assert(
      fc.property(bucket, (of) => {
        const id = randomId("usr", of);
        expect(id).toMatch(/^usr_[a-z2-7]{16}$/);
        expect(bucketIn(id)).toBe(of);
      }),
    );
  });

  it("carries it in a secret that is found by its hash", async () => {
    await fc.assert(
      fc.asyncProperty(bucket, async (of) => {
        const { text } = await createSecret(of);
        expect(bucketInSecret(text)).toBe(of);
      }),
    );
  });

  it("is told from what belongs to nobody", () => {
    const others = [randomId("app"), "usr_1", "usr_", "", "usr_AAAAAAAAAAAAAAAA", "user-42"];
    expect(others.map(bucketIn)).toEqual(others.map(() => null));
  });
});
