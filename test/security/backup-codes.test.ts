import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../chance";
import { decorate, decoration, type Decoration } from "../decorated";
import { codeOf, createApp, elapse, enrolled, problemCode, type TestApp } from "../service";
import {
  answer,
  attempts,
  challengeFor,
  countAccepted,
  firstCode,
  forgiveStrikes,
  isAccepted,
  rows,
  together,
} from "./support";

async function remaining(app: TestApp, userId: string): Promise<number> {
  const status = await app.v1("GET", `/users/${userId}`);
  return (await status.json<{ backupCodes: { remaining: number } }>()).backupCodes.remaining;
}

async function rotate(app: TestApp, userId: string): Promise<string[]> {
  const response = await app.v1("POST", `/users/${userId}/backup-codes`);
  return (await response.json<{ backupCodes: string[] }>()).backupCodes;
}

describe("a backup code is accepted once", () => {
  it("by exactly one of 50 parallel verifications", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const responses = await together(50, () => app.verify("ada", firstCode(user)));
    expect(await countAccepted(responses)).toBe(1);
    expect(await attempts("success")).toBe(1);
  });

  it("by exactly one of 50 parallel challenges", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    const made = await Promise.all(Array.from({ length: 50 }, () => challengeFor(app, "ada")));
    const responses = await together(50, (at) => answer(made[at]?.token ?? "", firstCode(user)));
    expect(await countAccepted(responses)).toBe(1);
  });

  it("and takes one from what remains, no more", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    expect(await isAccepted(await app.verify("ada", firstCode(user)))).toBe(true);
    expect(await remaining(app, "ada")).toBe(9);
    expect(await isAccepted(await app.verify("ada", firstCode(user, 1)))).toBe(true);
    expect(await remaining(app, "ada")).toBe(8);
  });

  it("however it is typed: case, script, what is not seen, 0 for O and its number in the list make no second code", async () => {
    const app = await createApp();
    const { backupCodes } = await enrolled(app, "ada");
    const unspent = [...backupCodes];
    const style = fc.record({
      lower: fc.boolean(),
      misread: fc.boolean(),
      number: fc.constantFrom("", "3. ", "10) ", "#3 "),
      parts: decoration,
    });
    const property = fc.asyncProperty(style, fc.boolean(), async (how, plainFirst) => {
      // Within the platform's limit of a minute, too.
      elapse(60);
      await forgiveStrikes();
      if (unspent.length === 0) unspent.push(...(await rotate(app, "ada")));
      const code = unspent.shift() ?? "";
      const typed = [code, retype(code, how)];
      if (!plainFirst) typed.reverse();
      const [first = "", second = ""] = typed;
      expect(await isAccepted(await app.verify("ada", first))).toBe(true);
      expect(await isAccepted(await app.verify("ada", second))).toBe(false);
    });
    await fc.assert(property, { numRuns: runs(20), endOnFailure: true });
  });

  it("by its own user alone", async () => {
    const app = await createApp();
    const ada = await enrolled(app, "ada");
    await enrolled(app, "bob");
    expect(await isAccepted(await app.verify("bob", firstCode(ada)))).toBe(false);
    expect(await isAccepted(await app.verify("ada", firstCode(ada)))).toBe(true);
  });
});

interface Style {
  lower: boolean;
  misread: boolean;
  number: string;
  parts: Decoration;
}

function retype(code: string, { lower, misread, number, parts }: Style): string {
  const written = misread
    ? code.replaceAll("O", "0").replaceAll("I", "1").replaceAll("B", "8")
    : code;
  const typed = decorate(written, parts);
  return number + (lower ? typed.toLowerCase() : typed);
}

describe("new backup codes", () => {
  it("end the old set, used or not", async () => {
    const app = await createApp();
    const { backupCodes: old } = await enrolled(app, "ada");
    const fresh = await rotate(app, "ada");
    expect(new Set([...old, ...fresh]).size).toBe(20);
    for (const code of old.slice(0, 3)) {
      expect(await isAccepted(await app.verify("ada", code))).toBe(false);
    }
    expect(await isAccepted(await app.verify("ada", firstCode({ backupCodes: fresh })))).toBe(true);
  });

  it("asked for 20 times at once leave one set, which was shown", async () => {
    const app = await createApp();
    await enrolled(app, "ada");
    const responses = await together(20, () => app.v1("POST", "/users/ada/backup-codes"));
    const shown = responses.filter(({ status }) => status === 200);
    expect(await remaining(app, "ada")).toBe(10);
    const sets = await Promise.all(shown.map((one) => one.json<{ backupCodes: string[] }>()));
    const verdicts = [];
    for (const set of sets)
      verdicts.push(await isAccepted(await app.verify("ada", firstCode(set))));
    expect(verdicts.filter(Boolean)).toHaveLength(1);
  });

  it("are no factor by themselves: they go with the last authenticator", async () => {
    const app = await createApp();
    const user = await enrolled(app, "ada");
    await app.v1("DELETE", `/users/ada/authenticators/${user.authenticatorId}`);
    expect(await problemCode(await app.verify("ada", firstCode(user)))).toBe("not_enrolled");
    expect(await rows("SELECT * FROM backup_codes")).toEqual([]);
    await enrolled(app, "ada");
    expect(await isAccepted(await app.verify("ada", firstCode(user)))).toBe(false);
  });
});

describe("a wrong backup code", () => {
  it("counts as a failure, and five lock the authenticator too", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    for (let at = 0; at < 5; at++) await app.verify("ada", "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA");
    expect(await attempts("failure")).toBe(5);
    expect(await problemCode(await app.verify("ada", codeOf(phone)))).toBe("locked");
  });

  it("is one of the old set, and one that somebody else has used", async () => {
    const app = await createApp();
    const ada = await enrolled(app, "ada");
    const bob = await enrolled(app, "bob");
    await app.verify("ada", firstCode(ada));
    await rotate(app, "ada");
    await app.verify("bob", firstCode(bob));
    for (const code of [firstCode(ada), firstCode(ada, 1), firstCode(bob)]) {
      expect(await isAccepted(await app.verify("ada", code))).toBe(false);
    }
    expect(await attempts("failure")).toBe(3);
  });
});
