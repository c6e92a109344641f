/** Whoever drives a move may be forgotten, and go on when it is over: then nothing that it sends does harm. */

import { beforeEach, describe, expect, it } from "vitest";
import { bucketIn } from "../../src/core/shard/bucket";
import { addDatabases, ended, holding, moveBucket, shardOf } from "./support";
import { DATABASES, isMany } from "../databases";
import { codeOf, createApp, enrolled, type EnrolledUser, type TestApp } from "../service";
import { storedUser } from "../security/support";

describe.runIf(isMany)("a move that somebody else has brought to its end", () => {
  let app: TestApp;
  let ada: EnrolledUser;
  let bucket: string;
  let source: number;
  let target: number;

  beforeEach(async () => {
    app = await createApp();
    ada = await enrolled(app, "ada");
    bucket = bucketIn((await storedUser("ada")).id) ?? "";
    source = await shardOf(bucket);
    target = (source + 1) % DATABASES.length;
    await addDatabases();
  });

  const isValid = async (code: string) =>
    (await (await app.verify("ada", code)).json<{ valid: boolean }>()).valid;

  it.each([
    [0, "empties the target"],
    [1, "copies"],
    [2, "reads the copy"],
    [3, "lets the target take over"],
  ])("is not harmed by batch %i to the target, which %s", async (at) => {
    const { bindings, reached, letGo } = holding(target, at);
    const forgotten = ended(moveBucket(bucket, target, bindings));
    await reached;
    await moveBucket(bucket, target);
    const code = codeOf(ada.phone);
    expect(await isValid(code)).toBe(true);
    letGo();
    await forgotten;
    expect(await isValid(code)).toBe(false);
    expect(await shardOf(bucket)).toBe(target);
  });

  it("is not harmed by what deletes from the source, if the users are there again", async () => {
    const { bindings, reached, letGo } = holding(source, 4);
    const forgotten = ended(moveBucket(bucket, target, bindings));
    await reached;
    await moveBucket(bucket, target);
    await moveBucket(bucket, source);
    letGo();
    await forgotten;
    expect(await isValid(codeOf(ada.phone))).toBe(true);
  });
});
