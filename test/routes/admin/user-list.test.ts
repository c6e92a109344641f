import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { databaseOf, everywhere, separate } from "../../databases";
import { USERS_READ } from "../../../src/core/operator/user-list";
import { register } from "../../account";
import { metered } from "../../d1-meter";
import {
  admin,
  createApp,
  elapse,
  enrol,
  enrolled,
  wrongCodeOf,
  type TestApp,
} from "../../service";
import { find, idOf, type Summary } from "./find-user";

let app: TestApp;
beforeEach(async () => {
  app = await createApp();
});

const reason = "Identity checked by video call";

describe("finding users", () => {
  it("works by the beginning of the app's own name as it is, in one app or in all", async () => {
    const other = await createApp();
    await enrol(app, "Ada@Example.com");
    await enrol(app, "ada@example.com");
    separate();
    await enrol(other, "ada@elsewhere.test");
    await enrol(other, "100%_sure");
    expect((await find("ada@")).map(({ userId }) => userId)).toEqual([
      "ada@elsewhere.test",
      "ada@example.com",
    ]);
    expect((await find("100%")).map(({ userId }) => userId)).toEqual(["100%_sure"]);
    for (const none of ["da@", "%", "_00", "ada@elsewhere.testing"]) {
      expect(await find(none)).toEqual([]);
    }
    const inOther = await admin("GET", `/users?appId=${other.id}&query=ada`);
    expect(await inOther.json()).toMatchObject({
      items: [{ userId: "ada@elsewhere.test" }],
      nextCursor: null,
    });
  });

  it("works by the beginning of an e-mail address or a user name, in any case", async () => {
    const ada = await register("Grace@Example.com", { username: "Ärztin" });
    await register("other@example.com", { username: "other" });
    for (const typed of ["GRACE@", "grace@example.com", " ärzt", "ÄRZTIN"]) {
      expect((await find(typed)).map(({ id }) => id)).toEqual([ada.id]);
    }
    expect(await find("ztin")).toEqual([]);
  });

  it("looks at a bounded number of users for each page, and goes on with the next", async () => {
    const { id } = await createApp();
    await enrol(app, "old");
    const old = await idOf("old");
    await admin("PATCH", `/users/${old}`, { body: { disabled: true } });
    const insert = (await databaseOf(old)).prepare(`
      INSERT INTO users (id, app_id, external_id, created_at, disabled_at)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
      SELECT ?1 || i, ?1, 'user-' || i, 0, 1 FROM n`);
    await insert.bind(id, 2 * USERS_READ).run();
    const { binding, meter } = metered();
    const bindings = { ...env, ...binding };
    const pages: string[][] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const path: string = `/users?state=disabled&appId=${app.id}${cursor && `&cursor=${cursor}`}`;
      const response = await admin("GET", path, { bindings });
      const page = await response.json<{ items: Summary[]; nextCursor: string | null }>();
      pages.push(page.items.map(({ userId }) => userId));
      cursor = page.nextCursor;
    }
    expect(pages).toEqual([[], [], ["old"]]);
    // Each looks at a thousand twice: in the index and in their rows, and for where to go on.
    expect(meter.rowsRead).toBeLessThan(3 * 5 * USERS_READ);
    const ofAll = await admin("GET", `/users?appId=${app.id}`, { bindings });
    expect(await ofAll.json()).toMatchObject({ items: [{ userId: "old" }], nextCursor: null });
  });

  it("pages through all of them", async () => {
    for (const userId of ["a", "b", "c", "d", "e"]) {
      await enrol(app, userId);
      separate();
    }
    const seen: string[] = [];
    let cursor = "";
    do {
      const response = await admin("GET", `/users?limit=2${cursor}`);
      const page = await response.json<{ items: Summary[]; nextCursor: string | null }>();
      seen.push(...page.items.map(({ userId }) => userId));
      cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
    } while (cursor);
    expect(seen).toEqual(["e", "d", "c", "b", "a"]);
  });

  describe("by state", () => {
    const inState = async (query: string) => {
      const { items } = await (await admin("GET", `/users?${query}`)).json<{ items: Summary[] }>();
      return items.map(({ userId }) => userId);
    };

    it("finds who is locked, for as long as the lock", async () => {
      const { phone } = await enrolled(app, "ada");
      await enrolled(app, "bob");
      for (let failures = 0; failures < 5; failures++) await app.verify("ada", wrongCodeOf(phone));
      expect(await inState("state=locked")).toEqual(["ada"]);
      elapse(30);
      expect(await inState("state=locked")).toEqual([]);
    });

    it("finds who is capped, disabled or reset, each by themselves", async () => {
      for (const userId of ["capped", "disabled", "reset", "well"]) await enrolled(app, userId);
      await everywhere.prepare("UPDATE users SET capped_at = 1 WHERE external_id = 'capped'").run();
      await admin("PATCH", `/users/${await idOf("disabled")}`, { body: { disabled: true } });
      await admin("POST", `/users/${await idOf("reset")}/reset`, { body: { reason } });
      for (const state of ["capped", "disabled", "reset"]) {
        expect(await inState(`state=${state}`)).toEqual([state]);
        expect(await inState(`state=${state}&query=well`)).toEqual([]);
        expect(await inState(`state=${state}&appId=other`)).toEqual([]);
      }
    });

    it("knows no others", async () => {
      expect((await admin("GET", "/users?state=tired")).status).toBe(422);
    });
  });

  it("shows one with status and failures", async () => {
    const { phone } = await enrolled(app, "ada");
    await app.verify("ada", wrongCodeOf(phone));
    const response = await admin("GET", `/users/${await idOf("ada")}`);
    expect(await response.json()).toMatchObject({
      appId: app.id,
      userId: "ada",
      twoFactor: true,
      failures: 1,
    });
  });
});
