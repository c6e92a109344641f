/** Apps and keys, for tests that call the service from outside. */

import { connect, expectStatus } from "./api-client.mjs";

const RETURN_URL = "https://example.com/done";

/** Makes an app, and a key with these scopes or all. Answers the app's id and the key. */
export async function makeApp(baseUrl, adminToken, { settings = {}, ...key } = {}) {
  const { id } = await make(baseUrl, adminToken, "/admin/apps", { name: "Example", settings });
  return { id, ...(await makeKey(baseUrl, adminToken, id, key)) };
}

/** Makes another key. Answers `{ key, keyId }`. */
export async function makeKey(baseUrl, adminToken, appId, input) {
  const { key, id } = await make(baseUrl, adminToken, `/admin/apps/${appId}/keys`, input);
  return { key, keyId: id };
}

/** The variables by which the tests of a client find the service, its app, and the app of somebody else. */
export async function clientSettings(baseUrl, adminToken) {
  const app = await makeApp(baseUrl, adminToken, { settings: { returnUrls: [RETURN_URL] } });
  const signing = await makeKey(baseUrl, adminToken, app.id, { kind: "signing" });
  const other = await makeApp(baseUrl, adminToken);
  return {
    STEPGATE_URL: baseUrl,
    STEPGATE_KEY: app.key,
    STEPGATE_SIGNING_KEY: signing.key,
    STEPGATE_APP: app.id,
    STEPGATE_OTHER_KEY: other.key,
    STEPGATE_RETURN_URL: RETURN_URL,
  };
}

async function make(baseUrl, token, path, json) {
  return expectStatus(201, await connect(baseUrl)("POST", path, { token, json }), path);
}
