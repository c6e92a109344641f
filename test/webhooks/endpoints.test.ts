import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectJson } from "../account";
import { runCron } from "../archive";
import { admin, codeOf, createApp, elapse, enrolled, problemCode, wrongCodeOf } from "../service";
import {
  createWebhook,
  deliveries,
  everyMinute,
  idsOf,
  receive,
  URL_OF_SHOP,
  verified,
  type TestWebhook,
} from "./receiver";

const DAY = 24 * 60 * 60;

describe("the secret", () => {
  it("is shown once, and is not readable in the database", async () => {
    const app = await createApp();
    const webhook = await createWebhook(app);
    expect(webhook.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const shown = [
      await (await admin("GET", webhook.path)).text(),
      await (await admin("GET", `/apps/${app.id}/webhooks`)).text(),
      JSON.stringify((await env.DB.prepare("SELECT * FROM webhook_endpoints").all()).results),
    ].join("\n");
    expect(shown).toContain(webhook.id);
    expect(shown).not.toContain(webhook.secret.slice(6));
  });

  it("can be replaced: for a day both are good, and then the new one alone", async () => {
    const { received } = receive();
    const app = await createApp();
    const webhook = await createWebhook(app);
    const { secret } = await expectJson<TestWebhook>(admin("POST", `${webhook.path}/secret`), 200);
    const { phone } = await enrolled(app, "ada");
    const [first] = received;
    if (!first) throw new Error("nothing was sent");
    for (const one of [secret, webhook.secret]) expect(verified(one, first)).toEqual(first.message);
    elapse(DAY);
    await app.verify("ada", codeOf(phone));
    const last = received.at(-1);
    if (!last) throw new Error("nothing was sent");
    expect(verified(secret, last)).toEqual(last.message);
    expect(() => verified(webhook.secret, last)).toThrow("No matching signature");
  });

  it("of another webhook, an altered body and an old message are refused by the standard's library", async () => {
    const { received } = receive();
    const app = await createApp();
    const webhook = await createWebhook(app);
    const other = await createWebhook(await createApp());
    await enrolled(app, "ada");
    const [one] = received;
    if (!one) throw new Error("nothing was sent");
    expect(() => verified(other.secret, one)).toThrow("No matching signature");
    const altered = { ...one, body: one.body.replace("ada", "bob") };
    expect(() => verified(webhook.secret, altered)).toThrow("No matching signature");
    elapse(6 * 60);
    expect(() => verified(webhook.secret, one)).toThrow("too old");
  });
});

describe("sending again", () => {
  it("sends one message, with the same id", async () => {
    const { received } = receive();
    const app = await createApp();
    const webhook = await createWebhook(app);
    await enrolled(app, "ada");
    const [first] = received;
    const path = `${webhook.path}/deliveries/${first?.message.id}/redelivery`;
    expect((await admin("POST", path)).status).toBe(202);
    expect(received.at(-1)?.message).toEqual(first?.message);
    expect(received).toHaveLength(3);
  });

  it("sends all since a time, also from before there was a webhook", async () => {
    const { received } = receive();
    const app = await createApp();
    elapse(1);
    const since = new Date().toISOString();
    const { phone } = await enrolled(app, "ada");
    const webhook = await createWebhook(app);
    await app.verify("ada", codeOf(phone));
    expect(received).toHaveLength(1);
    const options = { body: { since } };
    expect((await admin("POST", `${webhook.path}/redelivery`, options)).status).toBe(202);
    expect(received.slice(1).map(({ message }) => message.type)).toEqual([
      "authenticator.enrolled",
      "authenticator.confirmed",
      "code.verified",
    ]);
    expect(idsOf(received)).toHaveLength(3);
  });

  it("loses nothing that has not been sent yet, whatever time is given", async () => {
    const { received } = receive();
    const app = await createApp();
    const webhook = await createWebhook(app);
    await admin("PATCH", webhook.path, { body: { paused: true } });
    await enrolled(app, "ada");
    elapse(60 * 60);
    for (const seconds of [-60, 60 * 60]) {
      const since = new Date(Date.now() + seconds * 1000).toISOString();
      await admin("POST", `${webhook.path}/redelivery`, { body: { since } });
    }
    await admin("PATCH", webhook.path, { body: { paused: false } });
    expect(received).toHaveLength(2);
  });

  it("shows what is sent, with the answer", async () => {
    const { received } = receive();
    const app = await createApp();
    const webhook = await createWebhook(app);
    await enrolled(app, "ada");
    const [first] = received;
    const path = `${webhook.path}/deliveries/${first?.message.id}`;
    expect(await expectJson(admin("GET", path), 200)).toMatchObject({
      message: first?.message,
      answer: "thanks",
    });
    expect((await admin("GET", `${webhook.path}/deliveries/evt_1`)).status).toBe(404);
    expect((await admin("GET", `${webhook.path}/deliveries/none`)).status).toBe(404);
  });
});

describe("a webhook", () => {
  it("is tried with a message that is in no log", async () => {
    const { received } = receive(() => new Response("no such page", { status: 404 }));
    const webhook = await createWebhook(await createApp());
    const result = await expectJson(admin("POST", `${webhook.path}/test`), 200);
    expect(result).toMatchObject({ status: 404, fault: null, body: "no such page" });
    expect(received.map(({ message }) => message.type)).toEqual(["webhook.test"]);
    expect(await deliveries(webhook)).toEqual([]);
  });

  it("that is paused is sent nothing, and what it missed when it is resumed", async () => {
    const { received } = receive();
    const app = await createApp();
    const webhook = await createWebhook(app);
    await admin("PATCH", webhook.path, { body: { paused: true } });
    await enrolled(app, "ada");
    await everyMinute();
    expect(received).toEqual([]);
    await admin("PATCH", webhook.path, { body: { paused: false } });
    expect(received).toHaveLength(2);
  });

  it("that is deleted, or whose app is, is sent nothing more, and the clean-up takes its log", async () => {
    const { received } = receive();
    const app = await createApp();
    const webhook = await createWebhook(app);
    await createWebhook(app);
    const { phone } = await enrolled(app, "ada");
    received.length = 0;
    expect((await admin("DELETE", webhook.path)).status).toBe(204);
    expect((await admin("GET", webhook.path)).status).toBe(404);
    await app.verify("ada", codeOf(phone));
    expect(received).toHaveLength(1);
    await admin("DELETE", `/apps/${app.id}`);
    await everyMinute();
    expect(received).toHaveLength(1);
    await runCron();
    for (const table of ["webhook_endpoints", "webhook_deliveries"]) {
      expect(await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first("n")).toBe(0);
    }
  });

  it("has a log of seven days, in which what waits stays", async () => {
    const receiver = receive();
    const app = await createApp();
    const webhook = await createWebhook(app, { types: ["code.verified"] });
    const { phone } = await enrolled(app, "ada");
    await app.verify("ada", codeOf(phone));
    receiver.answer = () => new Response("", { status: 500 });
    await app.verify("ada", wrongCodeOf(phone));
    elapse(7 * DAY + 60);
    await runCron();
    expect(await deliveries(webhook)).toMatchObject([{ state: "waiting" }]);
  });

  it("is one of ten of an app at most, and a repeated call makes no other", async () => {
    const app = await createApp();
    const path = `/apps/${app.id}/webhooks`;
    const options = { body: { url: URL_OF_SHOP }, headers: { "idempotency-key": "once" } };
    expect((await admin("POST", path, options)).status).toBe(201);
    expect(await problemCode(await admin("POST", path, options))).toBe("already_created");
    for (let made = 1; made < 10; made++) await createWebhook(app);
    const refused = await admin("POST", path, { body: { url: URL_OF_SHOP } });
    expect(await problemCode(refused)).toBe("too_many_webhooks");
  });

  it("is one of ten also if more are created at once", async () => {
    const app = await createApp();
    const create = () => admin("POST", `/apps/${app.id}/webhooks`, { body: { url: URL_OF_SHOP } });
    const answers = await Promise.all(Array.from({ length: 12 }, create));
    const refused = answers.filter(({ status }) => status !== 201);
    expect(await Promise.all(refused.map(problemCode))).toEqual(
      Array.from({ length: 2 }, () => "too_many_webhooks"),
    );
  });

  it("of another app is not found", async () => {
    const webhook = await createWebhook(await createApp());
    const { id } = await createApp();
    for (const below of ["", "/deliveries"]) {
      const path = `/apps/${id}/webhooks/${webhook.id}${below}`;
      expect((await admin("GET", path)).status).toBe(404);
    }
    expect((await admin("DELETE", `/apps/${id}/webhooks/${webhook.id}`)).status).toBe(404);
  });
});
