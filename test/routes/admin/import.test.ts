import { beforeEach, describe, expect, it } from "vitest";
import {
  answerLogin,
  as,
  auth,
  challengeOf,
  expectJson,
  protect,
  register,
  tokensOf,
  type Person,
  type Tokens,
} from "../../account";
import {
  admin,
  codeOf,
  createApp,
  elapse,
  enrol,
  enrolled,
  phoneWith,
  problemCode,
  wrongCodeOf,
} from "../../service";
import { contents, storedUser, together } from "../../security/support";

/** 160 bits, as a phone has it from elsewhere. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const SHORT = "LGLEREYEPVVWTLYO";
const phone = phoneWith(SECRET);

function importFor({ id }: { id: string }, body: object = {}): Promise<Response> {
  return admin("POST", `/users/${id}/authenticators`, { body: { secret: SECRET, ...body } });
}

/** What the operator sees of a user. */
async function seen({ id }: { id: string }) {
  return expectJson<{ twoFactor: boolean; authenticators: object[]; backupCodes: object }>(
    admin("GET", `/users/${id}`),
    200,
  );
}

/** A Base32 secret for each number. */
function secretOf(at: number): string {
  return SECRET.slice(0, -1) + "ABCDEFGHIJ".charAt(at);
}

let person: Person;
beforeEach(async () => {
  person = await register("ada@example.com");
});

describe("an imported authenticator", () => {
  it("is active at once, under its name, and brings no backup codes", async () => {
    const imported = await importFor(person, { name: "Old phone" });
    expect(imported.status).toBe(201);
    const { id, ...rest } = await imported.json<{ id: string }>();
    expect(rest).toEqual({ status: "active" });
    expect(await seen(person)).toMatchObject({
      twoFactor: true,
      authenticators: [{ id, name: "Old phone", status: "active", lastUsedAt: null }],
      backupCodes: { remaining: 0 },
    });
  });

  it("refuses the code of the present step, and takes the next one once", async () => {
    await importFor(person);
    const token = await challengeOf(person);
    expect(await problemCode(await answerLogin(token, codeOf(phone)))).toBe("invalid_code");
    elapse(30);
    const code = codeOf(phone);
    expect((await answerLogin(token, code)).status).toBe(200);
    const again = await answerLogin(await challengeOf(person), code);
    expect(await problemCode(again)).toBe("invalid_code");
  });

  it("lets its user make backup codes after logging in", async () => {
    await importFor(person);
    elapse(30);
    const answer = answerLogin(await challengeOf(person), codeOf(phone));
    const tokens = await expectJson<Tokens>(answer, 200);
    const made = as(tokens, "POST", "/backup-codes");
    const { backupCodes } = await expectJson<{ backupCodes: string[] }>(made, 200);
    expect(backupCodes).toHaveLength(10);
  });

  it("makes its codes as it is told", async () => {
    const parameters = { algorithm: "SHA256", digits: 8, period: 60 };
    await importFor(person, parameters);
    elapse(60);
    const code = codeOf(phoneWith(SECRET, parameters));
    expect((await answerLogin(await challengeOf(person), code)).status).toBe(200);
  });

  it("keeps the drift of its clock, and the last step", async () => {
    const lastStep = Math.floor(Date.now() / 30_000) + 3;
    expect((await importFor(person, { drift: 3, lastStep })).status).toBe(201);
    expect(await seen(person)).toMatchObject({ authenticators: [{ driftSteps: 3 }] });
    const token = await challengeOf(person);
    expect(await problemCode(await answerLogin(token, codeOf(phone, 3)))).toBe("invalid_code");
    expect((await answerLogin(token, codeOf(phone, 4))).status).toBe(200);
  });

  it("ends the sessions that the password alone had opened, and open challenges", async () => {
    const tokens = await tokensOf(person);
    await importFor(person);
    expect(await problemCode(await as(tokens, "GET", "/me"))).toBe("unauthorized");
    const { refreshToken } = tokens;
    const refreshed = auth("POST", "/refresh", { body: { refreshToken } });
    expect(await problemCode(await refreshed)).toBe("session_ended");
    const token = await challengeOf(person);
    await importFor(person, { secret: secretOf(1) });
    elapse(30);
    expect(await problemCode(await answerLogin(token, codeOf(phone)))).toBe("invalid_challenge");
  });

  it("is in the audit trail, without its secret", async () => {
    const { id } = await expectJson<{ id: string }>(importFor(person), 201);
    const trail = await admin("GET", "/audit?type=authenticator.imported");
    const text = await trail.text();
    expect(JSON.parse(text)).toMatchObject({
      items: [{ actor: "admin", userId: person.id, authenticatorId: id, outcome: "success" }],
    });
    expect(text).not.toContain(SECRET);
  });

  it("is good for the user of any app", async () => {
    const app = await createApp();
    await enrol(app, "bob");
    await importFor(await storedUser("bob"));
    elapse(30);
    expect(await (await app.verify("bob", codeOf(phone))).json()).toMatchObject({ valid: true });
  });
});

describe("a dry run", () => {
  it("says that it would be imported, and writes nothing", async () => {
    const before = await contents();
    const response = await importFor(person, { dryRun: true });
    expect([response.status, await response.json()]).toEqual([200, { status: "importable" }]);
    expect(await contents()).toEqual(before);
  });

  it("says what stands against it", async () => {
    await importFor(person);
    const before = await contents();
    expect(await problemCode(await importFor(person, { dryRun: true }))).toBe("secret_in_use");
    expect(await contents()).toEqual(before);
  });
});

describe("the same secret", () => {
  it("is refused a second time, however it is written", async () => {
    await importFor(person);
    const secret = SECRET.toLowerCase().replaceAll(/(.{4})/g, "$1 ");
    expect(await problemCode(await importFor(person, { secret }))).toBe("secret_in_use");
  });

  it("is imported once by parallel calls", async () => {
    const answers = await together(8, () => importFor(person));
    const codes = await Promise.all(answers.map(problemCode));
    expect(codes.filter((code) => code === 201)).toHaveLength(1);
    expect(codes.filter((code) => code === "secret_in_use")).toHaveLength(7);
    expect((await seen(person)).authenticators).toHaveLength(1);
  });

  it("may belong to somebody else too", async () => {
    await importFor(person);
    expect((await importFor(await register("bob@example.com"))).status).toBe(201);
  });

  it("may come back after its enrolment has expired", async () => {
    const app = await createApp();
    await enrol(app, "bob", { secret: SECRET });
    const bob = await storedUser("bob");
    expect(await problemCode(await importFor(bob))).toBe("secret_in_use");
    elapse(15 * 60);
    expect((await importFor(bob)).status).toBe(201);
  });
});

describe("what is refused, with nothing written", () => {
  it.each([
    ["80 bits", SHORT],
    ["no Base32", "not base32, 0 and 1"],
    ["1,032 bits", "A".repeat(207)],
  ])("a secret of %s", async (_name, secret) => {
    const before = await contents();
    const response = await importFor(person, { secret });
    const text = await response.clone().text();
    expect(await problemCode(response)).toBe("invalid_request");
    expect(text).not.toContain(secret);
    expect(await contents()).toEqual(before);
  });

  it("the sixth, also when parallel calls bring it", async () => {
    const answers = await together(8, (at) => importFor(person, { secret: secretOf(at) }));
    const codes = await Promise.all(answers.map(problemCode));
    expect(codes.filter((code) => code === 201)).toHaveLength(5);
    expect(codes.filter((code) => code === "too_many_authenticators")).toHaveLength(3);
    expect((await seen(person)).authenticators).toHaveLength(5);
  });

  it("one for a user who is disabled, reset, locked or capped", async () => {
    const app = await createApp({ settings: { failuresBeforeLock: 1, strikeCap: 10 } });
    const refusalAfter = async (
      name: string,
      act: (id: string, wrongCode: string) => Promise<unknown>,
    ) => {
      const user = await enrolled(app, name);
      const { id } = await storedUser(name);
      await act(id, wrongCodeOf(user.phone));
      const before = await contents();
      const code = await problemCode(await importFor({ id }));
      expect(await contents()).toEqual(before);
      return [code, user] as const;
    };
    const [disabled] = await refusalAfter("bob", (id) =>
      admin("PATCH", `/users/${id}`, { body: { disabled: true } }),
    );
    const [reset] = await refusalAfter("carol", (id) =>
      admin("POST", `/users/${id}/reset`, { body: { reason: "Lost phone" } }),
    );
    const [locked, dave] = await refusalAfter("dave", (_id, wrongCode) =>
      app.verify("dave", wrongCode),
    );
    expect([disabled, reset, locked]).toEqual(["user_disabled", "rebinding_required", "locked"]);
    for (let failures = 0; failures < 10; failures++) {
      elapse(3600);
      await app.verify("dave", wrongCodeOf(dave.phone));
    }
    elapse(3600);
    expect(await seen(await storedUser("dave"))).toMatchObject({ capped: true });
    expect(await problemCode(await importFor(await storedUser("dave")))).toBe("locked");
  });
});

describe("beside other authenticators", () => {
  it("makes the oldest pending one go when all places are taken", async () => {
    const app = await createApp();
    const pending = await enrol(app, "bob");
    const bob = await storedUser("bob");
    for (let at = 0; at < 5; at++) await importFor(bob, { secret: secretOf(at) });
    const { authenticators } = await seen(bob);
    expect(authenticators).toHaveLength(5);
    expect(authenticators).not.toContainEqual(expect.objectContaining({ id: pending.id }));
  });

  it("leaves the backup codes that its user has", async () => {
    const owner = await protect(await register("grace@example.com"));
    await importFor(owner);
    const [code = ""] = owner.backupCodes;
    expect((await answerLogin(await challengeOf(owner), code)).status).toBe(200);
  });
});
