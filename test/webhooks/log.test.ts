/** The log of deliveries as a list, and what an operator's pause and resumption leave of it. */

import { beforeEach, describe, expect, it } from "vitest";
import { expectJson } from "../account";
import { admin, createApp, elapse, type TestApp } from "../service";
import {
  createWebhook,
  deliveries,
  everyMinute,
  happened,
  receive,
  shown,
  URL_OF_SHOP,
  type Receiver,
  type TestWebhook,
} from "./receiver";

const HOUR = 60 * 60;
const DAY = 24 * HOUR;
const refuses = () => new Response("no", { status: 503 });

let app: TestApp;
let webhook: TestWebhook;
let receiver: Receiver;

beforeEach(async () => {
  app = await createApp();
  webhook = await createWebhook(app, { types: ["code.verified"] });
  receiver = receive();
});

const list = (query: string) =>
  expectJson<{ items: { id: string }[]; nextCursor: string | null }>(
    admin("GET", `${webhook.path}/deliveries?${query}`),
    200,
  );

describe("the log", () => {
  it("comes in pages, the last of which names no other", async () => {
    await happened(app, 4);
    await everyMinute();
    const all = (await deliveries(webhook)).map(({ id }) => id).toReversed();
    const first = await list("limit=2");
    const second = await list(`limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(all);
    expect(second.nextCursor).toBeNull();
  });

  it("shows those alone that wait, or that were delivered", async () => {
    await happened(app, 1);
    await everyMinute();
    receiver.answer = refuses;
    await happened(app, 1);
    await everyMinute();
    const [delivered, waiting] = await deliveries(webhook);
    expect((await list("limit=9&state=delivered")).items).toMatchObject([{ id: delivered?.id }]);
    expect((await list("limit=9&state=waiting")).items).toMatchObject([{ id: waiting?.id }]);
  });

  it("of another webhook is left alone, whatever is asked of this one", async () => {
    const url = `${URL_OF_SHOP}/other`;
    const other = await createWebhook(app, { url, types: ["user.locked"] });
    await happened(app, 1, "'usr_ada'", "user.locked");
    await everyMinute();
    const [one] = await deliveries(other);
    const since = new Date(0).toISOString();
    await admin("POST", `${webhook.path}/redelivery`, { body: { since } });
    expect(await deliveries(other)).toEqual([one]);
    const path = `${webhook.path}/deliveries/${one?.id}`;
    expect((await admin("GET", path)).status).toBe(404);
    expect((await admin("POST", `${path}/redelivery`)).status).toBe(404);
    expect(receiver.received).toHaveLength(1);
  });
});

describe("a webhook that was paused because it failed", () => {
  beforeEach(async () => {
    receiver.answer = refuses;
    await happened(app, 1);
    for (let hours = 0; hours < 27; hours++) {
      await everyMinute();
      elapse(HOUR);
    }
  });

  it("is paused for that although an operator pauses it as well", async () => {
    await admin("PATCH", webhook.path, { body: { paused: true } });
    expect(await shown(webhook)).toMatchObject({ state: "paused", pausedBecause: "failing" });
  });

  it("is tried at once and for another day when it is resumed", async () => {
    const tried = receiver.received.length;
    await admin("PATCH", webhook.path, { body: { paused: false } });
    expect(receiver.received).toHaveLength(tried + 1);
    expect(await shown(webhook)).toMatchObject({ state: "failing" });
  });

  it("has a day more for a message that is asked for", async () => {
    const [one] = await deliveries(webhook);
    await admin("PATCH", webhook.path, { body: { paused: false } });
    elapse(DAY - HOUR);
    await admin("POST", `${webhook.path}/deliveries/${one?.id}/redelivery`);
    elapse(2 * HOUR);
    await everyMinute();
    expect(await shown(webhook)).toMatchObject({ state: "failing" });
  });
});
