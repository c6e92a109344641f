/** What `npm run shards` reads of its arguments. What it asks for is tested in test/shards/. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { known, readRange, REGIONS } from "./shards.mjs";

test("a range is two buckets, one, or a region", () => {
  assert.deepEqual(readRange("222-5zz"), ["222", "5zz"]);
  assert.deepEqual(readRange("abc"), ["abc", "abc"]);
  assert.deepEqual(readRange("weur"), REGIONS.weur);
  for (const text of ["", "abc-aaa", "18z", "AAA", "222-", "toString"]) {
    assert.throws(() => readRange(text), /A range is/);
  }
});

test("a database is called as in wrangler.toml", () => {
  for (const name of ["DB", "DB1", "DB12"]) assert.equal(known(name), name);
  for (const name of ["", "DB0", "DB01", "db1", "1"]) {
    assert.throws(() => known(name), /A database is/);
  }
});
