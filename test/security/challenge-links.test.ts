import { beforeEach, describe, expect, it } from "vitest";
import { openChallenge } from "../../src/core/challenge/answer";
import { cancelChallengeLink } from "../../src/core/challenge/links";
import { challengeOf, protect, register } from "../account";
import {
  admin,
  call,
  codeOf,
  createApp,
  createKey,
  enrolled,
  problemCode,
  useKey,
  wrongCodeOf,
  type TestApp,
} from "../service";
import {
  answerLink,
  challengeLink,
  inCore,
  redeem,
  redemptionCode,
  refusal,
  settings,
  tokenOf,
} from "../links";
import { visitor } from "../visitor";
import { revoke } from "../world";
import {
  answer,
  attempts,
  challengeFor,
  contents,
  firstCode,
  rows,
  storedUser,
  together,
} from "./support";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings });
});

describe("a challenge of one kind", () => {
  it("is useless as another", async () => {
    const user = await enrolled(app, "ada");
    const person = await protect(await register("grace@example.net"));
    const [link, { token }] = [
      tokenOf(await challengeLink(app, "ada")),
      await challengeFor(app, "ada"),
    ];
    const challengeToken = await challengeOf(person);
    for (const one of [token, challengeToken]) {
      expect(await refusal((deps) => openChallenge(deps, "link", one))).toBe("invalid_challenge");
    }
    const code = codeOf(user.phone);
    expect(await problemCode(await answer(link, code))).toBe("invalid_challenge");
    const body = { challengeToken: link, code };
    const asLogin = await call("POST", "/auth/challenge", { body });
    expect(await problemCode(asLogin)).toBe("invalid_challenge");
    expect(await attempts("failure")).toBe(0);
  });

  it("sends the browser to the URL that was sealed, and nowhere after the app's settings changed", async () => {
    const user = await enrolled(app, "ada");
    const link = await challengeLink(app, "ada");
    await admin("PATCH", `/apps/${app.id}`, { body: { settings: { returnUrls: [] } } });
    await expect(answerLink(link, codeOf(user.phone))).rejects.toThrow("invalid_challenge");
    expect(await rows("SELECT * FROM challenge_results")).toEqual([]);
  });

  const ENDS: [string, (key: string) => Promise<unknown>][] = [
    [
      "its URL is registered no more",
      () => admin("PATCH", `/apps/${app.id}`, { body: { settings: { returnUrls: [] } } }),
    ],
    ["its key is revoked", (key) => revoke(app.id, key)],
    ["its app is deleted", () => admin("DELETE", `/apps/${app.id}`)],
  ];
  it.each(ENDS)("has a page that leads nowhere, in nobody's name, once %s", async (_name, end) => {
    await enrolled(app, "ada");
    const key = await createKey(app.id, {});
    const { pathname } = new URL((await challengeLink(useKey(app.id, key), "ada")).url);
    const browser = visitor();
    const { headers } = (await browser.get(pathname)).response;
    expect(headers.get("content-security-policy")).toContain("https://shop.example.net");
    await end(key);
    for (const view of [
      await browser.get(pathname),
      await browser.submit({ code: "1" }, pathname),
    ]) {
      expect(view.status).toBe(401);
      expect(view.html).not.toMatch(/shop|<form/i);
      expect(view.response.headers.get("content-security-policy")).not.toContain("example");
    }
  });
});

describe("of cancelling and answering at once", () => {
  const types = () =>
    rows<{ type: string }>(
      "SELECT type FROM audit_events WHERE type LIKE 'challenge.%' AND outcome = 'success'",
    );

  it.each([0, 1, 2, 3])("one counts, and stands in the audit trail: %i", async (order) => {
    const user = await enrolled(app, "ada");
    const link = await challengeLink(app, "ada");
    const claims = await inCore((deps) => openChallenge(deps, "link", tokenOf(link)));
    const cancel = async () => void (await inCore((deps) => cancelChallengeLink(deps, claims)));
    const answered = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, at) => {
        if (at % 4 === order) return cancel();
        return answerLink(link, firstCode(user, at % 10));
      }),
    );
    const accepted = answered.flatMap((one) => (one.status === "fulfilled" && one.value) || []);
    const [{ type } = { type: "" }, ...more] = await types();
    expect(more).toEqual([]);
    expect(accepted).toHaveLength(type === "challenge.answered" ? 1 : 0);
    expect(await rows("SELECT * FROM challenge_results")).toHaveLength(accepted.length);
    expect(await rows("SELECT * FROM backup_codes WHERE used_at IS NOT NULL")).toHaveLength(
      accepted.length,
    );
  });

  it("the tries that a challenge has left come back by no cancelling, nor its strikes", async () => {
    const { phone } = await enrolled(app, "ada");
    const link = await challengeLink(app, "ada");
    const claims = await inCore((deps) => openChallenge(deps, "link", tokenOf(link)));
    const fail = () => answerLink(link, wrongCodeOf(phone)).catch(() => null);
    for (let times = 0; times < 3; times++) await fail();
    const before = [
      await storedUser("ada"),
      await rows("SELECT attempts, strikes, expires_at FROM challenges"),
    ];
    await inCore((deps) => cancelChallengeLink(deps, claims));
    await fail();
    const after = [
      await storedUser("ada"),
      await rows("SELECT attempts, strikes, expires_at FROM challenges"),
    ];
    expect(after).toEqual(before);
  });
});

describe("the code that a browser brings back", () => {
  const brought = async () => {
    const user = await enrolled(app, "ada");
    return redemptionCode(await challengeLink(app, "ada"), codeOf(user.phone));
  };

  it("is redeemed by one of 20 at once", async () => {
    const code = await brought();
    const statuses = (await together(20, () => redeem(app, code))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 404)).toHaveLength(19);
  });

  it("comes of right codes only, and of one answer", async () => {
    const user = await enrolled(app, "ada");
    const link = await challengeLink(app, "ada");
    await expect(answerLink(link, wrongCodeOf(user.phone))).rejects.toThrow("invalid_code");
    expect(await rows("SELECT * FROM challenge_results")).toEqual([]);
    const codes = [codeOf(user.phone), firstCode(user), firstCode(user, 1)];
    await Promise.allSettled(codes.map((code) => answerLink(link, code)));
    expect(await rows("SELECT * FROM challenge_results")).toHaveLength(1);
  });

  it("is worth nothing with a key of another app, and is not used up by it", async () => {
    const code = await brought();
    const other = await createApp({ settings });
    expect(await problemCode(await redeem(other, code))).toBe("not_found");
    expect((await redeem(app, code)).status).toBe(200);
  });

  it("needs the scope, and is not used up without it", async () => {
    const code = await brought();
    const weak = useKey(app.id, await createKey(app.id, { scopes: ["enrol", "users"] }));
    expect(await problemCode(await redeem(weak, code))).toBe("insufficient_scope");
    expect((await redeem(app, code)).status).toBe(200);
  });

  it("is kept as a hash", async () => {
    const code = await brought();
    expect(JSON.stringify(await contents())).not.toContain(code);
  });

  const AFTER: [string, (key: string) => Promise<unknown>][] = [
    ["the key that made the link was revoked", (key) => revoke(app.id, key)],
    [
      "the app's settings changed",
      () => admin("PATCH", `/apps/${app.id}`, { body: { settings: { window: 2 } } }),
    ],
    [
      "the user was disabled",
      async () => {
        const { id } = await storedUser("ada");
        return admin("PATCH", `/users/${id}`, { body: { disabled: true } });
      },
    ],
    ["new backup codes were made", () => app.v1("POST", "/users/ada/backup-codes")],
    ["the user was deleted", () => app.v1("DELETE", "/users/ada")],
  ];
  it.each(AFTER)("is dead after %s", async (_name, happen) => {
    const user = await enrolled(app, "ada");
    const key = await createKey(app.id, {});
    const link = await challengeLink(useKey(app.id, key), "ada");
    const code = await redemptionCode(link, codeOf(user.phone));
    await happen(key);
    expect(await problemCode(await redeem(app, code))).toBe("not_found");
  });
});
