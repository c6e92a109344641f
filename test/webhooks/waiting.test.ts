/** What waits for an endpoint: its rows, and what becomes of them. */

import { env } from "cloudflare:workers";
import { beforeEach, expect, it, vi } from "vitest";
import { admin, createApp, elapse, type TestApp } from "../service";
import {
  createWebhook,
  deliveries,
  everyMinute,
  expectOrdered,
  happened,
  idsOf,
  receive,
  shown,
  type Receiver,
  type TestWebhook,
} from "./receiver";

const HOUR = 60 * 60;
const refuses = () => new Response("no", { status: 503 });
const takes = () => new Response("thanks");

let app: TestApp;
let webhook: TestWebhook;
let receiver: Receiver;

beforeEach(async () => {
  app = await createApp();
  webhook = await createWebhook(app, { types: ["code.verified"] });
  receiver = receive(takes);
});

const sendAgain = (id: string | undefined) =>
  admin("POST", `${webhook.path}/deliveries/${id}/redelivery`);

it("a message behind one that was refused says that it is sent when that one is", async () => {
  receiver.answer = refuses;
  await happened(app, 2, "'usr_ada'");
  await everyMinute();
  const [first, second] = await deliveries(webhook);
  expect([first?.attempts, second?.attempts]).toEqual([1, 0]);
  expect(second?.nextAttemptAt).toBe(first?.nextAttemptAt);
});

it("a message keeps its attempts and their answer while it waits behind another", async () => {
  await happened(app, 1, "'usr_ada'");
  await everyMinute();
  receiver.answer = ({ message }) => (message.data.user?.id === "usr_ada" ? refuses() : takes());
  await happened(app, 1, "'usr_ada'");
  await happened(app, 1, "'usr_bob'");
  await everyMinute();
  const before = (await deliveries(webhook)).slice(0, 2);
  expect(before).toMatchObject([{ attempts: 1 }, { attempts: 1, status: 503 }]);
  elapse(HOUR);
  await sendAgain(before[0]?.id);
  const after = await deliveries(webhook);
  expect(after.slice(0, 2)).toMatchObject([{ attempts: 2 }, { attempts: 1, status: 503 }]);
});

it("a message whose event is not in the database any more waits no longer", async () => {
  receiver.answer = refuses;
  await happened(app, 2, "'usr_ada'");
  await everyMinute();
  await env.DB.prepare("DELETE FROM audit_events WHERE type = 'code.verified'").run();
  receiver.answer = takes;
  receiver.received.length = 0;
  for (let times = 0; times < 2; times++) {
    elapse(2 * HOUR);
    await everyMinute();
  }
  expect(await deliveries(webhook)).toEqual([]);
  expect(receiver.received).toEqual([]);
});

it("no more than a hundred messages wait, and the others come from the trail", async () => {
  receiver.answer = refuses;
  for (let times = 0; times < 5; times++) {
    await happened(app, 60, "'usr_ada'");
    await everyMinute();
  }
  const count = "SELECT count(*) AS n FROM webhook_deliveries";
  expect(await env.DB.prepare(count).first("n")).toBe(100);
  receiver.answer = takes;
  receiver.received.length = 0;
  elapse(2 * HOUR);
  await everyMinute();
  expect(idsOf(receiver.received)).toHaveLength(300);
  expectOrdered(receiver.received);
});

it("a webhook says since when nothing has been taken, however often it is tried", async () => {
  receiver.answer = refuses;
  await happened(app, 1);
  await everyMinute();
  const { failingSince } = await shown(webhook);
  expect(failingSince).toBe(new Date().toISOString());
  elapse(HOUR);
  await everyMinute();
  expect(receiver.received).toHaveLength(2);
  expect(await shown(webhook)).toMatchObject({ state: "failing", failingSince });
});

it("a turn that was not given back ends after a minute", async () => {
  const prepare = env.DB.prepare.bind(env.DB);
  const spy = vi.spyOn(env.DB, "prepare").mockImplementation((sql) => {
    if (sql.includes("INTO webhook_deliveries") || sql.includes("SET turn = NULL")) {
      throw new Error("D1_ERROR: gone");
    }
    return prepare(sql);
  });
  await happened(app, 1);
  await everyMinute();
  spy.mockRestore();
  elapse(59);
  await everyMinute();
  expect(receiver.received).toHaveLength(1);
  elapse(1);
  await everyMinute();
  expect(receiver.received).toHaveLength(2);
  expect(await deliveries(webhook)).toMatchObject([{ state: "delivered" }]);
});

/** Refuses the first message from now on, and takes all others. */
function refuseOne(): void {
  let isFirst = true;
  receiver.answer = () => {
    const answer = isFirst ? refuses() : takes();
    isFirst = false;
    return answer;
  };
}

const users = () => receiver.received.map(({ message }) => message.data.user?.id ?? null);

it("an event is not sent while an older one about its user waits", async () => {
  refuseOne();
  await happened(app, 1, "'usr_ada'");
  await happened(app, 1, "'usr_bob'");
  await everyMinute();
  await happened(app, 1, "'usr_ada'");
  await everyMinute();
  expect(users()).toEqual(["usr_ada", "usr_bob"]);
});

it("an event about nobody waits for no other", async () => {
  refuseOne();
  await happened(app, 2, "NULL");
  await everyMinute();
  await happened(app, 1, "NULL");
  await everyMinute();
  expect(users()).toEqual([null, null, null]);
  const [, second] = await deliveries(webhook);
  await sendAgain(second?.id);
  expect(users()).toHaveLength(4);
  expect(receiver.received.at(-1)?.message.id).toBe(second?.id);
});

it("an event that comes before the turn is given back is sent by whoever has had it", async () => {
  const prepare = env.DB.prepare.bind(env.DB);
  let isFirst = true;
  const spy = vi.spyOn(env.DB, "prepare").mockImplementation((sql) => {
    const prepared = prepare(sql);
    if (!isFirst || !sql.includes("SET turn = NULL")) return prepared;
    isFirst = false;
    const bind = prepared.bind.bind(prepared);
    prepared.bind = (...values) => {
      const bound = bind(...values);
      const run = bound.run.bind(bound);
      bound.run = async <T>() => {
        await happened(app, 1);
        return run<T>();
      };
      return bound;
    };
    return prepared;
  });
  await happened(app, 1);
  await everyMinute();
  spy.mockRestore();
  expect(receiver.received).toHaveLength(2);
});

it("a hundred webhooks that fail keep no other from being delivered to", async () => {
  await env.DB.prepare(
    `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100)
     INSERT INTO webhook_endpoints (id, app_id, url, secret, created_at, position)
     SELECT 'a_' || n, app_id, url, 'gone.AAAA', created_at, position FROM webhook_endpoints, numbers`,
  ).run();
  await happened(app, 1);
  await everyMinute();
  expect(receiver.received).toHaveLength(1);
});
