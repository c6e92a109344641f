/** Examples of what the operator sets up at the shop's back end: the webhook that is told, and the hook that is asked. */

import type { Example } from "./examples";
import { AT, OWN_USER_ID } from "./story";
import { EVENT_EXAMPLE } from "./webhooks";

const WEBHOOK_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDZ4OzBzeGQ1M=";
const webhook = {
  id: "whk_k5xw4ylsmv3gqzlb",
  name: null,
  url: "https://shop.example.com/stepgate-events",
  types: ["code.verified", "user.locked"],
  state: "active",
  pausedBecause: null,
  pausedAt: null,
  failingSince: null,
  previousSecretExpiresAt: null,
  createdAt: AT.keyMade,
};
const hook = {
  url: "https://shop.example.com/stepgate-hook",
  failureMode: "closed",
  previousSecretExpiresAt: null,
};
const delivery = {
  id: EVENT_EXAMPLE.id,
  type: EVENT_EXAMPLE.type,
  at: AT.loggedIn,
  userId: OWN_USER_ID,
  state: "delivered",
  attempts: 1,
  lastAttemptAt: AT.loggedIn,
  nextAttemptAt: null,
  status: 204,
  fault: null,
  answer: "",
  milliseconds: 83,
};

/** By operationId. */
export const RECEIVER_EXAMPLES: Record<string, Example> = {
  createWebhook: {
    body: { url: webhook.url, types: webhook.types },
    answers: { 201: { ...webhook, secret: WEBHOOK_SECRET } },
  },
  listWebhooks: { answers: { 200: { items: [webhook] } } },
  getWebhook: { answers: { 200: webhook } },
  updateWebhook: {
    body: { paused: true },
    answers: {
      200: { ...webhook, state: "paused", pausedBecause: "operator", pausedAt: AT.challenged },
    },
  },
  rotateWebhookSecret: {
    answers: {
      200: {
        ...webhook,
        previousSecretExpiresAt: "2027-03-02T10:02:00.000Z",
        secret: WEBHOOK_SECRET,
      },
    },
  },
  testWebhook: { answers: { 200: { status: 204, fault: null, body: "", milliseconds: 83 } } },
  listWebhookDeliveries: { answers: { 200: { items: [delivery], nextCursor: null } } },
  getWebhookDelivery: { answers: { 200: { ...delivery, message: EVENT_EXAMPLE } } },
  redeliverWebhookMessages: { body: { since: AT.enrolled } },
  getHook: { answers: { 200: hook } },
  putHook: {
    body: { url: hook.url, failureMode: hook.failureMode },
    answers: { 200: hook, 201: { ...hook, secret: WEBHOOK_SECRET } },
  },
  rotateHookSecret: {
    answers: {
      200: {
        ...hook,
        previousSecretExpiresAt: "2027-03-02T10:02:00.000Z",
        secret: WEBHOOK_SECRET,
      },
    },
  },
};
