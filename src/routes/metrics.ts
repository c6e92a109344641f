/** What a monitor reads: OpenMetrics 1.0 text, for whoever has the token that is for nothing else. */

import { Hono, type Context } from "hono";
import { readMetrics, type Metrics } from "../core/upkeep/metrics";
import { timingSafeEqual } from "../crypto/timing-safe-equal";
import { Problem } from "../problem";
import { bearer } from "./auth";
import type { AppEnv } from "./context";

const CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** The path exists only where `METRICS_TOKEN` is set. */
function assertMonitor(c: Context<AppEnv>): void {
  const { metricsToken } = c.var.config.settings;
  if (metricsToken === null) throw new Problem("unknown_path");
  const token = bearer(c);
  if (token === undefined || !timingSafeEqual(token, metricsToken)) {
    throw new Problem("unauthorized", { cause: "no metrics token" });
  }
}

interface Family {
  name: string;
  type: "counter" | "gauge";
  help: string;
  samples: [labels: Record<string, string>, value: number][];
}

const seconds = (milliseconds: number) => milliseconds / 1000;

function ofDatabases({ databases }: Metrics): Family[] {
  const up = databases.filter((one) => one.events !== null);
  const each = (valueOf: (one: (typeof up)[number]) => number): Family["samples"] =>
    up.map((one) => [{ database: one.name }, valueOf(one)]);
  return [
    {
      name: "stepgate_events",
      type: "counter",
      help: "Events of the audit trail, by type and outcome.",
      samples: up.flatMap(({ name: database, events }) =>
        events.map(({ type, outcome, count }): Family["samples"][number] => [
          { database, type, outcome },
          count,
        ]),
      ),
    },
    {
      name: "stepgate_events_uncounted",
      type: "gauge",
      help: "1 if there are events that this look has not counted yet.",
      samples: each((one) => Number(one.isBehind)),
    },
    {
      name: "stepgate_database_up",
      type: "gauge",
      help: "Whether the database answers.",
      samples: databases.map(({ name: database, events }) => [
        { database },
        Number(events !== null),
      ]),
    },
    {
      name: "stepgate_database_size_bytes",
      type: "gauge",
      help: "What the database takes. D1 holds 10 GB.",
      samples: each((one) => one.bytes),
    },
    {
      name: "stepgate_oldest_event_age_seconds",
      type: "gauge",
      help: "How old the oldest event in the database is. It grows beyond its bound if the clean-up does not run.",
      samples: each((one) => seconds(one.oldest)),
    },
    {
      name: "stepgate_clock_behind_seconds",
      type: "gauge",
      help: "How much later than now the newest event is, if the clock went back.",
      samples: each((one) => seconds(Math.max(0, -one.newest))),
    },
  ];
}

function ofTheRest(metrics: Metrics): Family[] {
  return [
    {
      name: "stepgate_kv_up",
      type: "gauge",
      help: "Whether KV answers in half a second.",
      samples: [[{}, Number(metrics.kvAnswers)]],
    },
    {
      name: "stepgate_webhooks",
      type: "gauge",
      help: "Webhooks by their state.",
      samples: Object.entries(metrics.webhooks).map(([state, count]) => [{ state }, count]),
    },
    {
      name: "stepgate_webhook_messages_waiting",
      type: "gauge",
      help: "Messages that a webhook has not taken yet.",
      samples: [[{}, metrics.messagesWaiting]],
    },
    {
      name: "stepgate_notices_waiting",
      type: "gauge",
      help: "Notices by mail that have not been sent yet.",
      samples: metrics.noticesWaiting === null ? [] : [[{}, metrics.noticesWaiting]],
    },
  ];
}

/** Renders the text (OpenMetrics 1.0, "ABNF"). No label has a quote, a backslash or a line feed. */
function render(families: Family[]): string {
  const lines = families.flatMap(({ name, type, help, samples }) => [
    `# TYPE ${name} ${type}`,
    `# HELP ${name} ${help}`,
    ...samples.map(([labels, value]) => {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
      const suffix = type === "counter" ? "_total" : "";
      return `${name}${suffix}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}`;
    }),
  ]);
  return [...lines, "# EOF", ""].join("\n");
}

export const metricsRoutes = new Hono<AppEnv>().get("/metrics", async (c) => {
  assertMonitor(c);
  const metrics = await readMetrics(c.var.deps);
  return c.body(render([...ofDatabases(metrics), ...ofTheRest(metrics)]), 200, {
    "content-type": CONTENT_TYPE,
  });
});
