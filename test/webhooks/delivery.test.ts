import { describe, expect, it } from "vitest";
import { codeOf, createApp, elapse, enrolled, wrongCodeOf } from "../service";
import { createWebhook, deliveries, idsOf, receive, URL_OF_SHOP, verified } from "./receiver";

describe("an event", () => {
  it("is posted to the app's webhook, signed by the standard, after the answer that it belongs to", async () => {
    const { received } = receive();
    const app = await createApp();
    const webhook = await createWebhook(app);
    const { phone } = await enrolled(app, "ada");
    await app.verify("ada", codeOf(phone));
    expect(received.map(({ message }) => message.type)).toEqual([
      "authenticator.enrolled",
      "authenticator.confirmed",
      "code.verified",
    ]);
    const [first] = received;
    expect(first?.url).toBe(URL_OF_SHOP);
    for (const one of received) {
      expect(verified(webhook.secret, one)).toEqual(one.message);
      expect(one.headers).toMatchObject({
        "content-type": "application/json",
        "webhook-id": one.message.id,
      });
    }
    const last = received.at(-1)?.message;
    expect(last).toMatchObject({
      version: 1,
      data: {
        appId: app.id,
        user: { externalId: "ada" },
        outcome: "success",
        method: "totp",
      },
    });
  });

  it("says whether a code was a backup code, and why a wrong one failed", async () => {
    const { received } = receive();
    const app = await createApp();
    await createWebhook(app, { types: ["code.verified"] });
    const { phone, backupCodes } = await enrolled(app, "ada");
    await app.verify("ada", backupCodes[0]);
    await app.verify("ada", wrongCodeOf(phone));
    expect(received.map(({ message }) => message.data)).toMatchObject([
      { outcome: "success", method: "backup_code", authenticatorId: null },
      { outcome: "failure", method: null, reason: "wrong_code" },
    ]);
  });

  it("is sent to every webhook of its app that wants it, and to none of another app", async () => {
    const { received } = receive();
    const app = await createApp();
    await createWebhook(app, { url: `${URL_OF_SHOP}/all` });
    await createWebhook(app, { url: `${URL_OF_SHOP}/locks`, types: ["user.locked"] });
    await createWebhook(await createApp(), { url: `${URL_OF_SHOP}/other` });
    const { phone } = await enrolled(app, "ada");
    for (let times = 0; times < 5; times++) await app.verify("ada", wrongCodeOf(phone));
    const locks = received.filter(({ url }) => url.endsWith("/locks"));
    expect(locks.map(({ message }) => message.type)).toEqual(["user.locked"]);
    expect(received.filter(({ url }) => url.endsWith("/all"))).toHaveLength(8);
    expect(received).toHaveLength(9);
  });

  it("is in the log of deliveries, with the answer", async () => {
    receive(() => new Response("<b>thanks</b>", { status: 202 }));
    const app = await createApp();
    const webhook = await createWebhook(app, { types: ["code.verified"] });
    const { phone } = await enrolled(app, "ada");
    await app.verify("ada", codeOf(phone));
    expect(await deliveries(webhook)).toMatchObject([
      {
        type: "code.verified",
        state: "delivered",
        attempts: 1,
        status: 202,
        answer: "<b>thanks</b>",
      },
    ]);
  });

  it("of before the webhook was made is not sent", async () => {
    const { received } = receive();
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    await createWebhook(app);
    elapse(30);
    await app.verify("ada", codeOf(phone));
    expect(idsOf(received)).toHaveLength(1);
  });
});
