import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { SCOPES } from "../../../src/core/caller/actor";
import { metered } from "../../d1-meter";
import { admin, createApp, createKey, elapse, problemCode, useKey } from "../../service";

describe("the app of a key", () => {
  it("is told with what a back end has to know of it, and nothing else", async () => {
    const settings = { window: 2, allowedOrigins: ["https://shop.example"], strikeCap: 50 };
    const { id } = await createApp({ settings });
    const expiresAt = "2027-01-01T00:00:00.000Z";
    const key = await createKey(id, { name: "back end", scopes: ["users", "verify"], expiresAt });
    const response = await useKey(id, key).v1("GET", "/app");
    expect(await response.json()).toEqual({
      id,
      name: "Test app",
      issuer: "Test app",
      settings: {
        window: 2,
        failuresBeforeLock: 5,
        allowedOrigins: ["https://shop.example"],
        returnUrls: [],
        requireProof: false,
      },
      key: { id: key.split("_")[1], name: "back end", scopes: ["verify", "users"], expiresAt },
    });
  });

  it.each(SCOPES)("is told to a key that has only the scope %s", async (scope) => {
    const app = await createApp({ scopes: [scope] });
    const response = await app.v1("GET", "/app");
    expect(await response.json()).toMatchObject({ id: app.id, key: { scopes: [scope] } });
  });

  it("is not told to a key that has expired or was revoked, or whose app is gone", async () => {
    const { id } = await createApp();
    const expiring = await createKey(id, { expiresAt: new Date(Date.now() + 1000) });
    const revoked = await createKey(id, {});
    const orphaned = await createKey(id, {});
    const ask = async (key: string) => problemCode(await useKey(id, key).v1("GET", "/app"));
    expect(await Promise.all([expiring, revoked, orphaned].map(ask))).toEqual([200, 200, 200]);
    elapse(1);
    await admin("DELETE", `/apps/${id}/keys/${revoked.split("_")[1]}`);
    expect(await Promise.all([expiring, revoked].map(ask))).toEqual([
      "unauthorized",
      "unauthorized",
    ]);
    await admin("DELETE", `/apps/${id}`);
    expect(await ask(orphaned)).toBe("unauthorized");
  });

  it("costs one round trip to the database", async () => {
    const app = await createApp();
    const { binding, meter } = metered();
    const bindings = { ...env, ...binding };
    await app.v1("GET", "/app", { bindings });
    const before = meter.roundTrips;
    await app.v1("GET", "/app", { bindings });
    expect(meter.roundTrips - before).toBe(1);
  });
});
