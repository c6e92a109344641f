import { URI } from "otpauth";
import { beforeEach, describe, expect, it } from "vitest";
import {
  codeOf,
  createApp,
  createKey,
  elapse,
  enrol,
  enrolled,
  phoneWith,
  problemCode,
  useKey,
  wrongCodeOf,
  type TestApp,
} from "../../service";

let app: TestApp;
beforeEach(async () => {
  app = await createApp();
});

function confirm(userId: string, id: string, code: string): Promise<Response> {
  return app.v1("POST", `/users/${userId}/authenticators/${id}/confirm`, { body: { code } });
}

describe("enrolling", () => {
  it("answers a pending authenticator that expires in 15 minutes", async () => {
    const response = await app.v1("POST", "/users/ada/authenticators", { body: {} });
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const pending = await response.json<{ secret: string; expiresAt: string }>();
    expect(pending).toMatchObject({ status: "pending", id: expect.stringMatching(/^auth_/) });
    expect(phoneWith(pending.secret).secret.bytes).toHaveLength(20);
    expect(Date.parse(pending.expiresAt) - Date.now()).toBe(15 * 60_000);
  });

  it("names app and user in the URI, with the app's issuer and the user id unless told otherwise", async () => {
    const usual = URI.parse((await enrol(app, "ada")).uri);
    expect([usual.issuer, usual.label]).toEqual(["Test app", "ada"]);
    const body = { issuer: "Example", accountName: "ada@example.com" };
    const told = URI.parse((await enrol(app, "ada", body)).uri);
    expect([told.issuer, told.label]).toEqual(["Example", "ada@example.com"]);
  });

  it("takes user ids of any script, with slashes and per cents, decoded once", async () => {
    for (const userId of [
      "アダ",
      "a/b",
      "100%",
      "a%41",
      "auth0|1:2",
      "é́",
      "😀",
      " ",
      "a".repeat(255),
    ]) {
      await enrol(app, userId);
      const response = await app.v1("GET", `/users/${encodeURIComponent(userId)}`);
      expect(await response.json()).toMatchObject({ userId });
    }
  });

  it("refuses octets that are no UTF-8 in a user id, rather than take them for themselves", async () => {
    for (const path of ["%FF", "%ED%A0%80", "%FF%2541"]) {
      const response = await app.v1("POST", `/users/${path}/authenticators`, { body: {} });
      expect([response.status, await problemCode(response)]).toEqual([400, "malformed_request"]);
    }
    expect((await app.v1("POST", "/users/%00/authenticators", { body: {} })).status).toBe(422);
  });

  it("makes an account name of a long user id without halving a character", async () => {
    const { uri } = await enrol(app, `${"a".repeat(127)}😀b`);
    expect(URI.parse(uri).label).toBe("a".repeat(127));
  });

  it.each([
    { algorithm: "SHA256", digits: 8, period: 60 },
    { algorithm: "SHA512", digits: 7, period: 15 },
    { algorithm: "SHA1", digits: 6, period: 120 },
  ])(
    "makes an authenticator with $algorithm, $digits digits and $period s that verifies",
    async (parameters) => {
      const { phone } = await enrolled(app, "ada", parameters);
      const response = await app.verify("ada", codeOf(phone));
      expect(await response.json()).toMatchObject({ valid: true });
    },
  );

  it.each([
    ["digits", 5],
    ["digits", 9],
    ["period", 14],
    ["period", 121],
    ["algorithm", "MD5"],
    ["accountName", "a:b"],
    ["issuer", "a:b"],
    ["issuer", ""],
    ["accountName", "a\nb"],
  ])("refuses %s %j", async (field, value) => {
    const response = await app.v1("POST", "/users/ada/authenticators", {
      body: { [field]: value },
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: "invalid_request",
      detail: expect.stringContaining(field),
    });
  });

  it("gives a user at most five authenticators", async () => {
    for (let count = 0; count < 5; count++) await enrolled(app, "ada", { name: `phone ${count}` });
    const sixth = await app.v1("POST", "/users/ada/authenticators", { body: {} });
    expect([sixth.status, await problemCode(sixth)]).toEqual([409, "too_many_authenticators"]);
  });

  it("replaces the oldest pending one when all places are taken", async () => {
    await enrolled(app, "ada");
    const pending = [];
    for (let count = 0; count < 5; count++) pending.push(await enrol(app, "ada"));
    const status = await app.v1("GET", "/users/ada");
    const { authenticators } = await status.json<{ authenticators: { id: string }[] }>();
    expect(authenticators.map(({ id }) => id).slice(1)).toEqual(
      pending.slice(1).map(({ id }) => id),
    );
  });

  it("takes two first enrolments of one user at once", async () => {
    const both = await Promise.all([enrol(app, "ada"), enrol(app, "ada")]);
    const { authenticators } = await (
      await app.v1("GET", "/users/ada")
    ).json<{ authenticators: object[] }>();
    expect([both.length, authenticators.length]).toEqual([2, 2]);
  });
});

describe("importing a secret", () => {
  const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

  it("is confirmed by the code that its user has just typed, which is spent by it", async () => {
    const { id } = await enrol(app, "ada", { secret: secret.toLowerCase() });
    const phone = phoneWith(secret);
    expect((await confirm("ada", id, codeOf(phone))).status).toBe(200);
    expect(await (await app.verify("ada", codeOf(phone))).json()).toMatchObject({ valid: false });
    expect(await (await app.verify("ada", codeOf(phone, 1))).json()).toMatchObject({ valid: true });
  });

  it("needs the scope `import`", async () => {
    const limited = useKey(app.id, await createKey(app.id, { scopes: ["enrol"] }));
    const response = await limited.v1("POST", "/users/ada/authenticators", { body: { secret } });
    expect([response.status, await problemCode(response)]).toEqual([403, "insufficient_scope"]);
  });

  it.each([
    ["what is not Base32", "JBSWY3DP0"],
    ["fewer than 128 bits", "JBSWY3DPEHPK3PXPJBSWY3DP"],
    ["more than 1024 bits", "A".repeat(300)],
  ])("refuses %s", async (_, text) => {
    const response = await app.v1("POST", "/users/ada/authenticators", { body: { secret: text } });
    expect([response.status, await problemCode(response)]).toEqual([422, "invalid_request"]);
  });

  it("refuses a secret that the user already has, and not one that another user has", async () => {
    await enrol(app, "ada", { secret });
    const again = await app.v1("POST", "/users/ada/authenticators", { body: { secret } });
    expect([again.status, await problemCode(again)]).toEqual([409, "secret_in_use"]);
    await enrol(app, "bob", { secret });
  });
});

describe("confirming", () => {
  it("makes the authenticator active, and answers ten backup codes with the first one only", async () => {
    const first = await enrolled(app, "ada");
    expect(first.backupCodes).toHaveLength(10);
    expect(new Set(first.backupCodes).size).toBe(10);
    expect((await enrolled(app, "ada")).backupCodes).toEqual([]);
  });

  it.each([
    [4, 120],
    [-10, -300],
  ])("tells how far off the phone's clock is: %i steps", async (steps, offsetSeconds) => {
    const { id, secret } = await enrol(app, "ada");
    const response = await confirm("ada", id, codeOf(phoneWith(secret), steps));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: "clock_skew", offsetSeconds });
  });

  it("says no more than that the code is wrong when it is further off", async () => {
    const { id, secret } = await enrol(app, "ada");
    const response = await confirm("ada", id, codeOf(phoneWith(secret), 11));
    expect([response.status, await problemCode(response)]).toEqual([422, "invalid_code"]);
  });

  it("is over after five wrong codes, without locking the user", async () => {
    const { phone } = await enrolled(app, "ada");
    const { id, secret } = await enrol(app, "ada");
    const second = phoneWith(secret);
    for (let tries = 0; tries < 5; tries++) {
      expect(await problemCode(await confirm("ada", id, wrongCodeOf(second)))).toBe("invalid_code");
    }
    expect(await problemCode(await confirm("ada", id, codeOf(second)))).toBe("enrolment_closed");
    expect(await (await app.verify("ada", codeOf(phone))).json()).toMatchObject({ valid: true });
  });

  it("is over after 15 minutes", async () => {
    const { id, secret } = await enrol(app, "ada");
    elapse(15 * 60);
    const response = await confirm("ada", id, codeOf(phoneWith(secret)));
    expect([response.status, await problemCode(response)]).toEqual([404, "not_found"]);
  });

  it("happens once", async () => {
    const { id, secret } = await enrol(app, "ada");
    const code = codeOf(phoneWith(secret));
    const answers = await Promise.all(Array.from({ length: 10 }, () => confirm("ada", id, code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await problemCode(await confirm("ada", id, codeOf(phoneWith(secret), 1)))).toBe(
      "already_confirmed",
    );
  });

  it("takes no try for what cannot be a code of this authenticator", async () => {
    const { id, secret } = await enrol(app, "ada");
    for (let tries = 0; tries < 6; tries++) {
      expect(await problemCode(await confirm("ada", id, "1234567"))).toBe("invalid_request");
    }
    expect((await confirm("ada", id, codeOf(phoneWith(secret)))).status).toBe(200);
  });
});

describe("removing", () => {
  const remove = (id: string) => app.v1("DELETE", `/users/ada/authenticators/${id}`);

  it("of the last active one takes the backup codes with it: they are no factor alone", async () => {
    const { authenticatorId, backupCodes } = await enrolled(app, "ada");
    expect((await remove(authenticatorId)).status).toBe(204);
    const response = await app.verify("ada", backupCodes[0]);
    expect([response.status, await problemCode(response)]).toEqual([404, "not_enrolled"]);
    expect(await (await app.v1("GET", "/users/ada")).json()).toMatchObject({
      twoFactor: false,
      backupCodes: { remaining: 0 },
    });
  });

  it("of one of two leaves the other and the backup codes", async () => {
    const first = await enrolled(app, "ada");
    const second = await enrolled(app, "ada");
    await remove(first.authenticatorId);
    expect(await (await app.verify("ada", codeOf(first.phone))).json()).toMatchObject({
      valid: false,
    });
    expect(await (await app.verify("ada", codeOf(second.phone))).json()).toMatchObject({
      valid: true,
      backupCodes: { remaining: 10 },
    });
  });
});
