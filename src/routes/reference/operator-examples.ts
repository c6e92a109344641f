/** Examples of the operator's API: the shop as an app, its key, and help for Ada. */

import type { Example } from "./examples";
import { userStatus } from "./server-examples";
import {
  APP_ID,
  AT,
  AUTHENTICATOR_ID,
  EMAIL,
  KEY_ID,
  OWN_USER_ID,
  RETURN_URL,
  SECRET,
  USER_ID,
} from "./story";
import { RECEIVER_EXAMPLES } from "./receiver-examples";

const settings = {
  window: 1,
  failuresBeforeLock: 5,
  strikeCap: 100,
  allowedOrigins: ["https://shop.example.com"],
  returnUrls: [RETURN_URL],
  requireProof: false,
  registration: "open",
  secondFactor: "optional",
  trustedDevices: false,
};
const brand = {
  displayName: "Example",
  accentColor: "#0b57d0",
  supportUrl: "https://shop.example.com/help",
  logo: { mediaType: "image/svg+xml", path: `/logos/${APP_ID}/5f0c1d2e3b4a5968` },
};
const NO_BRAND = { displayName: null, accentColor: null, supportUrl: null, logo: null };
const app = {
  id: APP_ID,
  name: "Example Shop",
  issuer: "Example Shop",
  settings,
  region: null,
  brand,
  createdAt: AT.appMade,
};
const key = {
  id: KEY_ID,
  prefix: `sg_${KEY_ID}`,
  name: "Back end",
  kind: "bearer",
  scopes: ["verify", "enrol"],
  addresses: ["192.0.2.0/24"],
  createdAt: AT.keyMade,
  expiresAt: null,
  lastUsedAt: null,
};
const identity = { id: OWN_USER_ID, appId: APP_ID, createdAt: AT.enrolled };
const summary = {
  ...identity,
  userId: USER_ID,
  email: null,
  username: null,
  name: null,
  twoFactor: true,
  disabled: false,
  capped: false,
  lockedUntil: null,
};
const detail = { ...identity, ...userStatus, failures: 0, account: null };
const archived = {
  id: "1803808810123000",
  name: "audit/db/2027/02/28/10.000.9f86d081884c7d65.ndjson.gz",
  sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  bytes: 98_204,
  count: 812,
  last: 1_803_812_391_876_000,
};
const reason = "Lost phone; identity checked by video call";
const event = {
  id: 1742,
  at: AT.loggedIn,
  appId: APP_ID,
  userId: OWN_USER_ID,
  type: "code.verified",
  outcome: "success",
  reason: null,
  actor: `key:${KEY_ID}`,
  authenticatorId: AUTHENTICATOR_ID,
  ip: "192.0.2.1",
  userAgent: "Mozilla/5.0",
  requestId: "7f1c2b9e-3a54-4d0e-9c61-52f0a8d3b6e7",
  note: null,
};

function page(item: unknown) {
  return { items: [item], nextCursor: null };
}

/** By operationId. */
export const OPERATOR_EXAMPLES: Record<string, Example> = {
  getDatabases: {
    answers: {
      200: {
        databases: [
          { name: "DB", addedAt: null, restoring: false, buckets: 24_576, users: 412_000 },
          { name: "DB1", addedAt: AT.appMade, restoring: false, buckets: 8192, users: 203_118 },
        ],
        placements: [
          { first: "222", last: "7zz", shard: 1, state: "live", other: null },
          { first: "a22", last: "zzz", shard: 0, state: "live", other: null },
        ],
        unpublished: 0,
      },
    },
  },
  moveBuckets: {
    body: { first: "222", last: "7zz" },
    answers: { 200: { state: "done", first: null, last: null, rows: 0, cursor: null } },
  },
  restoreDatabase: { body: { phase: "begin" } },
  ...RECEIVER_EXAMPLES,
  createApp: {
    body: {
      name: "Example Shop",
      settings: { allowedOrigins: ["https://shop.example.com"], returnUrls: [RETURN_URL] },
    },
    answers: { 201: { ...app, brand: NO_BRAND } },
  },
  listApps: { answers: { 200: page(app) } },
  getApp: { answers: { 200: app } },
  updateApp: {
    body: { settings: { requireProof: true }, brand: { accentColor: "#0b57d0" } },
    answers: { 200: { ...app, settings: { ...settings, requireProof: true } } },
  },
  putLogo: {
    body: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4"/></svg>',
    answers: { 200: app },
  },
  createApiKey: {
    body: { name: "Back end", scopes: ["verify", "enrol"], addresses: ["192.0.2.0/24"] },
    answers: {
      201: { ...key, key: `sg_${KEY_ID}_onswg4tfoqqg6zranbswyzltmvzxgidpmyqgk6dbnvygyzi` },
    },
  },
  listApiKeys: { answers: { 200: { items: [{ ...key, lastUsedAt: AT.loggedIn }] } } },
  listUsers: { answers: { 200: page(summary) } },
  createAccount: {
    body: { email: EMAIL, password: "correct horse battery staple 42", name: "Ada" },
    answers: {
      201: {
        id: OWN_USER_ID,
        email: EMAIL,
        username: null,
        language: null,
        emailProven: false,
        name: "Ada",
        twoFactor: false,
        createdAt: AT.enrolled,
      },
    },
  },
  getUserAsOperator: { answers: { 200: detail } },
  updateUserAsOperator: {
    body: { disabled: true, reason: "Left the company" },
    answers: { 200: { ...detail, disabled: true } },
  },
  resetUser: {
    body: { reason, accountName: EMAIL },
    answers: {
      200: {
        rebindToken: "ojswe2lomqqhi33lmvxa",
        rebindUrl: "https://2fa.example.com/enrol/sgl_ojswe2lomqqhk4tm_onswg4tfoq",
        expiresAt: "2027-03-02T10:00:00.000Z",
      },
    },
  },
  unlockUserAsOperator: {
    body: { reason: "Called from the known number" },
    answers: { 200: { broughtBack: [AUTHENTICATOR_ID] } },
  },
  importAuthenticator: {
    body: { secret: SECRET, name: "My phone", drift: -1, lastStep: 60_129_729 },
    answers: {
      200: { status: "importable" },
      201: { id: AUTHENTICATOR_ID, status: "active" },
    },
  },
  listAuditEvents: { answers: { 200: page(event) } },
  listArchiveObjects: { answers: { 200: page(archived) } },
};
