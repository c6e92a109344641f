import { beforeEach, describe, expect, it } from "vitest";
import { spyOnCommits } from "../databases";
import {
  as,
  enrolOwn,
  expectJson,
  logIn,
  protect,
  register,
  tokensOf,
  type Person,
  type Protected,
} from "../account";
import { basic, exchange, seen } from "../compat/support";
import { admin, bearer, codeOf, enrol, phoneWith, type TestApp } from "../service";
import { enrolmentLink, follow, pathOf, settings } from "../links";
import { visitor } from "../visitor";
import { accountsApp, logInFrom, setAccounts } from "./account-support";
import { rows } from "./support";

let app: TestApp;
beforeEach(async () => {
  await setAccounts(settings);
  app = await accountsApp();
});

const ada = () => register("ada@example.com", { username: "ada" });

describe("SECURITY: an account that a back end enrols", () => {
  const WAYS: [string, (person: Person) => Promise<unknown>][] = [
    [
      "over the server API",
      async ({ id }) => {
        const pending = await enrol(app, id);
        const body = { code: codeOf(phoneWith(pending.secret)) };
        const path = `/users/${id}/authenticators/${pending.id}/confirm`;
        await expectJson(app.v1("POST", path, { body }), 200);
      },
    ],
    ["over a link", async ({ id }) => follow(await enrolmentLink(app, id))],
  ];
  it.each(WAYS)(
    "%s loses every session of before, and its password opens none alone",
    async (_name, enrolIt) => {
      const person = await ada();
      const tokens = await tokensOf(person);
      const { id, phone } = await enrolOwn(tokens);
      await enrolIt(person);
      expect((await as(tokens, "GET", "/me")).status).toBe(401);
      const late = as(tokens, "POST", `/authenticators/${id}/confirm`, {
        body: { code: codeOf(phone) },
      });
      expect((await late).status).toBe(401);
      expect(await (await logIn(person)).json()).toMatchObject({
        status: "second_factor_required",
      });
      const form = { username: "ada", password: person.password };
      expect((await exchange("POST", "/token", { form })).status).toBe(401);
      const asked = { headers: basic("ada", person.password) };
      expect(await seen(exchange("POST", "/auth/credentials", asked))).toEqual([
        200,
        { token: null, status: 2 },
      ]);
    },
  );

  it("is closed to nobody by wrong passwords for its id, which tokens show", async () => {
    const { id, email, password } = await ada();
    const from = "203.0.113.9";
    for (let at = 0; at < 10; at++) await logInFrom(from, { username: id, password: "wrong" });
    expect((await logInFrom(from, { email, password })).status).toBe(200);
  });

  it("under the names that a person logs in with is another user, who logs in nowhere", async () => {
    const person = await protect(await ada());
    for (const name of ["ada@example.com", "ada"]) {
      const pending = await enrol(app, name);
      const code = codeOf(phoneWith(pending.secret));
      const path = `/users/${name}/authenticators/${pending.id}/confirm`;
      await expectJson(app.v1("POST", path, { body: { code } }), 200);
    }
    expect(await rows("SELECT id FROM authenticators WHERE user_id = ?", person.id)).toHaveLength(
      1,
    );
    expect(await rows("SELECT user_id FROM accounts")).toEqual([{ user_id: person.id }]);
    expect((await app.v1("DELETE", "/users/ada@example.com")).status).toBe(204);
    expect(await rows("SELECT user_id FROM accounts")).toEqual([{ user_id: person.id }]);
    expect((await as(person.tokens, "GET", "/me")).status).toBe(200);
  });
});

/** Twenty changes of one person and more, over every surface, each twice. */
async function manyChanges(person: Protected): Promise<(() => Promise<unknown>)[]> {
  const user = `/users/${person.id}`;
  const factor = `/authenticators/${person.authenticatorId}`;
  const { id, secret } = await enrol(app, person.id);
  const confirmation = { body: { code: codeOf(phoneWith(secret)) } };
  const imported = { body: { secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" } };
  const browser = visitor();
  await browser.submit({}, pathOf(await enrolmentLink(app, person.id)));
  const headers = bearer(person.tokens.accessToken);
  const changes = [
    () => enrol(app, person.id),
    () => as(person.tokens, "POST", "/authenticators", { body: {} }),
    () => app.v1("POST", `${user}/authenticators/${id}/confirm`, confirmation),
    () => app.v1("POST", `${user}/backup-codes`),
    () => as(person.tokens, "POST", "/backup-codes"),
    () => browser.submit({ code: codeOf(person.phone) }, "/enrol"),
    () => app.v1("DELETE", user + factor),
    () => as(person.tokens, "DELETE", factor),
    () => admin("POST", `${user}/authenticators`, imported),
    () => exchange("POST", "/api/totp/disable/", { headers }),
  ];
  return [...changes, ...changes.toReversed()];
}

describe.each([0, 4, 8, 12])(
  "SECURITY: twenty changes of one person at once, from place %i,",
  (place) => {
    const change = async (person: Protected, more: (() => Promise<unknown>)[] = []) => {
      const changes = await manyChanges(person);
      const turned = [...changes.slice(place), ...more, ...changes.slice(0, place)];
      await Promise.all(turned.map(async (make) => make().catch(() => null)));
      const [user] = await rows<{ must_rebind: number }>("SELECT must_rebind FROM users");
      const factors = await rows<{ state: string }>("SELECT state FROM authenticators");
      return { user, factors, codes: await rows("SELECT hash FROM backup_codes") };
    };

    it("leave no backup codes without a factor, and no place too many", async () => {
      const { factors, codes } = await change(await protect(await ada()));
      const isOn = factors.some(({ state }) => state === "active");
      expect(factors.length).toBeLessThanOrEqual(5);
      expect(isOn ? [0, 10] : [0]).toContain(codes.length);
    });

    it("leave no way past a reset among them", async () => {
      const person = await protect(await ada());
      const asked = { body: { reason: "Lost phone" } };
      const reset = () => admin("POST", `/users/${person.id}/reset`, asked);
      const left = await change(person, [reset]);
      expect(left).toEqual({ user: { must_rebind: 1 }, factors: [], codes: [] });
    });
  },
);

/** A D1 that fails after the first batch. */
function failingAfterOne() {
  let batches = 0;
  return spyOnCommits((commit) =>
    batches++ < 1 ? commit() : Promise.reject(new Error("D1_ERROR: overloaded")),
  );
}

describe("SECURITY: a D1 that fails midway", () => {
  it("leaves a link to the browser that opened it, which goes on", async () => {
    const person = await ada();
    const browser = visitor();
    const path = pathOf(await enrolmentLink(app, person.id));
    const spy = failingAfterOne();
    expect((await browser.submit({}, path)).status).toBe(503);
    spy.mockRestore();
    expect([...browser.cookies.keys()]).toEqual(["__Host-stepgate-link"]);
    const { at } = await browser.get(path);
    expect(at).toBe("/enrol");
    expect((await browser.submit({})).html).toContain('id="key"');
    expect((await visitor().submit({}, path)).status).toBe(410);
  });

  it("at the second step of basic-with-otp gives nobody a token, and the code is good still", async () => {
    const person = await ada();
    const tokens = await tokensOf(person);
    const { phone } = await enrolOwn(tokens);
    const spy = failingAfterOne();
    const path = `/auth/credentials?otp=${codeOf(phone)}`;
    const headers = basic("ada", person.password);
    const ask = () => seen<{ token?: string }>(exchange("POST", path, { headers }));
    expect((await ask())[0]).toBe(503);
    spy.mockRestore();
    expect(await rows("SELECT state FROM authenticators")).toEqual([{ state: "pending" }]);
    const [, { token = "" }] = await ask();
    expect(token).toMatch(/^sgs_/);
    expect(await rows("SELECT state FROM authenticators")).toEqual([{ state: "active" }]);
    const live = await rows(
      "SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id AND u.epoch = s.epoch WHERE s.revoked_at IS NULL",
    );
    expect(live).toHaveLength(1);
  });
});
