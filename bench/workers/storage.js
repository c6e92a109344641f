/** The service's own statements, for `storage-process.mjs` to run on SQLite in its own process. */

export { actorOf, OPERATOR } from "../../src/core/actor";
export { listEvents } from "../../src/core/audit-trail";
export { loadOverview } from "../../src/core/activity";
export { TASKS } from "../../src/core/cleanup";
export { secretContext } from "../../src/core/evaluate";
export { DEFAULT_SETTINGS } from "../../src/core/policy";
export { listUsers, USER_STATES } from "../../src/core/user-list";
export { verifyCode } from "../../src/core/verify";
export { createApiKey, parseApiKey } from "../../src/crypto/api-key";
export { parseKeyring, seal } from "../../src/crypto/keyring";
