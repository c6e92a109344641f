import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { everywhere } from "../databases";
import { PROBLEM_CODES } from "../../src/problem";
import { bearer, call, createApp, problemCode, send } from "../service";

describe("/readyz", () => {
  it("is well when D1 and KV are", async () => {
    const response = await call("GET", "/readyz");
    const parts = { d1: "ok", kv: "ok", keyring: "ok", clock: "ok" };
    expect(await response.json()).toEqual({ status: "ok", ...parts });
  });

  it("is 503 until the database is migrated", async () => {
    await everywhere.exec("DROP TABLE keyring_keys");
    const response = await call("GET", "/readyz", { bindings: { ...env } });
    expect([response.status, await problemCode(response)]).toEqual([503, "unavailable"]);
  });

  it("is 200 without KV, which only makes things faster", async () => {
    const KV = new Proxy(env.KV, {
      get() {
        throw new Error("KV is down");
      },
    });
    const response = await call("GET", "/readyz", { bindings: { ...env, KV } });
    expect(await response.json()).toMatchObject({ status: "ok", kv: "degraded" });
  });
});

it("tells the time", async () => {
  const response = await call("GET", "/v1/time");
  expect(await response.json()).toEqual({
    now: new Date().toISOString(),
    unixSeconds: Date.now() / 1000,
  });
});

describe("every answer", () => {
  it.each(["/v1/time", "/readyz", "/nope", "/docs", "/v1/users/ada", "/.well-known/jwks.json"])(
    "of %s may be neither framed, sniffed nor run, and has a request id",
    async (path) => {
      const { headers } = await call("GET", path);
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("strict-transport-security")).toContain("max-age");
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it("is not stored, but for the public keys", async () => {
    expect((await call("GET", "/v1/time")).headers.get("cache-control")).toBe("no-store");
    const keys = await call("GET", "/.well-known/jwks.json");
    expect(keys.headers.get("cache-control")).toBe("public, max-age=300");
  });

  it("has a request id of our own, because it stands in the audit trail", async () => {
    const headers = { "x-request-id": "trace-42" };
    const response = await call("GET", "/v1/time", { headers });
    expect(response.headers.get("x-request-id")).not.toBe("trace-42");
  });

  it("comes without CORS headers, but for the answer to a challenge", async () => {
    const { headers } = await call("GET", "/v1/users/ada", {
      headers: { origin: "https://evil.example" },
    });
    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

describe("errors", () => {
  it("are problems with a page about their code", async () => {
    const response = await call("GET", "/nope");
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const { type } = await response.json<{ type: string }>();
    const page = await call("GET", new URL(type).pathname);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("<code>unknown_path</code>");
  });

  it.each(PROBLEM_CODES)("explain %s", async (code) => {
    const page = await call("GET", `/problems/${code}`);
    expect([page.status, page.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=UTF-8",
    ]);
  });

  it("name the methods that a path takes", async () => {
    const response = await call("PUT", "/admin/apps/app_x", { headers: bearer("x") });
    expect(response.status).toBe(401);
    const open = await call("DELETE", "/v1/time");
    expect([open.status, open.headers.get("allow")]).toEqual([405, "GET"]);
  });
});

it("publishes a reference of every route, with the credential each one takes", async () => {
  const response = await call("GET", "/openapi.json");
  const { openapi, paths } = await response.json<{ openapi: string; paths: object }>();
  expect(openapi).toBe("3.1.0");
  const table = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries<{ security?: object[] }>(operations).map(
      ([method, { security = [] }]) => `${method} ${path} ${security.flatMap(Object.keys).join()}`,
    ),
  );
  expect(table.toSorted()).toMatchInlineSnapshot(`
      [
        "delete /admin/apps/{appId} adminToken",
        "delete /admin/apps/{appId}/hook adminToken",
        "delete /admin/apps/{appId}/keys/{keyId} adminToken",
        "delete /admin/apps/{appId}/logo adminToken",
        "delete /admin/apps/{appId}/webhooks/{webhookId} adminToken",
        "delete /admin/users/{id} adminToken",
        "delete /auth/authenticators/{id} accessToken,sessionCookie",
        "delete /auth/devices/{id} accessToken,sessionCookie",
        "delete /auth/me accessToken,sessionCookie",
        "delete /auth/sessions accessToken,sessionCookie",
        "delete /auth/sessions/{id} accessToken,sessionCookie",
        "delete /v1/users/{userId} apiKey,signature",
        "delete /v1/users/{userId}/authenticators/{id} apiKey,signature",
        "get /.well-known/jwks.json ",
        "get /admin/apps adminToken",
        "get /admin/apps/{appId} adminToken",
        "get /admin/apps/{appId}/hook adminToken",
        "get /admin/apps/{appId}/keys adminToken",
        "get /admin/apps/{appId}/webhooks adminToken",
        "get /admin/apps/{appId}/webhooks/{webhookId} adminToken",
        "get /admin/apps/{appId}/webhooks/{webhookId}/deliveries adminToken",
        "get /admin/apps/{appId}/webhooks/{webhookId}/deliveries/{deliveryId} adminToken",
        "get /admin/audit adminToken",
        "get /admin/audit/archive adminToken",
        "get /admin/audit/archive/{id} adminToken",
        "get /admin/shards adminToken",
        "get /admin/users adminToken",
        "get /admin/users/{id} adminToken",
        "get /auth/activity accessToken,sessionCookie",
        "get /auth/authenticators accessToken,sessionCookie",
        "get /auth/backup-codes accessToken,sessionCookie",
        "get /auth/devices accessToken,sessionCookie",
        "get /auth/me accessToken,sessionCookie",
        "get /auth/sessions accessToken,sessionCookie",
        "get /healthz ",
        "get /logos/{appId}/{tag} ",
        "get /readyz ",
        "get /v1/app apiKey,signature",
        "get /v1/events apiKey,signature",
        "get /v1/time ",
        "get /v1/users/{userId} apiKey,signature",
        "patch /admin/apps/{appId} adminToken",
        "patch /admin/apps/{appId}/webhooks/{webhookId} adminToken",
        "patch /admin/users/{id} adminToken",
        "patch /auth/authenticators/{id} accessToken,sessionCookie",
        "patch /auth/me accessToken,sessionCookie",
        "post /admin/apps adminToken",
        "post /admin/apps/{appId}/hook/secret adminToken",
        "post /admin/apps/{appId}/keys adminToken",
        "post /admin/apps/{appId}/webhooks adminToken",
        "post /admin/apps/{appId}/webhooks/{webhookId}/deliveries/{deliveryId}/redelivery adminToken",
        "post /admin/apps/{appId}/webhooks/{webhookId}/redelivery adminToken",
        "post /admin/apps/{appId}/webhooks/{webhookId}/secret adminToken",
        "post /admin/apps/{appId}/webhooks/{webhookId}/test adminToken",
        "post /admin/shards/{database}/moves adminToken",
        "post /admin/shards/{database}/restoration adminToken",
        "post /admin/users adminToken",
        "post /admin/users/{id}/authenticators adminToken",
        "post /admin/users/{id}/reset adminToken",
        "post /admin/users/{id}/unlock adminToken",
        "post /auth/authenticators accessToken,sessionCookie",
        "post /auth/authenticators/{id}/confirm accessToken,sessionCookie",
        "post /auth/backup-codes accessToken,sessionCookie",
        "post /auth/challenge ",
        "post /auth/email/code accessToken,sessionCookie",
        "post /auth/email/prove accessToken,sessionCookie",
        "post /auth/login ",
        "post /auth/logout ",
        "post /auth/password accessToken,sessionCookie",
        "post /auth/password/forgotten ",
        "post /auth/password/reset ",
        "post /auth/refresh ",
        "post /auth/register ",
        "post /auth/resync accessToken,sessionCookie",
        "post /auth/secure accessToken,sessionCookie",
        "post /auth/step-up accessToken,sessionCookie",
        "post /v1/challenge-links apiKey,signature",
        "post /v1/challenge-links/redeem apiKey,signature",
        "post /v1/challenges apiKey,signature",
        "post /v1/challenges/verify ",
        "post /v1/enrolment-links apiKey,signature",
        "post /v1/users/{userId}/authenticators apiKey,signature",
        "post /v1/users/{userId}/authenticators/{id}/confirm apiKey,signature",
        "post /v1/users/{userId}/backup-codes apiKey,signature",
        "post /v1/users/{userId}/resync apiKey,signature",
        "post /v1/users/{userId}/unlock apiKey,signature",
        "post /v1/users/{userId}/verify apiKey,signature",
        "put /admin/apps/{appId}/hook adminToken",
        "put /admin/apps/{appId}/logo adminToken",
        "put /admin/shards/{database} adminToken",
      ]
    `);
});

it("gives up on a body that does not arrive within ten seconds", async () => {
  const { key } = await createApp();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: Date.now() });
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"code":'));
    },
  });
  const headers = { ...bearer(key), "content-type": "application/json" };
  const request = new Request("https://2fa.test/v1/users/ada/verify", {
    method: "POST",
    headers,
    body,
  });
  const answer = send(request);
  await vi.waitUntil(() => vi.getTimerCount() > 0);
  await vi.advanceTimersByTimeAsync(10_000);
  const response = await answer;
  expect([response.status, await problemCode(response)]).toEqual([408, "request_timeout"]);
});

it("lets a browser read any refusal of an answer to a challenge", async () => {
  const post = (headers: Record<string, string>, body: string) =>
    send(new Request("https://2fa.test/v1/challenges/verify", { method: "POST", headers, body }));
  const answers = await Promise.all([
    post({ "content-type": "text/plain" }, "x"),
    post({ "content-type": "application/json" }, "{"),
    post({ "content-type": "application/json" }, JSON.stringify("x".repeat(20_000))),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([415, 400, 413]);
  for (const { headers } of answers) expect(headers.get("access-control-allow-origin")).toBe("*");
});

it("answers the next request when the first one of an isolate never came back", async () => {
  const stuck = Promise.withResolvers<never>();
  let reached = false;
  const hanging = new Proxy(env.DB.prepare("SELECT 1"), {
    get: (_, member) => {
      if (member === "bind") return () => hanging;
      reached = true;
      return () => stuck.promise;
    },
  });
  const DB = new Proxy(env.DB, {
    get: (target, member) => {
      if (member === "prepare" && !reached) return () => hanging;
      const value: unknown = Reflect.get(target, member);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const bindings = { ...env, DB };
  void call("GET", "/v1/time", { bindings });
  await vi.waitUntil(() => reached);
  expect((await call("GET", "/v1/time", { bindings })).status).toBe(200);
});
