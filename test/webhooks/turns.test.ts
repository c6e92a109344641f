/** What happens to an endpoint while somebody has its turn. */

import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { admin, createApp, elapse, type TestApp } from "../service";
import {
  createWebhook,
  deliveries,
  everyMinute,
  happened,
  idsOf,
  receive,
  shown,
  URL_OF_SHOP,
  verified,
  type Received,
  type TestWebhook,
} from "./receiver";

const MINUTE = 60;
/** More than two rounds of sending. */
const BACKLOG = 130;
const OTHER_URL = "https://shop.example.com/other";

let app: TestApp;
let webhook: TestWebhook;

async function withWebhook(input: object = {}): Promise<void> {
  app = await createApp();
  webhook = await createWebhook(app, { types: ["code.verified"], ...input });
}

/** Takes every message, and does something as soon as the first one has come. */
function receiveAnd(act: () => Promise<unknown>, status = 200) {
  let isFirst = true;
  return receive(async () => {
    if (isFirst) {
      isFirst = false;
      await act();
    }
    return new Response("", { status });
  });
}

const change = (body: object) => admin("PATCH", webhook.path, { body });
const userOf = ({ message }: Received) => message.data.user?.id;

describe("a webhook that is changed while messages are sent to it", () => {
  it("is sent no further messages than those under way once it is paused, and misses none", async () => {
    const { received } = receiveAnd(() => change({ paused: true }));
    await withWebhook();
    await happened(app, BACKLOG);
    await everyMinute();
    expect(received.length).toBeLessThanOrEqual(60);
    await change({ paused: false });
    expect(idsOf(received)).toHaveLength(BACKLOG);
  });

  it("is sent the types of from then on, although the turn began with others", async () => {
    const { received } = receiveAnd(async () => {
      await change({ types: null });
      await happened(app, 1, "'usr_bob'", "user.locked");
      await happened(app, 1, "'usr_carol'");
    });
    await withWebhook();
    await happened(app, 1, "'usr_ada'");
    await everyMinute();
    elapse(MINUTE);
    await everyMinute();
    expect(new Set(received.map(userOf))).toEqual(new Set(["usr_ada", "usr_bob", "usr_carol"]));
  });

  it("is called at its new URL, with all that has not been written down", async () => {
    const { received } = receiveAnd(() => change({ url: OTHER_URL }));
    await withWebhook();
    await happened(app, BACKLOG);
    await everyMinute();
    const here = received.filter(({ url }) => url === OTHER_URL);
    expect(idsOf(here)).toHaveLength(BACKLOG);
    expect(received.filter(({ url }) => url === URL_OF_SHOP).length).toBeLessThanOrEqual(60);
  });

  it("signs with its new secret as well from the next round on", async () => {
    let secret = "";
    const { received } = receiveAnd(async () => {
      const answer = await admin("POST", `${webhook.path}/secret`);
      ({ secret } = await answer.json<{ secret: string }>());
    });
    await withWebhook();
    await happened(app, BACKLOG);
    await everyMinute();
    expect(received).toHaveLength(BACKLOG);
    const last = received.at(-1);
    expect(last && verified(secret, last)).toEqual(last?.message);
  });

  it("stays paused by the operator if its receiver says then that it is gone", async () => {
    receiveAnd(() => change({ paused: true }), 410);
    await withWebhook();
    await happened(app, 1);
    await everyMinute();
    expect(await shown(webhook)).toMatchObject({ state: "paused", pausedBecause: "operator" });
    const trail = await (await admin("GET", "/audit?type=webhook.paused")).json();
    expect(trail).toMatchObject({ items: [{ actor: "admin" }] });
  });

  it("gets nothing more once it is deleted, and no log of what was under way", async () => {
    const { received } = receiveAnd(() => admin("DELETE", webhook.path));
    await withWebhook();
    await happened(app, BACKLOG);
    await everyMinute();
    await everyMinute();
    expect(received.length).toBeLessThanOrEqual(60);
    const count = "SELECT count(*) AS n FROM webhook_deliveries";
    expect(await env.DB.prepare(count).first("n")).toBe(0);
  });

  it("is sent all again that an operator asks for meanwhile", async () => {
    const since = new Date().toISOString();
    const { received } = receiveAnd(() =>
      admin("POST", `${webhook.path}/redelivery`, { body: { since } }),
    );
    await withWebhook();
    await happened(app, BACKLOG);
    await everyMinute();
    expect(idsOf(received)).toHaveLength(BACKLOG);
    // What was under way is not written down, and sent again with the rest.
    expect(received).toHaveLength(60 + BACKLOG);
    expect(await deliveries(webhook)).toHaveLength(100);
    const waiting = `${webhook.path}/deliveries?state=waiting`;
    expect(await (await admin("GET", waiting)).json()).toMatchObject({ items: [] });
  });
});

describe("a receiver that is gone for one user and takes what is about others", () => {
  it("is paused at once, and sent no further messages", async () => {
    const { received } = receive((one) =>
      userOf(one) === "usr_1" ? new Response("", { status: 410 }) : new Response("thanks"),
    );
    await withWebhook();
    await happened(app, BACKLOG);
    await everyMinute();
    expect(await shown(webhook)).toMatchObject({ state: "paused", pausedBecause: "failing" });
    expect(received.length).toBeLessThanOrEqual(60);
  });

  it("is paused by the system, not by whoever made the request that delivered", async () => {
    receive(() => new Response("", { status: 410 }));
    await withWebhook({ types: null });
    await app.v1("POST", "/users/ada/authenticators", {
      body: {},
      headers: { "user-agent": "Phone/1", "cf-connecting-ip": "203.0.113.7" },
    });
    const trail = await (await admin("GET", "/audit?type=webhook.paused")).json();
    expect(trail).toMatchObject({ items: [{ actor: "system", ip: null, userAgent: null }] });
  });
});

describe("messages about a user behind one that is refused", () => {
  it("still wait when they are due and it is not", async () => {
    let first: number | null = null;
    const receiver = receive(({ message }) => {
      if (message.data.user?.id !== "usr_ada") return new Response("thanks");
      first ??= message.sequence;
      return new Response("", { status: message.sequence === first ? 503 : 200 });
    });
    await withWebhook();
    await happened(app, 2, "'usr_ada'");
    await happened(app, 1, "'usr_bob'");
    await everyMinute();
    for (let minutes = 0; minutes < 10; minutes++) {
      elapse(MINUTE);
      await happened(app, 1, "'usr_bob'");
      await everyMinute();
    }
    const aboutAda = receiver.received.filter((one) => userOf(one) === "usr_ada");
    expect(aboutAda.length).toBeGreaterThan(2);
    expect(new Set(aboutAda.map(({ message }) => message.sequence))).toEqual(new Set([first]));
  });
});

describe("a receiver that takes nothing", () => {
  it("is asked for one new event, also behind events that have to wait", async () => {
    const { received } = receive(() => new Response("", { status: 503 }));
    await withWebhook();
    await happened(app, 1, "'usr_ada'");
    await everyMinute();
    expect(received).toHaveLength(1);
    await happened(app, 3, "'usr_ada'");
    await happened(app, 20);
    await everyMinute();
    expect(received).toHaveLength(2);
  });

  it("is sent all that waits once it takes something, also behind events that have to wait", async () => {
    const receiver = receive(() => new Response("", { status: 503 }));
    await withWebhook();
    await happened(app, 1, "'usr_ada'");
    await everyMinute();
    receiver.answer = () => new Response("thanks");
    await happened(app, 3, "'usr_ada'");
    await happened(app, 1, "'usr_bob'");
    await everyMinute();
    expect(idsOf(receiver.received)).toHaveLength(5);
  });
});

/** What D1 takes as one value, in bytes. */
const VALUE_BYTES = 2_000_000;

it("what became of two hundred messages is written down at once, whatever they were answered", async () => {
  const receiver = receive();
  await withWebhook();
  await happened(app, 200);
  await everyMinute();
  await env.DB.prepare("UPDATE webhook_deliveries SET state = 'waiting', next_at = 0").run();
  receiver.received.length = 0;
  receiver.answer = () => new Response("\u0001".repeat(4096));
  const prepare = env.DB.prepare.bind(env.DB);
  let longest = 0;
  vi.spyOn(env.DB, "prepare").mockImplementation((sql) => {
    const prepared = prepare(sql);
    const bind = prepared.bind.bind(prepared);
    prepared.bind = (...values) => {
      longest = Math.max(longest, ...values.map((one) => String(one).length));
      return bind(...values);
    };
    return prepared;
  });
  await everyMinute();
  vi.restoreAllMocks();
  expect(longest).toBeGreaterThan(4096);
  expect(longest).toBeLessThan(VALUE_BYTES);
  const count = "SELECT count(*) AS n FROM webhook_deliveries WHERE state = 'delivered'";
  expect(await env.DB.prepare(count).first("n")).toBe(200);
});
