/** Examples of the server API: the shop's back end, and Ada's browser. */

import { Several, type Example } from "./examples";
import {
  APP_ID,
  ASSERTION,
  AT,
  AUTHENTICATOR_ID,
  BACKUP_CODES,
  CODES,
  EMAIL,
  KEY_ID,
  RETURN_URL,
  SECRET,
  USER_ID,
} from "./story";
import { EVENT_EXAMPLE } from "./webhooks";

const proof = { code: CODES["2027-03-01T10:03:10.000Z"] };
const challengeId = "chal_ob2xg43fmuqhizlt";
const linkedChallengeId = "chal_nrxw4zzanfzsa5di";
const tenLeft = { remaining: 10 };

export const authenticator = {
  id: AUTHENTICATOR_ID,
  name: "My phone",
  status: "active",
  createdAt: AT.enrolled,
  confirmedAt: AT.confirmed,
  lastUsedAt: AT.loggedIn,
  driftSteps: 0,
  secretBits: 160,
};

export const enrolment = {
  id: AUTHENTICATOR_ID,
  status: "pending",
  secret: SECRET,
  uri: `otpauth://totp/Example%20Shop:ada%40example.com?secret=${SECRET}&issuer=Example%20Shop`,
  qr: {
    svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 53 53"><path d="M4 4h7v1h-7z"/></svg>',
    png: "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAADUAAAA1AQAAAABe",
    modules: 53,
  },
  expiresAt: AT.enrolmentEnds,
};

export const confirmation = {
  id: AUTHENTICATOR_ID,
  status: "active",
  backupCodes: BACKUP_CODES,
};

export const backupCodes = { backupCodes: BACKUP_CODES };

/** What both APIs and the operator are told of a user. */
export const userStatus = {
  userId: USER_ID,
  twoFactor: true,
  authenticators: [authenticator],
  backupCodes: tenLeft,
  lockedUntil: null,
  capped: false,
  rebindingRequired: false,
  disabled: false,
};

/** By operationId. */
export const SERVER_EXAMPLES: Record<string, Example> = {
  followEvents: {
    answers: { 200: { items: [EVENT_EXAMPLE], next: String(EVENT_EXAMPLE.sequence) } },
  },
  getOwnApp: {
    answers: {
      200: {
        id: APP_ID,
        name: "Example Shop",
        issuer: "Example Shop",
        settings: {
          window: 1,
          failuresBeforeLock: 5,
          allowedOrigins: ["https://shop.example.com"],
          returnUrls: [RETURN_URL],
          requireProof: false,
        },
        key: { id: KEY_ID, name: "Back end", scopes: ["verify", "enrol"], expiresAt: null },
      },
    },
  },
  getUser: { answers: { 200: { appId: APP_ID, known: true, ...userStatus } } },
  enrolAuthenticator: {
    body: { accountName: EMAIL, name: "My phone" },
    answers: {
      200: { status: "importable" },
      201: new Several({ pending: enrolment, active: confirmation }),
    },
  },
  confirmAuthenticator: {
    body: { code: CODES[AT.confirmed] },
    answers: { 200: confirmation },
  },
  removeAuthenticator: { body: { proof } },
  verifyCode: {
    body: { code: CODES[AT.loggedIn], ip: "192.0.2.1", userAgent: "Mozilla/5.0" },
    answers: {
      200: new Several({
        accepted: {
          valid: true,
          method: "totp",
          authenticatorId: AUTHENTICATOR_ID,
          backupCodes: tenLeft,
        },
        refused: { valid: false, attemptsRemaining: 4 },
        locked: { valid: false, attemptsRemaining: 0, lockedUntil: "2027-03-01T10:00:40.000Z" },
      }),
    },
  },
  resyncAuthenticator: {
    body: { codes: [CODES["2027-03-01T10:00:10.000Z"], CODES["2027-03-01T10:00:40.000Z"]] },
    answers: { 200: { authenticatorId: AUTHENTICATOR_ID } },
  },
  rotateBackupCodes: { body: { proof }, answers: { 200: backupCodes } },
  unlockUser: { answers: { 200: { broughtBack: [AUTHENTICATOR_ID] } } },
  deleteUser: { body: { proof } },
  createChallenge: {
    body: {
      userId: USER_ID,
      purpose: "payment:4711",
      displayText: "Pay €25.00 to Example Shop",
      ttlSeconds: 300,
    },
    answers: {
      201: {
        id: challengeId,
        token: "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..dG9rZW4",
        expiresAt: AT.challengeEnds,
        methods: ["totp", "backup_code"],
      },
    },
  },
  answerChallenge: {
    body: {
      token: "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..dG9rZW4",
      code: CODES["2027-03-01T10:02:10.000Z"],
    },
    answers: {
      200: {
        valid: true,
        userId: USER_ID,
        method: "totp",
        assertion: ASSERTION,
        backupCodes: tenLeft,
      },
    },
  },
  createEnrolmentLink: {
    body: { userId: USER_ID, accountName: EMAIL, returnUrl: RETURN_URL },
    answers: {
      201: {
        id: "link_mvxhe33mnrqw22lo",
        url: "https://2fa.example.com/enrol/sgl_mvxhe33mnrqw22lo_onswg4tfoqqhizlyoq",
        expiresAt: AT.enrolmentEnds,
      },
    },
  },
  createChallengeLink: {
    body: {
      userId: USER_ID,
      purpose: "payment:4711",
      displayText: "Pay €25.00 to Example Shop",
      ttlSeconds: 300,
      returnUrl: RETURN_URL,
    },
    answers: {
      201: {
        id: linkedChallengeId,
        url: "https://2fa.example.com/challenge/eyJhbGciOiJkaXIifQ..bGluaw",
        expiresAt: AT.challengeEnds,
        methods: ["totp", "backup_code"],
      },
    },
  },
  redeemChallengeLink: {
    body: { code: "c3RlcGdhdGUtb25lLXRpbWUtY29kZQ" },
    answers: {
      200: {
        id: linkedChallengeId,
        userId: USER_ID,
        method: "totp",
        purpose: "payment:4711",
        assertion: ASSERTION,
      },
    },
  },
  getTime: { answers: { 200: { now: AT.loggedIn, unixSeconds: 1_803_895_210 } } },
  getHealth: { answers: { 200: { status: "ok" } } },
  getReadiness: {
    answers: { 200: { status: "ok", d1: "ok", kv: "ok", keyring: "ok", clock: "ok" } },
  },
  getPublicKeys: {
    answers: {
      200: {
        keys: [
          {
            kty: "EC",
            crv: "P-256",
            alg: "ES256",
            use: "sig",
            kid: "2027-03",
            x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
          },
        ],
      },
    },
  },
};
