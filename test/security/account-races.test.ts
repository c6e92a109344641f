import { describe, expect, it } from "vitest";
import {
  answerLogin,
  as,
  challengeOf,
  confirmOwn,
  enrolOwn,
  logIn,
  PASSWORD,
  protect,
  register,
  tokensOf,
  type Tokens,
} from "../account";
import { admin, codeOf } from "../service";
import { refresh, stepUp } from "./account-support";
import { firstCode, rows, together } from "./support";

const NEW_PASSWORD = "another horse battery staple";

/** Sessions that are good still, but for one. */
async function live(besides: Tokens | null): Promise<unknown[]> {
  const own = besides ? `ses_${besides.refreshToken.split("_")[1]}` : "";
  return rows(
    `SELECT s.id, s.aal FROM sessions s JOIN users u ON u.id = s.user_id AND u.epoch = s.epoch
     WHERE s.revoked_at IS NULL AND u.disabled_at IS NULL AND s.id <> ?`,
    own,
  );
}

/** Twenty calls with the event among them, at each place. */
async function amid(
  place: number,
  event: () => Promise<Response>,
  others: (at: number) => Promise<Response>,
): Promise<void> {
  const answers = await together(20, (at) => (at === place ? event() : others(at)));
  expect(answers[place]?.ok).toBe(true);
}

describe.each([0, 3, 10, 19])("amid 20 calls, at place %i,", (place) => {
  it("the confirmation of a second factor leaves no session that began with the password", async () => {
    const person = await register("ada@example.com");
    const tokens = await tokensOf(person);
    const { id, phone } = await enrolOwn(tokens);
    await amid(
      place,
      () => confirmOwn(tokens, id, codeOf(phone)),
      () => logIn(person),
    );
    expect(await live(tokens)).toEqual([]);
  });

  it("a change of password leaves no session that began with the old one", async () => {
    const person = await register("ada@example.com");
    const tokens = await tokensOf(person);
    const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    await amid(
      place,
      () => as(tokens, "POST", "/password", { body }),
      () => logIn(person),
    );
    expect(await live(tokens)).toEqual([]);
  });

  it("the end of all other sessions leaves none, whatever they do at that moment", async () => {
    const person = await protect(await register("ada@example.com"));
    const others = await Promise.all(
      Array.from({ length: 3 }, async (_, at) => {
        const answered = await answerLogin(await challengeOf(person), firstCode(person, at));
        return answered.json<Tokens>();
      }),
    );
    await amid(
      place,
      () => as(person.tokens, "DELETE", "/sessions"),
      (at) => {
        const [one = person.tokens] = others.slice(at % 3);
        if (at % 2) return refresh(one);
        return stepUp(one, { code: firstCode(person, 3 + (at % 6)) });
      },
    );
    expect(await live(person.tokens)).toEqual([]);
  });

  it("disabling leaves nobody logged in", async () => {
    const person = await register("ada@example.com");
    await amid(
      place,
      () => admin("PATCH", `/users/${person.id}`, { body: { disabled: true } }),
      () => logIn(person),
    );
    await admin("PATCH", `/users/${person.id}`, { body: { disabled: false } });
    expect(await live(null)).toEqual([]);
  });
});
