/** An app with a back end, which sends its users to the pages behind links, and an empty page for them to come back to. */

import { createServer } from "node:http";
import { expectStatus } from "../../../scripts/api-client.mjs";
import { phoneFor } from "./phone.mjs";

export const SHOP_NAME = "Corner Shop";

/** Calls `use` with it, on a port of its own. */
export async function withShop({ call, adminToken }, use) {
  const server = createServer((_request, response) => response.end());
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    await use(await openShop(call, adminToken, `http://127.0.0.1:${server.address().port}`));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function openShop(call, adminToken, origin) {
  const home = `${origin}/2fa/done`;
  const app = { name: SHOP_NAME, settings: { returnUrls: [home] } };
  const token = adminToken;
  const { id } = await make("/admin/apps", { token, json: app });
  const { key } = await make(`/admin/apps/${id}/keys`, { token, json: {} });
  const returnUrl = `${home}?order=4711`;
  return {
    origin,
    home,
    /** An active authenticator: the phone, and the user's backup codes if it is their first. */
    async enrol(userId, digits) {
      const path = `/v1/users/${userId}/authenticators`;
      const json = { digits, name: `${digits}` };
      const authenticator = await make(path, { token: key, json });
      const phone = phoneFor(authenticator.uri);
      const confirm = `${path}/${authenticator.id}/confirm`;
      const answer = await call("POST", confirm, {
        token: key,
        json: { code: await phone.code() },
      });
      return { phone, backupCodes: expectStatus(200, answer, confirm).backupCodes };
    },
    enrolmentLink: (userId, accountName = "ada@example.com") =>
      make("/v1/enrolment-links", { token: key, json: { userId, accountName, returnUrl } }),
    challengeLink: (userId, purpose) =>
      make("/v1/challenge-links", { token: key, json: { userId, purpose, returnUrl } }),
    redeem: (code) => call("POST", "/v1/challenge-links/redeem", { token: key, json: { code } }),
  };

  async function make(path, given) {
    return expectStatus(201, await call("POST", path, given), path);
  }
}
