/** The trail when the bucket of its archive fails, or is not what it was. */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { HOUR } from "../../../src/core/audit/archive-object";
import type { Bindings } from "../../../src/env";
import { addEvents, idOf, objectNames, runCron } from "../../archive";
import { signedIn } from "../../console";
import { admin, codeOf, createApp, elapse, enrolled, problemCode } from "../../service";
import { insertInto } from "../../storage";
import { bucket, NOON, page, unreachable } from "./archived-support";

describe("when the bucket fails", () => {
  beforeEach(async () => {
    vi.spyOn(console, "log").mockReturnValue();
    await addEvents([NOON - 3 * HOUR, NOON - 1, idOf(1), idOf(0)]);
    await runCron();
  });

  const problem = async (query: string, bindings: Bindings) => {
    const response = await admin("GET", `/audit?${query}`, { bindings });
    return [response.status, await problemCode(response)];
  };
  const UNAVAILABLE = [503, "archive_unavailable"];

  it("a page that needs it says so, and every other one answers", async () => {
    const first = await page("", unreachable);
    expect(first.items).toHaveLength(2);
    expect(await problem(`cursor=${first.nextCursor}`, unreachable)).toEqual(UNAVAILABLE);
    expect(await problem("type=user.locked", unreachable)).toEqual([200, 200]);
  });

  it("the pages of the console answer, except those of archived events", async () => {
    const operator = await signedIn();
    const user = { id: "usr_a", app_id: "accounts", external_id: "a", created_at: 0 };
    await insertInto(env.DB, "users", user).run();
    const statuses = ["", "/users/usr_a", "/audit", `/audit?cursor=${NOON}`].map(
      async (path) => (await operator.get(`/console${path}`, { bindings: unreachable })).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 503]);
    const older = await operator.get(`/console/audit?cursor=${NOON}`, { bindings: unreachable });
    expect(await older.text()).toContain("Older events can&#39;t be loaded right now.");
  });

  it("verifying does not notice", async () => {
    const touched = vi.fn<() => never>(() => {
      throw new Error("the bucket was touched");
    });
    const ARCHIVE = new Proxy(env.ARCHIVE, { get: touched });
    const bindings = { ...env, ARCHIVE };
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const body = { code: codeOf(phone) };
    const response = await app.v1("POST", "/users/ada/verify", { body, bindings });
    expect(await response.json()).toMatchObject({ valid: true });
    const created = await app.v1("POST", "/challenges", { body: { userId: "ada" }, bindings });
    expect([created.status, touched.mock.calls.length]).toEqual([201, 0]);
  });

  it("a bucket that is no longer bound is one that fails", async () => {
    const { ARCHIVE: _bucket, ...unbound } = env;
    expect((await page("", unbound)).items).toHaveLength(2);
    expect(await problem(`cursor=${NOON}`, unbound)).toEqual(UNAVAILABLE);
  });

  it("an object that was altered, or is missing, is not taken for none", async () => {
    const [older = "", newer = ""] = await objectNames();
    await env.ARCHIVE.put(newer, (await (await env.ARCHIVE.get(older))?.arrayBuffer()) ?? "");
    const cursor = `cursor=${NOON}`;
    expect(await problem(cursor, env)).toEqual([500, "unreadable_data"]);
    await env.ARCHIVE.delete(newer);
    expect(await problem(cursor, env)).toEqual([500, "unreadable_data"]);
    const until = new Date((NOON - HOUR) / 1000).toISOString();
    expect((await page(`until=${until}`)).items).toHaveLength(1);
  });

  it("an object whose time was over in that moment is none", async () => {
    const expiring = bucket(async (name) => {
      await env.DB.prepare("DELETE FROM archive_objects WHERE name = ?").bind(name).run();
      return null;
    });
    expect(await page(`cursor=${NOON}`, expiring)).toEqual({ items: [], nextCursor: null });
  });

  it("a key that was altered is unreadable data, and not a deleted user", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const body = { code: codeOf(phone), ip: "192.0.2.1" };
    await app.v1("POST", "/users/ada/verify", { body });
    elapse(31 * 24 * 3600);
    await addEvents([idOf(0)]);
    await runCron();
    const altered = "A".repeat(43);
    await env.DB.prepare("UPDATE users SET erasure_key = ?").bind(altered).run();
    expect(await problem(`cursor=${idOf(0)}`, env)).toEqual([500, "unreadable_data"]);
  });
});
