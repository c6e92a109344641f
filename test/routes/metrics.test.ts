/** What a monitor is told, and by which token. */

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { addEvents, idOf } from "../archive";
import { currentBindings } from "../bindings";
import { metered } from "../d1-meter";
import { DATABASES, isMany } from "../databases";
import { COUNTED_AT_ONCE } from "../../src/core/upkeep/metrics";
import {
  bearer,
  call,
  codeOf,
  createApp,
  elapse,
  enrolled,
  problemCode,
  wrongCodeOf,
} from "../service";
import { createWebhook, receive } from "../webhooks/receiver";

const METRICS_TOKEN = "a-token-that-is-for-nothing-else-at-all";

function scrape(bindings: object = {}, token = METRICS_TOKEN): Promise<Response> {
  const own = { ...currentBindings(), METRICS_TOKEN, ...bindings };
  return call("GET", "/metrics", { bindings: own, headers: bearer(token) });
}

/** The samples by what stands before their value, summed up over the databases. */
async function samples(bindings: object = {}): Promise<Record<string, number>> {
  const text = await (await scrape(bindings)).text();
  const found: Record<string, number> = {};
  for (const line of text.split("\n").filter((one) => one !== "" && !one.startsWith("#"))) {
    const at = line.lastIndexOf(" ");
    const name = line.slice(0, at).replace(/database="DB\d*",?/, "");
    found[name] = (found[name] ?? 0) + Number(line.slice(at + 1));
  }
  return found;
}

const total = (type: string, outcome = "success") =>
  `stepgate_events_total{type="${type}",outcome="${outcome}"}`;

describe("/metrics", () => {
  it("is not there without its token in the configuration", async () => {
    const response = await call("GET", "/metrics", { headers: bearer(METRICS_TOKEN) });
    expect(await problemCode(response)).toBe("unknown_path");
  });

  it.for([
    ["another token", bearer("x".repeat(40))],
    ["the operator's token", bearer(env.ADMIN_TOKEN)],
    ["no token", {}],
  ] as const)("answers 401 to %s", async ([, headers]) => {
    const bindings = { ...currentBindings(), METRICS_TOKEN };
    expect((await call("GET", "/metrics", { bindings, headers })).status).toBe(401);
  });

  it("has a token that opens nothing else", async () => {
    const bindings = { ...currentBindings(), METRICS_TOKEN };
    const answers = ["/admin/apps", "/v1/app", "/auth/me"].map((path) =>
      call("GET", path, { bindings, headers: bearer(METRICS_TOKEN) }),
    );
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it("is OpenMetrics text", async () => {
    const response = await scrape();
    expect(response.headers.get("content-type")).toMatch(
      /^application\/openmetrics-text; version=1/,
    );
    const text = await response.text();
    expect(text).toMatch(/# EOF\n$/);
    for (const line of text.trimEnd().split("\n")) {
      expect(line).toMatch(
        /^(# (TYPE|HELP) stepgate_\w+ .+|# EOF|stepgate_\w+(\{\w+="[^"\\\n]*"(,\w+="[^"\\\n]*")*\})? -?\d+(\.\d+)?)$/,
      );
    }
  });
});

describe("the counters", () => {
  it("count what has happened since the first look, each event once", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    expect((await samples())[total("code.verified")]).toBeUndefined();
    await app.verify("ada", codeOf(phone));
    await app.verify("ada", wrongCodeOf(phone));
    const seen = await samples();
    expect(seen[total("code.verified")]).toBe(1);
    expect(seen[total("code.verified", "failure")]).toBe(1);
    elapse(30);
    await app.verify("ada", codeOf(phone));
    expect((await samples())[total("code.verified")]).toBe(2);
    expect((await samples())[total("code.verified")]).toBe(2);
  });

  it("count nothing twice for two monitors at once", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    await scrape();
    await app.verify("ada", codeOf(phone));
    await Promise.all([scrape(), scrape(), scrape()]);
    expect((await samples())[total("code.verified")]).toBe(1);
  });

  it("go on where they were when events have been deleted", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    await scrape();
    await app.verify("ada", codeOf(phone));
    await scrape();
    for (const { d1 } of DATABASES) await d1.exec("DELETE FROM audit_events");
    expect((await samples())[total("code.verified")]).toBe(1);
  });

  it(
    "take a bounded number of rows at once, and say that there are more",
    { timeout: 60_000 },
    async () => {
      await scrape();
      const many = Array.from({ length: COUNTED_AT_ONCE + 5 }, (_, at) => idOf(0) + at);
      await addEvents(many);
      const { binding, meter } = metered();
      const first = await samples(binding);
      expect(first["stepgate_events_uncounted{}"] ?? first["stepgate_events_uncounted"]).toBe(1);
      expect(meter.rowsRead).toBeLessThan(3 * COUNTED_AT_ONCE + 200);
      const second = await samples();
      expect(second["stepgate_events_uncounted{}"] ?? second["stepgate_events_uncounted"]).toBe(0);
    },
  );
});

describe("the gauges", () => {
  it("say that all is well", async () => {
    await createApp();
    const seen = await samples();
    expect(seen).toMatchObject({
      "stepgate_database_up{}": DATABASES.length,
      stepgate_kv_up: 1,
      stepgate_webhook_messages_waiting: 0,
      stepgate_notices_waiting: 0,
      'stepgate_webhooks{state="failing"}': 0,
      "stepgate_clock_behind_seconds{}": 0,
    });
    expect(seen["stepgate_database_size_bytes{}"]).toBeGreaterThan(100_000);
  });

  it("say that a webhook fails, and what waits", async () => {
    receive(() => new Response(null, { status: 500 }));
    const app = await createApp();
    await createWebhook(app);
    await enrolled(app, "ada");
    const seen = await samples();
    expect(seen['stepgate_webhooks{state="failing"}']).toBe(1);
    expect(seen["stepgate_webhook_messages_waiting"]).toBeGreaterThan(0);
  });

  it("say that KV is down, and that the clock went back", async () => {
    await createApp();
    elapse(-3600);
    const KV = new Proxy(env.KV, {
      get() {
        throw new Error("KV is down");
      },
    });
    const seen = await samples({ KV });
    expect(seen["stepgate_kv_up"]).toBe(0);
    expect(seen["stepgate_clock_behind_seconds{}"]).toBeCloseTo(3600, 0);
  });
});

describe.runIf(isMany)("of several databases", () => {
  it.each(DATABASES.slice(1))("$name may be down, and the others still tell", async ({ name }) => {
    await createApp();
    const down = new Proxy(env.DB, {
      get() {
        throw new Error("D1 is down");
      },
    });
    const text = await (await scrape({ [name]: down })).text();
    expect(text).toContain(`stepgate_database_up{database="${name}"} 0`);
    expect(text).toContain('stepgate_database_up{database="DB"} 1');
    expect(text).toMatch(/# EOF\n$/);
  });
});

describe("/readyz", () => {
  it("says that the clock is behind what has happened, by more than a minute", async () => {
    const clock = async () =>
      (await (await call("GET", "/readyz")).json<{ clock: string }>()).clock;
    await createApp();
    elapse(-59);
    expect(await clock()).toBe("ok");
    elapse(-2);
    expect(await clock()).toBe("behind");
  });
});

it("/healthz is alive while no database answers", async () => {
  const DB = new Proxy(env.DB, {
    get() {
      throw new Error("D1 is down");
    },
  });
  const bindings = { ...currentBindings(), DB };
  const health = await call("GET", "/healthz", { bindings });
  expect([health.status, await health.json()]).toEqual([200, { status: "ok" }]);
  expect((await call("GET", "/readyz", { bindings })).status).toBe(503);
});

describe("Analytics Engine", () => {
  it("gets a point for each request, with the route and no path", async () => {
    const points: AnalyticsEngineDataPoint[] = [];
    const ANALYTICS = {
      writeDataPoint: (point?: AnalyticsEngineDataPoint) => points.push(point ?? {}),
    };
    const bindings = { ...currentBindings(), ANALYTICS };
    await call("GET", "/v1/users/ada", { bindings });
    expect(points).toEqual([
      {
        indexes: ["/v1/users/:userId"],
        blobs: ["GET", "/v1/users/:userId", "401", "unauthorized"],
        doubles: [expect.any(Number)],
      },
    ]);
  });
});
