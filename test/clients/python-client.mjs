/** The Python client's own tests, with Flask, Django and FastAPI, against a real server. */

import { clientSettings } from "../../scripts/test-app.mjs";

export const name = "The Python client, with Flask, Django and FastAPI";

export async function run({ baseUrl, adminToken, tools }) {
  await tools.unittest("clients/python", await clientSettings(baseUrl, adminToken));
}
