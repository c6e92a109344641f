import { beforeEach, describe, expect, it } from "vitest";
import { everywhere } from "../../databases";
import { secretContext } from "../../../src/core/code/match";
import { parseKeyring, seal } from "../../../src/crypto/keyring";
import {
  codeOf,
  createApp,
  elapse,
  enrol,
  enrolled,
  phoneWith,
  problemCode,
  useKey,
  wrongCodeOf,
  type TestApp,
} from "../../service";
import { TEST_SECRETS } from "../../secrets";
import { contents } from "../../security/support";

let app: TestApp;
beforeEach(async () => {
  app = await createApp();
});

const answerOf = async (response: Promise<Response>) => (await response).json();

describe("a code", () => {
  it("is right when the phone shows it", async () => {
    const { phone, authenticatorId } = await enrolled(app, "ada");
    expect(await answerOf(app.verify("ada", codeOf(phone)))).toEqual({
      valid: true,
      method: "totp",
      authenticatorId,
      backupCodes: { remaining: 10 },
    });
  });

  it("is right once", async () => {
    const { phone } = await enrolled(app, "ada");
    const code = codeOf(phone);
    expect(await answerOf(app.verify("ada", code))).toMatchObject({ valid: true });
    expect(await answerOf(app.verify("ada", code))).toMatchObject({ valid: false });
    elapse(30);
    expect(await answerOf(app.verify("ada", codeOf(phone)))).toMatchObject({ valid: true });
  });

  it("of any of the user's authenticators is right, and the answer says of which", async () => {
    const first = await enrolled(app, "ada", { name: "phone" });
    const second = await enrolled(app, "ada", { name: "tablet", digits: 8, algorithm: "SHA512" });
    for (const { phone, authenticatorId } of [second, first]) {
      const answer = await answerOf(app.verify("ada", codeOf(phone)));
      expect(answer).toMatchObject({ valid: true, authenticatorId });
    }
  });

  it("of a pending authenticator is wrong", async () => {
    await enrolled(app, "ada");
    const { secret } = await enrol(app, "ada");
    const answer = await answerOf(app.verify("ada", codeOf(phoneWith(secret))));
    expect(answer).toMatchObject({ valid: false });
  });

  it("that two authenticators show is spent on both, and right only if it was unspent on both; else it changes nothing", async () => {
    const first = await enrolled(app, "ada");
    const second = await enrolled(app, "ada");
    await giveSecret(first.phone.secret.bytes, second.authenticatorId);
    const code = codeOf(first.phone);
    await setLastStep(second.authenticatorId, stepNow());
    const before = await contents();
    const refusal = { valid: false, attemptsRemaining: 5 };
    expect(await answerOf(app.verify("ada", code))).toEqual(refusal);
    expect(await contents()).toEqual(before);

    elapse(30);
    expect(await answerOf(app.verify("ada", codeOf(first.phone)))).toMatchObject({ valid: true });
    expect(await lastSteps()).toEqual([stepNow(), stepNow()]);
  });
});

describe("a secret that cannot be opened", () => {
  it("refuses, and never means that there is no second factor", async () => {
    const { phone, authenticatorId, backupCodes } = await enrolled(app, "ada");
    const spoil = "UPDATE authenticators SET secret = 'test.AAAA' WHERE id = ?";
    await everywhere.prepare(spoil).bind(authenticatorId).run();
    for (const code of [codeOf(phone), backupCodes[0]]) {
      const response = await app.verify("ada", code);
      expect([response.status, await problemCode(response)]).toEqual([500, "unreadable_data"]);
    }
    expect(await answerOf(app.v1("GET", "/users/ada"))).toMatchObject({ twoFactor: true });
  });

  it("does not open in another row", async () => {
    const ada = await enrolled(app, "ada");
    const bob = await enrolled(app, "bob");
    const read = everywhere.prepare("SELECT secret FROM authenticators WHERE id = ?");
    const secret = await read.bind(ada.authenticatorId).first<string>("secret");
    const move = everywhere.prepare("UPDATE authenticators SET secret = ? WHERE id = ?");
    await move.bind(secret, bob.authenticatorId).run();
    expect((await app.verify("bob", codeOf(ada.phone))).status).toBe(500);
  });
});

const stepNow = () => Math.floor(Date.now() / 30_000);

/**
 * As if the second authenticator had been made with the first one's secret, which the API refuses.
 */
async function giveSecret(secret: Uint8Array, authenticatorId: string): Promise<void> {
  const user = await everywhere.prepare("SELECT id FROM users").first<string>("id");
  const ring = await parseKeyring(TEST_SECRETS.KEYRING);
  const context = secretContext(app.id, user ?? "", authenticatorId);
  const sealed = await seal(ring, new Uint8Array(secret), context);
  await everywhere
    .prepare("UPDATE authenticators SET secret = ? WHERE id = ?")
    .bind(sealed, authenticatorId)
    .run();
}

async function setLastStep(authenticatorId: string, step: number): Promise<void> {
  await everywhere
    .prepare("UPDATE authenticators SET last_step = ? WHERE id = ?")
    .bind(step, authenticatorId)
    .run();
}

async function lastSteps(): Promise<unknown[]> {
  const rows = await everywhere
    .prepare("SELECT last_step FROM authenticators ORDER BY rowid")
    .raw();
  return rows.flat();
}

describe("a code sent again", () => {
  it("is refused without a charge, so that a double click costs nothing", async () => {
    const { phone } = await enrolled(app, "ada");
    const code = codeOf(phone);
    await app.verify("ada", code);
    for (let clicks = 0; clicks < 10; clicks++) {
      const answer = await answerOf(app.verify("ada", code));
      expect(answer).toEqual({ valid: false, attemptsRemaining: 5 });
    }
  });

  it("of an earlier step is not charged either, used or not", async () => {
    const { phone } = await enrolled(app, "ada");
    const earlier = codeOf(phone);
    elapse(30);
    await app.verify("ada", codeOf(phone));
    const refusal = { valid: false, attemptsRemaining: 5 };
    expect(await answerOf(app.verify("ada", earlier))).toEqual(refusal);
  });
});

describe("a verification for a tool that reads nothing but the status", () => {
  const ask = (userId: string, code: string, { v1 } = app) =>
    v1("POST", `/users/${userId}/verify?status=1`, { body: { code } });

  it("is 204 once for a right code, and 403 for the same code again", async () => {
    const { phone } = await enrolled(app, "ada");
    const code = codeOf(phone);
    const answers = [await ask("ada", code), await ask("ada", code)];
    expect(answers.map(({ status }) => status)).toEqual([204, 403]);
    expect(await answers[1]?.json()).toMatchObject({
      code: "invalid_code",
      status: 403,
      attemptsRemaining: 5,
    });
  });

  it("is 403 with the usual problem for whoever may not be let in", async () => {
    const { phone } = await enrolled(app, "ada");
    await enrol(app, "bob");
    const wrong = wrongCodeOf(phone);
    const problems = [];
    for (const userId of ["ada", "ada", "ada", "ada", "ada", "ada", "bob", "nobody"]) {
      const response = await ask(userId, wrong);
      expect(response.status).toBe(403);
      problems.push(await response.json());
    }
    expect(problems).toMatchObject([
      { code: "invalid_code", attemptsRemaining: 4 },
      { code: "invalid_code", attemptsRemaining: 3 },
      { code: "invalid_code", attemptsRemaining: 2 },
      { code: "invalid_code", attemptsRemaining: 1 },
      { code: "invalid_code", attemptsRemaining: 0, lockedUntil: expect.any(String) },
      { code: "locked", lockedUntil: expect.any(String) },
      { code: "not_enrolled" },
      { code: "not_found" },
    ]);
  });

  it("is no answer about the user if the call itself is wrong", async () => {
    const { phone } = await enrolled(app, "ada");
    const other = useKey(app.id, "sg_nonsense");
    const code = codeOf(phone);
    expect((await ask("ada", code, other)).status).toBe(401);
    expect((await app.v1("POST", "/users/ada/verify?status=2", { body: { code } })).status).toBe(
      422,
    );
    expect((await ask("ada", code)).status).toBe(204);
  });
});
