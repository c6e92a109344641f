import { describe, expect, it } from "vitest";
import {
  answerLogin,
  as,
  challengeOf,
  confirmOwn,
  enrolOwn,
  expectJson,
  logIn,
  logInWithCode,
  protect,
  register,
  tokensOf,
  type Tokens,
} from "../account";
import { codeOf, elapse, problemCode, wrongCodeOf } from "../service";
import { countGood, refresh, stepUp } from "./account-support";
import { storedUser, together } from "./support";

const ada = () => register("ada@example.com");

describe("a pending authenticator of a person without a factor", () => {
  it("sets nothing: log-in asks for no code, and the status says none", async () => {
    const person = await ada();
    const tokens = await tokensOf(person);
    await enrolOwn(tokens);
    expect(await expectJson(logIn(person), 200)).toMatchObject({ status: "authenticated" });
    expect(await expectJson(as(tokens, "GET", "/me"), 200)).toMatchObject({ twoFactor: false });
  });

  it("proves nothing: its code steps nobody up, and makes no backup codes", async () => {
    const tokens = await tokensOf(await ada());
    const { phone } = await enrolOwn(tokens);
    const answered = await stepUp(tokens, { code: codeOf(phone) });
    expect(await problemCode(answered)).toBe("not_enrolled");
    expect(await problemCode(await as(tokens, "POST", "/backup-codes"))).toBe("not_enrolled");
  });

  it("has five tries of its own, which never move the counter of the person", async () => {
    const person = await ada();
    const tokens = await tokensOf(person);
    const { id, phone } = await enrolOwn(tokens);
    await together(20, () => confirmOwn(tokens, id, wrongCodeOf(phone)));
    expect(await problemCode(await confirmOwn(tokens, id, codeOf(phone)))).toBe("enrolment_closed");
    expect(await storedUser(person.id)).toMatchObject({ failures: 0, strikes: 0 });
  });

  it("expires: after 15 minutes its right code is of nothing", async () => {
    const person = await ada();
    const { id, phone } = await enrolOwn(await tokensOf(person));
    elapse(900);
    const later = await tokensOf(person);
    expect(await problemCode(await confirmOwn(later, id, codeOf(phone)))).toBe("not_found");
  });
});

describe("a pending authenticator beside an active one", () => {
  it("logs in nobody, and leaves the active one working when it is abandoned", async () => {
    const person = await protect(await ada());
    const { phone } = await enrolOwn(person.tokens);
    const token = await challengeOf(person);
    expect(await problemCode(await answerLogin(token, codeOf(phone)))).toBe("invalid_code");
    expect(await problemCode(await stepUp(person.tokens, { code: codeOf(phone) }))).toBe(
      "invalid_code",
    );
    elapse(901);
    const risen = await logInWithCode(person);
    expect((await as(risen, "GET", "/backup-codes")).status).toBe(200);
  });

  it("is confirmed with a code of the last five minutes only, in whatever session", async () => {
    const person = await protect(await ada());
    const { id, phone } = await enrolOwn(person.tokens);
    elapse(290);
    const tokens = await expectJson<Tokens>(refresh(person.tokens), 200);
    expect(await problemCode(await confirmOwn(tokens, id, codeOf(phone)))).toBe(
      "second_factor_required",
    );
    const fresh = await expectJson<Tokens>(stepUp(tokens, { code: codeOf(person.phone) }), 200);
    expect((await confirmOwn(fresh, id, codeOf(phone))).status).toBe(200);
  });

  it("that a stranger left behind before the factor was set up is no way in afterwards", async () => {
    const person = await ada();
    const stranger = await tokensOf(person);
    const planted = await enrolOwn(stranger);
    const mine = await protect(person);
    const late = await confirmOwn(stranger, planted.id, codeOf(planted.phone));
    expect(await problemCode(late)).toBe("unauthorized");
    const token = await challengeOf(mine);
    expect(await problemCode(await answerLogin(token, codeOf(planted.phone)))).toBe("invalid_code");
  });
});

describe("of two enrolments confirmed at the same moment in two sessions", () => {
  it("one becomes active, and the other session is over", async () => {
    const person = await ada();
    const sessions = [await tokensOf(person), await tokensOf(person)];
    const pending = await Promise.all(sessions.map((tokens) => enrolOwn(tokens)));
    const answers = await together(10, (at) => {
      const [tokens, one] = [sessions[at % 2], pending[at % 2]];
      if (!tokens || !one) throw new Error("no session");
      return confirmOwn(tokens, one.id, codeOf(one.phone));
    });
    expect(countGood(answers)).toBe(1);
  });
});
