/** The service's own statements, for `storage-process.mjs` to run on SQLite in its own process. */

export { actorOf, OPERATOR } from "../../src/core/caller/actor";
export { listEvents } from "../../src/core/audit/trail";
export { loadOverview } from "../../src/core/audit/overview";
export { confirm } from "../../src/core/authenticator/confirm";
export { enrol } from "../../src/core/authenticator/enrol";
export { answerChallenge, openChallenge } from "../../src/core/challenge/answer";
export { createChallenge } from "../../src/core/challenge/challenges";
export { TASKS } from "../../src/core/upkeep/cleanup";
export { secretContext } from "../../src/core/code/match";
export { DEFAULT_SETTINGS } from "../../src/core/policy";
export { listUsers, USER_STATES } from "../../src/core/operator/user-list";
export { verifyCode } from "../../src/core/code/verify";
export { createApiKey, parseApiKey } from "../../src/crypto/api-key";
export { parseKeyring, seal } from "../../src/crypto/keyring";
export { ALWAYS, carryOut } from "../../src/db/effect";
export { beginSession, createSecrets } from "../../src/core/session/sessions";
export { createDevice, trustDevice } from "../../src/core/session/trusted-devices";
export { seedAccounts, seedApp, seedUsers } from "./enrolled.js";
