/** What operators do to webhooks and hooks do to challenges, by the event that it causes. */

import { admin, createApp, enrolled } from "../service";
import { denies, hooked } from "./hooks";
import { createWebhook } from "./receiver";

/** Does something to a new webhook, and gives its path. */
async function ofWebhook(method: string, below = "", body?: object): Promise<string> {
  const { path } = await createWebhook(await createApp());
  await admin(method, `${path}${below}`, body && { body });
  return path;
}

/** A challenge that the app's hook refuses. */
async function denyChallenge(): Promise<void> {
  const app = await createApp();
  await enrolled(app, "ada");
  await hooked(app, denies);
  await app.v1("POST", "/challenges", { body: { userId: "ada" } });
}

export const WEBHOOK_CAUSES = {
  "challenge.denied": denyChallenge,
  "webhook.created": async () => createWebhook(await createApp()),
  "webhook.deleted": () => ofWebhook("DELETE"),
  "webhook.paused": () => ofWebhook("PATCH", "", { paused: true }),
  "webhook.resumed": async () => {
    const path = await ofWebhook("PATCH", "", { paused: true });
    await admin("PATCH", path, { body: { paused: false } });
  },
  "webhook.secret_rotated": () => ofWebhook("POST", "/secret"),
  "webhook.updated": () => ofWebhook("PATCH", "", { name: "Shop" }),
};
