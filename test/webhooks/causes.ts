/** What operators do to webhooks, by the event that it causes. */

import { admin, createApp } from "../service";
import { createWebhook } from "./receiver";

/** Does something to a new webhook, and gives its path. */
async function ofWebhook(method: string, below = "", body?: object): Promise<string> {
  const { path } = await createWebhook(await createApp());
  await admin(method, `${path}${below}`, body && { body });
  return path;
}

export const WEBHOOK_CAUSES = {
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
