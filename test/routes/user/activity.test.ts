import { describe, expect, it } from "vitest";
import {
  answerLogin,
  as,
  auth,
  challengeOf,
  expectJson,
  PASSWORD,
  protect,
  register,
  tokensOf,
  type Tokens,
} from "../../account";
import { addEvents, idOf, keepArchive } from "../../archive";
import {
  accountsApp,
  refresh,
  resetBy,
  setAccounts,
  stepUp,
  trust,
} from "../../security/account-support";
import { admin, codeOf, elapse, problemCode, wrongCodeOf } from "../../service";

interface Event {
  id: number;
  at: string;
  type: string;
  outcome: string;
  by: string;
  method: string | null;
  authenticator: { id: string; name: string | null } | null;
  ip: string | null;
  userAgent: string | null;
}
interface Page {
  items: Event[];
  nextCursor: string | null;
}

const activity = (tokens: Pick<Tokens, "accessToken">, query = "") =>
  expectJson<Page>(as(tokens, "GET", `/activity${query}`), 200);
const items = async (tokens: Tokens) => (await activity(tokens)).items;

/** Each event as `type outcome`, newest first. */
const inShort = async (tokens: Tokens) =>
  (await items(tokens)).map(({ type, outcome }) => `${type} ${outcome}`);

const ada = () => register("ada@example.com");

describe("a person's activity", () => {
  it("tells what they did, newest first, with address, browser and time", async () => {
    const headers = { "user-agent": "Firefox", "cf-connecting-ip": "192.0.2.7" };
    const person = await ada();
    elapse(60);
    const body = { email: person.email, password: PASSWORD };
    const tokens = await expectJson<Tokens>(auth("POST", "/login", { body, headers }), 200);
    const [signIn, created] = await items(tokens);
    expect(signIn).toEqual({
      id: expect.any(Number),
      at: new Date().toISOString(),
      type: "sign_in.completed",
      outcome: "success",
      by: "user",
      method: "password",
      authenticator: null,
      ip: "192.0.2.7",
      userAgent: "Firefox",
    });
    expect(created).toMatchObject({ type: "account.created", by: "user" });
    expect(Date.parse(created?.at ?? "")).toBe(Date.now() - 60_000);
  });

  it("tells wrong passwords, and wrong codes apart by what came before them", async () => {
    const person = await protect(await ada());
    await auth("POST", "/login", { body: { email: person.email, password: "wrong" } });
    await answerLogin(await challengeOf(person), wrongCodeOf(person.phone));
    await stepUp(person.tokens, { code: wrongCodeOf(person.phone) });
    expect((await inShort(person.tokens)).slice(0, 4)).toEqual([
      "step_up failure",
      "sign_in.code failure",
      "sign_in.password success",
      "sign_in.password failure",
    ]);
  });

  it("tells a right password on its own only if no right code followed from there", async () => {
    const headers = { "user-agent": "Firefox", "cf-connecting-ip": "192.0.2.7" };
    const person = await protect(await ada());
    const body = { email: person.email, password: PASSWORD };
    const ask = () =>
      expectJson<{ challengeToken: string }>(auth("POST", "/login", { body, headers }), 200);
    const before = (await inShort(person.tokens)).length;
    await ask();
    const { challengeToken } = await ask();
    const answer = { challengeToken, code: codeOf(person.phone) };
    await auth("POST", "/challenge", { body: answer, headers });
    expect((await inShort(person.tokens)).slice(0, -before)).toEqual([
      "sign_in.completed success",
      "sign_in.password success",
    ]);
    await challengeOf(person);
    expect((await inShort(person.tokens))[0]).toBe("sign_in.password success");
  });

  it("tells how somebody signed in, and with which app, to a fresh session only", async () => {
    await setAccounts({ trustedDevices: true });
    const person = await protect(await ada());
    const { deviceToken } = await trust(person);
    await tokensOf(person, { deviceToken });
    await answerLogin(await challengeOf(person), person.backupCodes[0] ?? "");
    const signIns = async () =>
      (await items(person.tokens))
        .filter(({ type }) => type === "sign_in.completed")
        .map(({ method, authenticator }) => [method, authenticator?.id ?? null]);
    const told = [
      ["backup_code", null],
      ["trusted_device", null],
      ["totp", person.authenticatorId],
      ["password", null],
    ];
    expect(await signIns()).toEqual(told);
    elapse(250);
    person.tokens = await expectJson<Tokens>(refresh(person.tokens), 200);
    elapse(60);
    expect(await signIns()).toEqual(told.map(() => [null, null]));
    person.tokens = await expectJson<Tokens>(
      stepUp(person.tokens, { code: codeOf(person.phone) }),
      200,
    );
    expect(await signIns()).toEqual(told);
  });

  it("says what an app and the operator did, and nothing of why", async () => {
    const person = await protect(await ada());
    const app = await accountsApp();
    await app.verify(person.id, codeOf(person.phone));
    const body = { name: "Ada", reason: "asked on the phone" };
    await admin("PATCH", `/users/${person.id}`, { body });
    const [changed, checked] = await items(person.tokens);
    expect(checked).toMatchObject({ type: "code.checked", outcome: "success", by: "app" });
    expect(changed).toMatchObject({ type: "account.changed", by: "operator" });
    expect(JSON.stringify(await activity(person.tokens))).not.toMatch(/phone"|reason|note|actor/);
  });

  it("does not say where the operator works, and says where an app's user was", async () => {
    const person = await protect(await ada());
    const [app, code] = [await accountsApp(), codeOf(person.phone)];
    const place = { "stepgate-user-ip": "2001:db8::7", "stepgate-user-agent": "A phone/2.0" };
    await app.v1("POST", `/users/${person.id}/verify`, { body: { code }, headers: place });
    const headers = { "cf-connecting-ip": "198.51.100.1", "user-agent": "Staff/1.0" };
    await admin("PATCH", `/users/${person.id}`, { body: { name: "Ada" }, headers });
    expect((await items(person.tokens)).slice(0, 2)).toMatchObject([
      { by: "operator", ip: null, userAgent: null },
      { by: "app", ip: "2001:db8::7", userAgent: "A phone/2.0" },
    ]);
  });

  it("does not tell a spent code from one while locked", async () => {
    const person = await protect(await ada());
    const spent = codeOf(person.phone);
    const tokens = await expectJson<Tokens>(stepUp(person.tokens, { code: spent }), 200);
    await stepUp(tokens, { code: spent });
    const [replayed] = await items(tokens);
    elapse(120);
    for (let at = 0; at < 6; at++) await stepUp(tokens, { code: wrongCodeOf(person.phone) });
    const [refused, locked] = await items(tokens);
    expect(locked?.type).toBe("user.locked");
    const { id: _id, at: _at, ip: _ip, ...said } = refused ?? {};
    expect(said).toMatchObject({ type: "user.refused", outcome: "refused", by: "service" });
    expect(replayed).toMatchObject(said);
  });

  it.each([1, 2, 3])("comes in pages of %i, which say no more than one of all", async (limit) => {
    const person = await protect(await ada());
    const headers = { "user-agent": "Firefox", "cf-connecting-ip": "192.0.2.7" };
    const body = { email: person.email, password: PASSWORD };
    for (let at = 0; at < 4; at++) {
      const asked = auth("POST", "/login", { body, headers });
      const { challengeToken } = await expectJson<{ challengeToken: string }>(asked, 200);
      const answer = { challengeToken, code: codeOf(person.phone) };
      await auth("POST", "/challenge", { body: answer, headers });
      elapse(30);
    }
    const all = (await items(person.tokens)).map(({ id }) => id);
    const paged: number[] = [];
    for (let query = `?limit=${limit}`; query !== "";) {
      const { items: page, nextCursor } = await activity(person.tokens, query);
      expect(page.length).toBeLessThanOrEqual(limit);
      paged.push(...page.map(({ id }) => id));
      query = nextCursor === null ? "" : `?limit=${limit}&cursor=${nextCursor}`;
    }
    expect(paged).toEqual(all);
  });

  it("goes back 90 days, and on into the archive", async () => {
    const person = await ada();
    const given = {
      user_id: person.id,
      app_id: "accounts",
      actor: "login",
      type: "password.given",
    };
    const [older, old, recent] = [idOf(91), idOf(80), idOf(1)];
    await addEvents([older, old, recent], () => given);
    await keepArchive();
    const tokens = await tokensOf(person);
    const found: number[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Page = await activity(tokens, cursor && `?cursor=${cursor}`);
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(found.slice(-2)).toEqual([recent, old]);
    expect(found).not.toContain(older);
  });

  it("is theirs alone, and for nobody without a session", async () => {
    const person = await protect(await ada());
    const eve = await tokensOf(await register("eve@example.com"));
    expect(await inShort(eve)).toEqual(["sign_in.completed success", "account.created success"]);
    expect((await auth("GET", "/activity")).status).toBe(401);
    await resetBy(person);
    expect(await problemCode(await as(person.tokens, "GET", "/activity"))).toBe("unauthorized");
  });

  it.each(["limit=0", "limit=101", "cursor=x", "userId=usr_a"])("refuses %s", async (query) => {
    const tokens = await tokensOf(await ada());
    const refused = await as(tokens, "GET", `/activity?${query}`);
    expect(await problemCode(refused)).toBe("invalid_request");
  });
});
