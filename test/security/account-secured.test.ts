/**
 * Somebody has a person's password, session, trusted device or backup codes. When the person says so,
 * all of that is worth nothing from that moment on. Whoever has only the session cannot say it.
 */

import { beforeEach, describe, expect, it } from "vitest";
import { enrolByLink } from "../../src/core/enrolment-link/browser";
import { openLink } from "../../src/core/enrolment-link/link";
import {
  answerLogin,
  as,
  auth,
  challengeOf,
  expectJson,
  logIn,
  logInWithCode,
  PASSWORD,
  protect,
  register,
  tokensOf,
  type Protected,
  type Tokens,
} from "../account";
import {
  answerLink,
  challengeLink,
  enrolmentLink,
  opened,
  redeem,
  redemptionCode,
  refusal,
  settings,
  tokenOf,
} from "../links";
import { codeOf, elapse, problemCode } from "../service";
import { accountsApp, countGood, refresh, setAccounts, stepUp, trust } from "./account-support";
import { contents, rows, together } from "./support";

const NEW_PASSWORD = "another horse battery staple";
const BODY = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
type Secured = Tokens & { backupCodes?: string[] };

let person: Protected;
beforeEach(async () => {
  await setAccounts({ trustedDevices: true });
  person = await protect(await register("ada@example.com"));
});

const secure = (tokens: Pick<Tokens, "accessToken">, body: object = BODY) =>
  as(tokens, "POST", "/secure", { body });
const withNew = () => ({ ...person, password: NEW_PASSWORD });

describe("once an account is secured", () => {
  it("no other session, device, challenge, backup code or password is worth anything", async () => {
    const thief = await logInWithCode(person);
    const { deviceToken } = await trust(person);
    const open = await challengeOf(person);
    const next = await expectJson<Secured>(secure(person.tokens), 200);
    expect((await as(thief, "GET", "/me")).status).toBe(401);
    expect((await as(person.tokens, "GET", "/me")).status).toBe(401);
    expect((await refresh(thief)).status).toBe(401);
    expect(await problemCode(await answerLogin(open, codeOf(person.phone)))).toBe(
      "invalid_challenge",
    );
    expect(await problemCode(await logIn(person, { deviceToken }))).toBe("invalid_credentials");
    const spared = await expectJson(logIn(withNew(), { deviceToken }), 200);
    expect(spared).toMatchObject({ status: "second_factor_required" });
    for (const code of person.backupCodes.slice(0, 2)) {
      const answered = await answerLogin(await challengeOf(withNew()), code);
      expect(await problemCode(answered)).toBe("invalid_code");
    }
    const { devices } = await expectJson<{ devices: object[] }>(as(next, "GET", "/devices"), 200);
    expect(devices).toEqual([]);
  });

  it("no link, no page that follows one, and no result of one is worth anything", async () => {
    await setAccounts(settings);
    const app = await accountsApp();
    const enrolment = await enrolmentLink(app, person.id);
    const follower = await opened(await enrolmentLink(app, person.id));
    const [asked, answered] = [
      await challengeLink(app, person.id),
      await challengeLink(app, person.id),
    ];
    const code = await redemptionCode(answered, person.backupCodes[0] ?? "");
    await expectJson(secure(person.tokens), 200);
    const ends = [
      await refusal((deps) => openLink(deps, tokenOf(enrolment))),
      await refusal((deps) => enrolByLink(deps, follower)),
      await refusal(() => answerLink(asked, person.backupCodes[1] ?? "")),
      await problemCode(await redeem(app, code)),
    ];
    expect(ends).toEqual(["link_ended", "link_ended", "invalid_challenge", "not_found"]);
  });

  it("the one who did it goes on, and signs in with the new password and any new backup code", async () => {
    const next = await expectJson<Secured>(secure(person.tokens), 200);
    expect((await as(next, "GET", "/me")).status).toBe(200);
    expect(new Set(next.backupCodes).size).toBe(10);
    const answered = await answerLogin(await challengeOf(withNew()), next.backupCodes?.[9] ?? "");
    expect(answered.status).toBe(200);
    expect(await rows("SELECT outcome FROM audit_events WHERE type = 'account.secured'")).toEqual([
      { outcome: "success" },
    ]);
  });

  it("a user without a second factor gets no backup codes", async () => {
    const grace = await register("grace@example.com");
    const tokens = await tokensOf(grace);
    elapse(200);
    const next = await expectJson<Secured>(secure(tokens), 200);
    expect(next.backupCodes).toBeUndefined();
    expect(await rows("SELECT hash FROM backup_codes WHERE user_id = ?", grace.id)).toEqual([]);
  });
});

describe("whoever has a session alone", () => {
  it("secures nothing without the password, even with a code of just now", async () => {
    const before = await rows("SELECT password_hash FROM accounts");
    const refused = await secure(person.tokens, { ...BODY, currentPassword: "a wrong password" });
    expect(await problemCode(refused)).toBe("invalid_credentials");
    expect(await rows("SELECT password_hash FROM accounts")).toEqual(before);
    expect((await as(person.tokens, "GET", "/me")).status).toBe(200);
    const answered = await answerLogin(await challengeOf(person), person.backupCodes[0] ?? "");
    expect(answered.status).toBe(200);
  });

  it("nor with the password, if there is a second factor and its code is old", async () => {
    elapse(250);
    const tokens = await expectJson<Tokens>(refresh(person.tokens), 200);
    elapse(60);
    const before = await contents();
    expect(await problemCode(await secure(tokens))).toBe("second_factor_required");
    const byPassword = await expectJson<Tokens>(stepUp(tokens, { password: PASSWORD }), 200);
    expect(await problemCode(await secure(byPassword))).toBe("second_factor_required");
    const { accounts, backup_codes: codes } = await contents();
    expect([accounts, codes]).toEqual([before["accounts"], before["backup_codes"]]);
  });

  it.each([
    ["the password of now", PASSWORD, "unchanged"],
    ["a weak one", "short", "too_short"],
  ])("nor does its owner with %s", async (_what, newPassword, reason) => {
    const refused = await secure(person.tokens, { ...BODY, newPassword });
    expect(await refused.json()).toMatchObject({ code: "weak_password", reason });
    expect(
      (await auth("POST", "/login", { body: { email: person.email, password: PASSWORD } })).ok,
    ).toBe(true);
  });
});

it("of twenty at once one is carried out, and its codes are those that work", async () => {
  const answers = await together(20, () => secure(person.tokens));
  expect(countGood(answers)).toBe(1);
  const next = await answers.find(({ ok }) => ok)?.json<Secured>();
  const hashes = await rows("SELECT hash FROM backup_codes WHERE user_id = ?", person.id);
  expect(hashes).toHaveLength(10);
  const answered = await answerLogin(await challengeOf(withNew()), next?.backupCodes?.[0] ?? "");
  expect(answered.status).toBe(200);
});
