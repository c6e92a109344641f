/** Examples of the user API: Ada's own account at the service. */

import { Several, type Example } from "./examples";
import { authenticator, backupCodes, confirmation, enrolment } from "./server-examples";
import { AT, AUTHENTICATOR_ID, CODES, EMAIL, OWN_USER_ID } from "./story";

const password = "correct horse battery staple 42";
const account = {
  id: OWN_USER_ID,
  email: EMAIL,
  username: "ada",
  name: "Ada",
  language: "en",
  emailProven: true,
  twoFactor: true,
  createdAt: AT.enrolled,
};
const tokens = {
  accessToken: "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
  expiresIn: 300,
  refreshToken: "sgr_onsxg43jn5xca2le_onswg4tfoqqhi2dfebzwk43t_nzsxozltoqqhi2df",
};
const { refreshToken } = tokens;
const challengeToken = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..bG9naW4";
const loggedIn = { ...tokens, status: "authenticated", user: account };
const place = { ip: "192.0.2.1", userAgent: "Mozilla/5.0" };
const life = {
  createdAt: AT.loggedIn,
  lastUsedAt: AT.challenged,
  expiresAt: "2027-03-31T10:00:10.000Z",
};
const stepUpCode = CODES["2027-03-01T10:01:10.000Z"];

/** By operationId. */
export const ACCOUNT_EXAMPLES: Record<string, Example> = {
  register: {
    body: { email: EMAIL, password, username: "ada", name: "Ada", language: "en" },
    answers: { 201: { user: { ...account, emailProven: false, twoFactor: false } } },
  },
  sendEmailCode: {},
  proveEmail: { body: { code: "40261759" }, answers: { 200: account } },
  sendPasswordCode: { body: { email: EMAIL } },
  resetMyPassword: { body: { email: EMAIL, code: "40261759", newPassword: password } },
  logIn: {
    body: { email: EMAIL, password },
    answers: {
      200: new Several({
        secondFactorRequired: {
          status: "second_factor_required",
          challengeToken,
          methods: ["totp", "backup_code"],
          expiresAt: AT.challengeEnds,
        },
        loggedIn,
      }),
    },
  },
  answerLogInChallenge: {
    body: { challengeToken, code: CODES[AT.loggedIn] },
    answers: { 200: { ...loggedIn, backupCodes: { remaining: 10 } } },
  },
  refreshTokens: { body: { refreshToken }, answers: { 200: tokens } },
  logOut: { body: { refreshToken } },
  listMyAuthenticators: { answers: { 200: { authenticators: [authenticator] } } },
  enrolMyAuthenticator: { body: { name: "My phone" }, answers: { 201: enrolment } },
  confirmMyAuthenticator: {
    body: { code: CODES[AT.confirmed] },
    answers: { 200: { ...tokens, ...confirmation } },
  },
  renameMyAuthenticator: {
    body: { name: "My old phone" },
    answers: { 200: { ...authenticator, name: "My old phone" } },
  },
  resyncMyAuthenticator: {
    body: { codes: [CODES["2027-03-01T10:00:10.000Z"], CODES["2027-03-01T10:00:40.000Z"]] },
    answers: { 200: { authenticatorId: AUTHENTICATOR_ID } },
  },
  countMyBackupCodes: { answers: { 200: { remaining: 3, warning: "few_left" } } },
  rotateMyBackupCodes: { answers: { 200: backupCodes } },
  getMyAccount: { answers: { 200: account } },
  updateMyAccount: { body: { name: "Ada" }, answers: { 200: account } },
  changeMyPassword: {
    body: { currentPassword: password, newPassword: "nine purple umbrellas at noon" },
    answers: { 200: tokens },
  },
  secureMyAccount: {
    body: { currentPassword: password, newPassword: "nine purple umbrellas at noon" },
    answers: { 200: { ...tokens, ...backupCodes } },
  },
  stepUp: { body: { code: stepUpCode }, answers: { 200: tokens } },
  listMySessions: {
    answers: {
      200: {
        sessions: [{ ...place, ...life, id: "ses_onsxg43jn5xca2le", current: true, aal: 2 }],
      },
    },
  },
  listMyActivity: {
    answers: {
      200: {
        items: [
          {
            ...place,
            id: Date.parse(AT.loggedIn) * 1000,
            at: AT.loggedIn,
            type: "sign_in.completed",
            outcome: "success",
            by: "user",
            method: "totp",
            authenticator: { id: AUTHENTICATOR_ID, name: "My phone" },
          },
          {
            ...place,
            ip: "198.51.100.9",
            id: Date.parse(AT.enrolled) * 1000,
            at: AT.enrolled,
            type: "sign_in.password",
            outcome: "failure",
            by: "user",
            method: null,
            authenticator: null,
          },
        ],
        nextCursor: null,
      },
    },
  },
  listMyDevices: {
    answers: { 200: { devices: [{ ...place, ...life, id: "dev_mrsxm2ldmuqhi2lf" }] } },
  },
};
