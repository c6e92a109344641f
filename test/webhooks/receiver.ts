/** A back end that receives webhooks: it verifies them with the standard's own library. */

import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { expect, onTestFinished, vi } from "vitest";
import type { Bindings } from "../../src/env";
import worker from "../../src/index";
import type { Message } from "../../src/core/webhook/message";
import { currentBindings } from "../bindings";
import { expectJson } from "../account";
import { admin, createApp, type TestApp } from "../service";

export const URL_OF_SHOP = "https://shop.example.com/events";

/** What came in, in the order in which it came. */
export interface Received {
  url: string;
  headers: Record<string, string>;
  body: string;
  message: Message;
}

type Answer = (received: Received, signal: AbortSignal | null) => Response | Promise<Response>;

export interface Receiver {
  received: Received[];
  answer: Answer;
}

/** Receives everything that the service sends in this test, and takes it unless it is told otherwise. */
export function receive(answer: Answer = () => new Response("thanks")): Receiver {
  const receiver: Receiver = { received: [], answer };
  const spy = vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input instanceof Request ? input : String(input), init);
    const message = await request.clone().json<Message>();
    const body = await request.text();
    const one = { url: request.url, headers: Object.fromEntries(request.headers), body, message };
    receiver.received.push(one);
    return receiver.answer(one, init?.signal ?? null);
  });
  onTestFinished(() => spy.mockRestore());
  return receiver;
}

export interface TestWebhook {
  id: string;
  path: string;
  secret: string;
}

export async function createWebhook(app: TestApp, input: object = {}): Promise<TestWebhook> {
  const path = `/apps/${app.id}/webhooks`;
  const body = { url: URL_OF_SHOP, ...input };
  const made = await expectJson<{ id: string; secret: string }>(admin("POST", path, { body }), 201);
  return { ...made, path: `${path}/${made.id}` };
}

/** Fails unless the message is signed with this secret, as the library sees it. */
export function verified(secret: string, { headers, body }: Received): unknown {
  return new Webhook(secret).verify(body, headers);
}

/** What the cron trigger of every minute does. */
export async function everyMinute(bindings: Bindings = currentBindings()): Promise<void> {
  const context = createExecutionContext();
  const controller = createScheduledController({ cron: "* * * * *" });
  await worker.scheduled(controller, bindings, context);
  await waitOnExecutionContext(context);
}

interface Shown {
  id: string;
  type: string;
  state: string;
  attempts: number;
  nextAttemptAt: string | null;
  status: number | null;
  fault: string | null;
  answer: string | null;
}

/** The log of deliveries, oldest first. */
export async function deliveries({ path }: TestWebhook): Promise<Shown[]> {
  const list = admin("GET", `${path}/deliveries?limit=100`);
  return (await expectJson<{ items: Shown[] }>(list, 200)).items.toReversed();
}

export async function shown({ path }: TestWebhook): Promise<{
  state: string;
  pausedBecause: string | null;
  failingSince: string | null;
}> {
  return expectJson(admin("GET", path), 200);
}

/** Ids of messages, without those that came more than once. */
export function idsOf(received: readonly Received[]): string[] {
  return [...new Set(received.map(({ message }) => message.id))];
}

export function expectOrdered(received: readonly Received[]): void {
  const sequences = received.map(({ message }) => message.sequence);
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
}

/** So many events of the app at once, each about the user of this SQL over `n`, from 1 on. */
export async function happened(
  app: TestApp,
  count: number,
  user = "'usr_' || n",
  type = "code.verified",
): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2)
     INSERT INTO audit_events (id, app_id, user_id, type, outcome, actor)
     SELECT (SELECT max(id) FROM audit_events) + n, ?1, ${user}, ?3, 'success', 'login'
     FROM numbers`,
  )
    .bind(app.id, count, type)
    .run();
}

export interface Told {
  appId: string;
  webhookId: string;
  deliveryId: string;
}

/** An app with a webhook that is paused, so that nothing is sent, and one delivery. */
export async function appWithDelivery(): Promise<Told> {
  const app = await createApp();
  const { id, path } = await createWebhook(app);
  await admin("PATCH", path, { body: { paused: true } });
  const event = `SELECT id FROM audit_events WHERE app_id = ?1 AND type = 'api_key.created'`;
  const eventId = await env.DB.prepare(event).bind(app.id).first<number>("id");
  await env.DB.prepare(
    `INSERT INTO webhook_deliveries (endpoint_id, event_id, shard, type, state, attempts)
     VALUES (?1, ?2, 0, 'api_key.created', 'delivered', 1)`,
  )
    .bind(id, eventId)
    .run();
  return { appId: app.id, webhookId: id, deliveryId: `evt_${eventId}` };
}
