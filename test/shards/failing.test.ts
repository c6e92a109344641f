/** A database that does not answer: nobody but its users notices. */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { bucketIn } from "../../src/core/shard/bucket";
import { shardOf, without } from "./support";
import { DATABASES, everywhere, isMany } from "../databases";
import {
  admin,
  call,
  codeOf,
  createApp,
  createKey,
  elapse,
  enrolled,
  problemCode,
  useKey,
  type EnrolledUser,
  type TestApp,
} from "../service";
import { signedIn } from "../console";
import { storedUser } from "../security/support";
import { keyId } from "../world";
import worker from "../../src/index";
import { createExecutionContext, createScheduledController } from "cloudflare:test";

const names = Array.from({ length: 8 }, (_, at) => `user-${at}`);
let app: TestApp;
let users: { user: EnrolledUser; shard: number }[];

describe.runIf(isMany)("a database that does not answer", () => {
  beforeEach(async () => {
    app = await createApp();
    users = [];
    for (const name of names) {
      const user = await enrolled(app, name);
      const { id } = await storedUser(name);
      users.push({ user, shard: await shardOf(bucketIn(id) ?? "") });
    }
  });

  it("costs its users a 503 with Retry-After, and others nothing", async () => {
    const shard = users.find((one) => one.shard !== 0)?.shard ?? -1;
    const bindings = without(shard);
    elapse(30);
    for (const { user, shard: at } of users) {
      const body = { code: codeOf(user.phone) };
      const answer = await app.v1("POST", `/users/${user.userId}/verify`, { body, bindings });
      const retryAfter = answer.headers.get("retry-after");
      const told = [at, answer.status, await problemCode(answer), retryAfter];
      expect(told).toEqual(at === shard ? [at, 503, "unavailable", "5"] : [at, 200, 200, null]);
    }
  });

  it("is named by the health check", async () => {
    const answer = await call("GET", "/readyz", { bindings: without(2) });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      code: "unavailable",
      detail: "DB2 does not answer.",
    });
  });

  it("leaves its events out of the page of a user of another, who can be reset", async () => {
    const { user } = users.find(({ shard }) => shard !== 2) ?? {};
    const userId = user?.userId ?? "";
    const { id } = await storedUser(userId);
    const bindings = without(2);
    const operator = await signedIn();
    const page = async (change: object) =>
      (await operator.get(`/console/users/${id}`, change)).text();
    const missing = "Some events are missing";
    const whole = await page({});
    expect(whole).toContain("Authenticator app setup");
    expect(whole).not.toContain(missing);
    const part = await page({ bindings });
    expect(part).toContain("Authenticator app setup");
    expect(part).toContain(missing);
    const reset = await operator.post(
      `/console/users/${id}/reset`,
      { reason: "Lost phone" },
      { bindings },
    );
    expect(reset.status).toBe(200);
    expect(await storedUser(userId)).toMatchObject({ must_rebind: 1 });
  });

  it("that lacks a migration is named too", async () => {
    await DATABASES[3]?.d1.exec(
      "DELETE FROM d1_migrations WHERE name = (SELECT max(name) FROM d1_migrations)",
    );
    const answer = await call("GET", "/readyz");
    expect(await answer.json()).toMatchObject({ detail: "DB3 is not migrated." });
  });

  it("does not keep the clean-up from the others", async () => {
    await everywhere.prepare("UPDATE authenticators SET state = 'pending', expires_at = 1").run();
    const scheduled = worker.scheduled(
      createScheduledController(),
      without(2),
      createExecutionContext(),
    );
    await expect(scheduled).rejects.toThrow("D1_ERROR");
    for (const [at, { d1 }] of DATABASES.entries()) {
      const left = await d1.prepare("SELECT count(*) AS n FROM authenticators").first<number>("n");
      expect(left === 0).toBe(at !== 2 || !users.some(({ shard }) => shard === 2));
    }
  });

  it("is told of a revoked key later, and the call says so", async () => {
    const key = await createKey(app.id, {});
    const path = `/apps/${app.id}/keys/${keyId(key)}`;
    const refused = await admin("DELETE", path, { bindings: without(2) });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining("DB2") });
    await worker.scheduled(createScheduledController(), env, createExecutionContext());
    for (const name of names) {
      expect((await useKey(app.id, key).v1("GET", `/users/${name}`)).status).toBe(401);
    }
    expect(await everywhere.prepare("SELECT app_id FROM unpublished").first()).toBe(null);
    expect((await admin("DELETE", path)).status).toBe(404);
  });

  it("does not get a revoked key back from a copy that comes late", async () => {
    const key = await createKey(app.id, {});
    const old = await DATABASES[1]?.d1
      .prepare("SELECT * FROM api_keys WHERE id = ?")
      .bind(keyId(key))
      .first();
    expect((await admin("DELETE", `/apps/${app.id}/keys/${keyId(key)}`)).status).toBe(204);
    expect(old).toMatchObject({ revoked_at: null });
    // The control database as a late copy would have read it.
    await env.DB.prepare("UPDATE api_keys SET revoked_at = NULL WHERE id = ?")
      .bind(keyId(key))
      .run();
    await env.DB.prepare("UPDATE apps SET revision = 0, name = 'Old' WHERE id = ?")
      .bind(app.id)
      .run();
    await DATABASES[1]?.d1.prepare("UPDATE apps SET revision = 5").run();
    await createKey(app.id, {});
    const kept = await DATABASES[1]?.d1
      .prepare(
        "SELECT k.revoked_at, a.name FROM api_keys k JOIN apps a ON a.id = k.app_id WHERE k.id = ?",
      )
      .bind(keyId(key))
      .first();
    expect(kept).toMatchObject({ revoked_at: expect.any(Number), name: "Test app" });
  });
});
