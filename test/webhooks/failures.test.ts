import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { admin, codeOf, createApp, elapse, enrolled, wrongCodeOf, type TestApp } from "../service";
import {
  createWebhook,
  deliveries,
  everyMinute,
  expectOrdered,
  idsOf,
  receive,
  shown,
  type TestWebhook,
} from "./receiver";

const HOUR = 60 * 60;
const DAY = 24 * HOUR;
const down = () => new Response("out of order", { status: 503 });
const up = () => new Response("thanks");

let app: TestApp;
let webhook: TestWebhook;

async function withWebhook(input: object = {}): Promise<void> {
  app = await createApp();
  webhook = await createWebhook(app, { types: ["code.verified"], ...input });
}

/** Wrong codes of this user: an event each. */
async function attempts(userId: string, count: number): Promise<void> {
  const { phone } = await enrolled(app, userId);
  for (let times = 0; times < count; times++) await app.verify(userId, wrongCodeOf(phone));
}

describe("a receiver that is down", () => {
  it("misses nothing: it gets all in order once it is back", async () => {
    const receiver = receive(down);
    await withWebhook();
    await attempts("ada", 3);
    await attempts("bob", 3);
    expect(await shown(webhook)).toMatchObject({ state: "failing" });
    expect((await deliveries(webhook)).every(({ state }) => state === "waiting")).toBe(true);
    receiver.answer = up;
    receiver.received.length = 0;
    elapse(HOUR);
    await everyMinute();
    await everyMinute();
    expect(idsOf(receiver.received)).toHaveLength(6);
    expectOrdered(
      receiver.received.filter(({ message }) => message.data.user?.externalId === "ada"),
    );
    expect(await shown(webhook)).toMatchObject({ state: "active" });
  });

  it("is asked less and less often", async () => {
    const receiver = receive(down);
    await withWebhook();
    await attempts("ada", 1);
    const asked: number[] = [];
    for (let minutes = 0; minutes < 8 * 60; minutes += 5) {
      const before = receiver.received.length;
      elapse(5 * 60);
      await everyMinute();
      if (receiver.received.length > before) asked.push(minutes);
    }
    const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.length).toBeLessThan(18);
    expect(pauses.at(-1)).toBeGreaterThan(40);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(80);
  });

  it("is paused after a day, and the audit trail says so; resumed, it gets what it missed", async () => {
    const receiver = receive(down);
    await withWebhook();
    await attempts("ada", 2);
    for (let hours = 0; hours < 30; hours++) {
      elapse(HOUR);
      await everyMinute();
    }
    expect(await shown(webhook)).toMatchObject({ state: "paused", pausedBecause: "failing" });
    const asked = receiver.received.length;
    await attempts("bob", 1);
    elapse(DAY);
    await everyMinute();
    expect(receiver.received).toHaveLength(asked);
    const trail = await (await admin("GET", `/audit?type=webhook.paused`)).json();
    expect(trail).toMatchObject({
      items: [{ actor: "system", reason: "failing", note: webhook.id }],
    });
    receiver.answer = up;
    receiver.received.length = 0;
    await admin("PATCH", webhook.path, { body: { paused: false } });
    expect(idsOf(receiver.received)).toHaveLength(3);
  });

  it("is paused at once if it says that it is gone", async () => {
    receive(() => new Response("", { status: 410 }));
    await withWebhook();
    await attempts("ada", 1);
    expect(await shown(webhook)).toMatchObject({ state: "paused", pausedBecause: "failing" });
  });

  it.each([
    [
      "answers with a redirect, which is not followed",
      () => Response.redirect("https://shop.example.com/", 307),
      307,
      null,
    ],
    ["answers 400", () => new Response("no", { status: 400 }), 400, null],
    ["cannot be reached", () => Promise.reject(new Error("refused")), null, "no_connection"],
  ])("%s: it has not taken the message", async (_, answer, status, fault) => {
    receive(answer);
    await withWebhook();
    await attempts("ada", 1);
    expect(await deliveries(webhook)).toMatchObject([
      { state: "waiting", attempts: 1, status, fault },
    ]);
  });
});

describe("a slow receiver", () => {
  it("is given up after the time limit, also in the middle of its answer", async () => {
    const start = setTimeout;
    const spy = vi
      .spyOn(globalThis, "setTimeout")
      .mockImplementation((run, delay) => start(run, delay === 10_000 ? 20 : delay));
    const receiver = receive(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => reject(new Error("aborted")));
        }),
    );
    await withWebhook();
    await attempts("ada", 1);
    receiver.answer = () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
    await attempts("bob", 1);
    expect(spy).toHaveBeenCalledWith(expect.anything(), 10_000);
    expect(await deliveries(webhook)).toMatchObject([
      { state: "waiting", fault: "no_answer_in_time" },
      { state: "waiting", fault: "no_answer_in_time" },
    ]);
    spy.mockRestore();
  });

  it("is read no further than 4 KiB", async () => {
    let sent = 0;
    const chunk = new Uint8Array(1024).fill(97);
    const endless = () =>
      new ReadableStream({
        pull: (controller) => {
          sent += 1;
          controller.enqueue(chunk);
        },
      });
    receive(() => new Response(endless()));
    await withWebhook();
    await attempts("ada", 1);
    const [one] = await deliveries(webhook);
    expect(one).toMatchObject({ state: "delivered", answer: "a".repeat(4096) });
    expect(sent).toBeLessThan(10);
  });
});

describe("one message that is never taken", () => {
  it("holds up those about the same user, and no others", async () => {
    const receiver = receive(({ message }) =>
      message.data.user?.externalId === "ada" ? down() : up(),
    );
    await withWebhook();
    await attempts("ada", 2);
    await attempts("bob", 2);
    const states = (await deliveries(webhook)).map(({ state }) => state);
    expect(states).toEqual(["waiting", "waiting", "delivered", "delivered"]);
    receiver.answer = up;
    receiver.received.length = 0;
    elapse(HOUR);
    await everyMinute();
    expect(receiver.received.map(({ message }) => message.data.user?.externalId)).toEqual([
      "ada",
      "ada",
    ]);
    expectOrdered(receiver.received);
  });
});

describe("a crash", () => {
  const STEPS = ["take the turn", "after sending", "give the turn back"] as const;

  it.each(STEPS)("at the step: %s, loses nothing", async (step) => {
    const receiver = receive();
    await withWebhook();
    const { phone } = await enrolled(app, "ada");
    elapse(30);
    const { DB } = env;
    const fails = (sql: string) =>
      ({
        "take the turn": /SET turn = \?/,
        "after sending": /INTO webhook_deliveries/,
        "give the turn back": /SET turn = NULL/,
      })[step].test(sql);
    const prepare = DB.prepare.bind(DB);
    const spy = vi.spyOn(DB, "prepare").mockImplementation((sql) => {
      if (fails(sql)) throw new Error("D1_ERROR: gone");
      return prepare(sql);
    });
    await app.verify("ada", codeOf(phone));
    expect(spy).toHaveBeenCalled();
    spy.mockRestore();
    elapse(60);
    await everyMinute();
    expect(idsOf(receiver.received)).toHaveLength(1);
    expect(await deliveries(webhook)).toMatchObject([{ state: "delivered" }]);
  });
});

describe("ten thousand events", () => {
  it("are delivered, each of them, in the order of each user", async () => {
    const receiver = receive();
    await withWebhook({ types: null });
    await env.DB.prepare(
      `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
       INSERT INTO audit_events (id, app_id, user_id, type, outcome, actor)
       SELECT (SELECT max(id) FROM audit_events) + n, ?1, 'usr_' || (n % 100), 'code.verified', 'success', 'login'
       FROM numbers`,
    )
      .bind(app.id)
      .run();
    for (let runs = 0; runs < 10; runs++) await everyMinute();
    expect(idsOf(receiver.received)).toHaveLength(10_000);
    const byUser = Map.groupBy(receiver.received, ({ message }) => message.data.user?.id);
    for (const own of byUser.values()) expectOrdered(own);
  });
});
