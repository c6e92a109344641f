import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Bindings, Wake } from "../../src/env";
import worker from "../../src/index";
import { admin, createApp, elapse, enrolled, useKey } from "../service";
import { createWebhook, deliveries, happened, idsOf, receive } from "./receiver";

/** A queue that keeps what it is sent. */
function queueing(): { bindings: Bindings; sent: Wake[] } {
  const sent: Wake[] = [];
  const EVENTS = { send: async (wake: Wake) => sent.push(wake) };
  return { bindings: { ...env, EVENTS }, sent };
}

async function consume(bindings: Bindings, wakes: Wake[]) {
  const messages = wakes.map((body, at) => ({
    id: String(at),
    timestamp: new Date(),
    attempts: 1,
    body,
  }));
  const batch = createMessageBatch<Wake>("stepgate-events", messages);
  const context = createExecutionContext();
  await worker.queue(batch, bindings, context);
  return getQueueResult(batch, context);
}

it("with a queue a request only asks for the delivery, and the consumer delivers, however often it is asked", async () => {
  const { received } = receive();
  const { bindings, sent } = queueing();
  const app = await createApp();
  const webhook = await createWebhook(app);
  const path = `/users/ada/authenticators`;
  await app.v1("POST", path, { body: {}, bindings });
  expect(received).toEqual([]);
  expect(sent).toEqual([{ endpointId: webhook.id }]);
  const result = await consume(bindings, [...sent, ...sent]);
  expect(result.outcome).toBe("ok");
  expect(result.retryMessages).toEqual([]);
  expect(received.map(({ message }) => message.type)).toEqual(["authenticator.enrolled"]);
  await consume(bindings, sent);
  expect(received).toHaveLength(1);
});

it("a message about a webhook that is gone does nothing", async () => {
  const { received } = receive();
  const app = await createApp();
  const webhook = await createWebhook(app);
  await admin("DELETE", webhook.path);
  await enrolled(useKey(app.id, app.key), "ada");
  const { outcome } = await consume(env, [{ endpointId: webhook.id }]);
  expect([outcome, received]).toEqual(["ok", []]);
});

it("a message is tried again by the queue while D1 does not answer, and nothing is lost", async () => {
  const { received } = receive();
  const { bindings, sent } = queueing();
  const app = await createApp();
  const webhook = await createWebhook(app);
  await app.v1("POST", "/users/ada/authenticators", { body: {}, bindings });
  const prepare = () => {
    throw new Error("D1_ERROR: down");
  };
  const DB = Object.assign(Object.create(env.DB), { prepare });
  await expect(consume({ ...bindings, DB }, sent)).rejects.toThrow("D1_ERROR");
  await consume(bindings, sent);
  expect(received).toHaveLength(1);
  expect(await deliveries(webhook)).toMatchObject([{ state: "delivered" }]);
});

it("a webhook whose secret cannot be opened keeps no other from being delivered to, and is tried again", async () => {
  const { received } = receive();
  const { bindings, sent } = queueing();
  const app = await createApp();
  const broken = await createWebhook(app);
  const webhook = await createWebhook(app);
  await env.DB.prepare("UPDATE webhook_endpoints SET secret = 'gone.AAAA' WHERE id = ?")
    .bind(broken.id)
    .run();
  await app.v1("POST", "/users/ada/authenticators", { body: {}, bindings });
  const wakes = [broken, webhook].map(({ id }) => ({ endpointId: id }));
  expect(sent).toHaveLength(2);
  await expect(consume(bindings, wakes)).rejects.toThrow("no key gone");
  expect(received).toHaveLength(1);
  expect(await deliveries(webhook)).toMatchObject([{ state: "delivered" }]);
});

it("a run ends after twenty seconds, and asks the queue for the rest", async () => {
  const { received } = receive(() => {
    elapse(1);
    return new Response("thanks");
  });
  const { bindings, sent } = queueing();
  const app = await createApp();
  const webhook = await createWebhook(app);
  await happened(app, 50);
  const wake = { endpointId: webhook.id };
  await consume(bindings, [wake]);
  expect(received.length).toBeGreaterThanOrEqual(20);
  expect(received.length).toBeLessThan(30);
  expect(sent).toEqual([wake]);
  await consume(bindings, sent);
  expect(idsOf(received).length).toBeGreaterThanOrEqual(40);
  await consume(bindings, sent);
  expect(idsOf(received)).toHaveLength(50);
  expect(received).toHaveLength(50);
});
