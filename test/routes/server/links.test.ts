import { beforeEach, describe, expect, it } from "vitest";
import { openChallenge } from "../../../src/core/challenge/answer";
import { leaveChallengeLink } from "../../../src/core/challenge/links";
import { peekLink } from "../../../src/core/enrolment-link/link";
import {
  enrolByLink,
  loadOpenedLink,
  returnFromLink,
  showByLink,
} from "../../../src/core/enrolment-link/browser";
import { expectJson, register } from "../../account";
import {
  admin,
  codeOf,
  createApp,
  elapse,
  enrolled,
  problemCode,
  type TestApp,
} from "../../service";
import {
  answerLink,
  askForChallengeLink,
  askForLink,
  challengeLink,
  enrolmentLink,
  follow,
  inCore,
  opened,
  redeem,
  redemptionCode,
  refusal,
  RETURN_URL,
  settings,
  tokenOf,
} from "../../links";
import { firstCode, rows, storedUser } from "../../security/support";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings });
});

async function eventsOf(type: string): Promise<unknown[]> {
  return rows("SELECT actor, note FROM audit_events WHERE type = ?", type);
}

describe("an enrolment link", () => {
  it("is a URL of the service, good for a quarter of an hour", async () => {
    const link = await enrolmentLink(app, "ada");
    expect(link.url).toMatch(/^https:\/\/[^/]+\/enrol\/sgl_[a-z2-7]{16}_[a-z2-7]{52}$/);
    expect(Date.parse(link.expiresAt) - Date.now()).toBe(15 * 60_000);
    const [event] = await eventsOf("link.created");
    expect(event).toMatchObject({ note: link.id });
    expect(await rows("SELECT * FROM users")).toEqual([]);
  });

  it("leads a new user through enrolment, and answers backup codes", async () => {
    const link = await enrolmentLink(app, "ada", { accountName: "ada@example.com" });
    const { phone, backupCodes, browser } = await follow(link);
    expect(backupCodes).toHaveLength(10);
    expect(await (await app.verify("ada", codeOf(phone))).json()).toMatchObject({ valid: true });
    expect(await refusal((deps) => loadOpenedLink(deps, browser))).toBe("link_ended");
    expect(await eventsOf("link.opened")).toEqual([{ actor: `link:${link.id}`, note: link.id }]);
  });

  it("shows app and account name, and the same secret again while it is pending", async () => {
    const returnUrl = `${RETURN_URL}?flow=7`;
    const link = await enrolmentLink(app, "ada", { accountName: "ada@example.com", returnUrl });
    const brand = { displayName: null, accentColor: null, supportUrl: null, logo: null };
    const names = { name: "Test app", issuer: "Test app", brand };
    const peek = await inCore((deps) => peekLink(deps, tokenOf(link)));
    expect(peek).toEqual({ id: link.id, app: names, opened: false });
    const browser = await opened(link);
    const before = await inCore((deps) => loadOpenedLink(deps, browser));
    expect(before).toMatchObject({ app: names, accountName: "ada@example.com", next: "enrol" });
    const made = await inCore((deps) => enrolByLink(deps, browser));
    expect(made.uri).toContain(":ada%40example.com?");
    expect(await inCore((deps) => showByLink(deps, browser))).toEqual(made);
    const after = await inCore((deps) => loadOpenedLink(deps, browser));
    expect(after).toMatchObject({ next: "confirm", authenticatorId: made.id });
    expect(returnFromLink(after, "success")).toBe(`${returnUrl}&result=success`);
    expect(returnFromLink(after, "cancelled")).toBe(`${returnUrl}&result=cancelled`);
  });

  it("gives its browser a quarter of an hour from the opening", async () => {
    const link = await enrolmentLink(app, "ada");
    elapse(14 * 60);
    const browser = await opened(link);
    elapse(15 * 60 - 1);
    expect((await inCore((deps) => loadOpenedLink(deps, browser))).next).toBe("enrol");
    elapse(1);
    expect(await refusal((deps) => loadOpenedLink(deps, browser))).toBe("link_ended");
  });

  it("is not made for a user who could not use it", async () => {
    await enrolled(app, "ada");
    const { id } = await storedUser("ada");
    await admin("POST", `/users/${id}/reset`, { body: { reason: "Lost phone" } });
    expect(await problemCode(await askForLink(app, "ada"))).toBe("rebinding_required");
    await admin("PATCH", `/users/${id}`, { body: { disabled: true } });
    expect(await problemCode(await askForLink(app, "ada"))).toBe("user_disabled");
    for (const name of ["1", "2", "3", "4", "5"]) await enrolled(app, "eve", { name });
    expect(await problemCode(await askForLink(app, "eve"))).toBe("too_many_authenticators");
  });

  it("is made once for one Idempotency-Key, and shown once", async () => {
    const headers = { "idempotency-key": "one" };
    const body = { userId: "ada", accountName: "ada" };
    const ask = () => app.v1("POST", "/enrolment-links", { body, headers });
    expect((await ask()).status).toBe(201);
    expect(await problemCode(await ask())).toBe("already_created");
    expect(await rows("SELECT id FROM enrolment_links")).toHaveLength(1);
  });

  it("goes with its user", async () => {
    await enrolled(app, "ada");
    const link = await enrolmentLink(app, "ada");
    await app.v1("DELETE", "/users/ada");
    expect(await refusal((deps) => peekLink(deps, tokenOf(link)))).toBe("link_ended");
    expect(await rows("SELECT * FROM enrolment_links")).toEqual([]);
  });
});

describe("the link of an operator's reset", () => {
  async function reset(id: string): Promise<{ rebindToken: string; rebindUrl: string }> {
    const body = { reason: "Lost phone" };
    return expectJson(admin("POST", `/users/${id}/reset`, { body }), 200);
  }

  it("binds the user again", async () => {
    await enrolled(app, "ada");
    const { rebindUrl } = await reset((await storedUser("ada")).id);
    const { phone, backupCodes } = await follow({ url: rebindUrl });
    expect(backupCodes).toHaveLength(10);
    expect(await (await app.verify("ada", codeOf(phone))).json()).toMatchObject({ valid: true });
    expect(await (await app.v1("GET", "/users/ada")).json()).toMatchObject({
      rebindingRequired: false,
    });
  });

  it("names the account of a user of the user API, and does not log them in", async () => {
    const person = await register("ada@example.com");
    const browser = await opened({ url: (await reset(person.id)).rebindUrl });
    const page = await inCore((deps) => loadOpenedLink(deps, browser));
    expect(page).toMatchObject({ accountName: "ada@example.com", next: "enrol", returnUrl: null });
    expect(await rows("SELECT * FROM sessions")).toEqual([]);
  });

  it("opened within its ten minutes has a quarter of an hour more", async () => {
    await enrolled(app, "ada");
    const { rebindUrl } = await reset((await storedUser("ada")).id);
    elapse(9 * 60);
    const browser = await opened({ url: rebindUrl });
    elapse(14 * 60);
    expect(await refusal((deps) => enrolByLink(deps, browser))).toBe("none");
  });
});

describe("a challenge link", () => {
  it("leads back with a one-time code, for which the back end gets the assertion", async () => {
    const user = await enrolled(app, "ada");
    const returnUrl = `${RETURN_URL}?flow=7`;
    const link = await challengeLink(app, "ada", { purpose: "payment:1", returnUrl });
    expect(link).toMatchObject({ methods: ["totp", "backup_code"] });
    const back = await answerLink(link, codeOf(user.phone));
    expect(back).toMatch(/^https:\/\/shop\.example\.net\/2fa\/done\?flow=7&result=success&code=/);
    const redeemed = await redeem(app, new URL(back).searchParams.get("code") ?? "");
    const { assertion, ...answer } = await redeemed.json<{ assertion: string }>();
    expect(answer).toEqual({
      id: link.id,
      userId: "ada",
      method: "totp",
      purpose: "payment:1",
    });
    const claims = JSON.parse(atob((assertion.split(".")[1] ?? "").replaceAll("-", "+")));
    expect(claims).toMatchObject({ aud: app.id, sub: "ada", jti: link.id, purpose: "payment:1" });
  });

  it("takes a backup code too", async () => {
    const user = await enrolled(app, "ada");
    const code = await redemptionCode(await challengeLink(app, "ada"), firstCode(user));
    expect(await (await redeem(app, code)).json()).toMatchObject({ method: "backup_code" });
  });

  it("knows where to go back without a code", async () => {
    await enrolled(app, "ada");
    const token = tokenOf(await challengeLink(app, "ada"));
    const back = await inCore(async (deps) =>
      leaveChallengeLink(await openChallenge(deps, "link", token)),
    );
    expect(back).toBe(`${RETURN_URL}?result=cancelled`);
  });

  it("is the same one when it is asked for again with its Idempotency-Key", async () => {
    await enrolled(app, "ada");
    const headers = { "idempotency-key": "one" };
    const body = { userId: "ada", returnUrl: RETURN_URL };
    const ask = () => app.v1("POST", "/challenge-links", { body, headers });
    const [first, second] = [await ask(), await ask()];
    const { id } = await first.json<{ id: string }>();
    expect(await second.json()).toMatchObject({ id });
  });

  it("needs somebody with an active authenticator", async () => {
    expect(await problemCode(await askForChallengeLink(app, "nobody"))).toBe("not_found");
  });

  it("answers a code that is good for two minutes", async () => {
    const user = await enrolled(app, "ada");
    const code = await redemptionCode(await challengeLink(app, "ada"), codeOf(user.phone));
    elapse(120);
    expect(await problemCode(await redeem(app, code))).toBe("not_found");
  });
});
