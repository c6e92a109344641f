import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import counts from "../../bench/counts.json" with { type: "json" };
import worker from "../../src/index";
import { knowWebhooks, metered } from "../d1-meter";
import { bearer, codeOf, createApp, enrolled, ORIGIN, type TestApp } from "../service";
import { createWebhook, everyMinute, happened, receive } from "./receiver";

async function verify(app: TestApp, code: string) {
  const { binding, meter } = metered();
  const bindings = { ...env, ...binding };
  await knowWebhooks(bindings);
  Object.assign(meter, { roundTrips: 0, rowsRead: 0, rowsWritten: 0 });
  const context = createExecutionContext();
  const headers = { ...bearer(app.key), "content-type": "application/json" };
  const body = JSON.stringify({ code });
  const request = new Request(`${ORIGIN}/v1/users/ada/verify`, { method: "POST", headers, body });
  const response = await worker.fetch(request, bindings, context);
  expect(await response.json()).toMatchObject({ valid: true });
  const answered = { ...meter };
  await waitOnExecutionContext(context);
  return { answered, rowsWrittenLater: meter.rowsWritten - answered.rowsWritten };
}

it("a verification writes no more rows for a webhook than without, and its delivery writes four after the answer", async () => {
  const { received } = receive();
  const app = await createApp();
  await createWebhook(app);
  const { phone } = await enrolled(app, "ada");
  received.length = 0;
  const { answered, rowsWrittenLater } = await verify(app, codeOf(phone));
  expect(answered.rowsWritten).toBe(counts.direct.rowsWritten);
  expect(received).toHaveLength(1);
  expect(rowsWrittenLater).toBe(4);
});

it("a verification of an app without a webhook has nothing to do after the answer", async () => {
  const app = await createApp();
  await createWebhook(await createApp());
  const { phone } = await enrolled(app, "ada");
  const { rowsWrittenLater } = await verify(app, codeOf(phone));
  expect(rowsWrittenLater).toBe(0);
});

async function rowsReadInAMinute(): Promise<number> {
  const { binding, meter } = metered();
  await everyMinute({ ...env, ...binding });
  return meter.rowsRead;
}

it("events of other apps are read twice each, and again only as long as they are fewer than 500", async () => {
  receive();
  await createWebhook(await createApp());
  const other = await createApp();
  await happened(other, 400);
  for (let minutes = 0; minutes < 2; minutes++) {
    const rowsRead = await rowsReadInAMinute();
    expect(rowsRead).toBeGreaterThan(400);
    expect(rowsRead).toBeLessThan(1000);
  }
  await happened(other, 10_000);
  expect(await rowsReadInAMinute()).toBeLessThan(24_000);
  expect(await rowsReadInAMinute()).toBeLessThan(1000);
});
