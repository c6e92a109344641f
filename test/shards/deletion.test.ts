/** A user who is deleted leaves no address in any database, wherever they and their link have been. */

import { beforeEach, describe, expect, it } from "vitest";
import { bucketIn } from "../../src/core/shard/bucket";
import { addDatabases, moveBucket, shardOf } from "./support";
import { DATABASES, isMany } from "../databases";
import { expectJson } from "../account";
import { pathOf, settings, type Link } from "../links";
import { rows, storedUser } from "../security/support";
import { admin, codeOf, createApp, phoneWith } from "../service";
import { keyOf, visitor } from "../visitor";

/** The events that name an address or a browser. */
const addresses = () =>
  rows("SELECT type, user_id FROM audit_events WHERE coalesce(ip, user_agent) IS NOT NULL");

describe.runIf(isMany)("a user who came by a link, and is deleted", () => {
  beforeEach(addDatabases);

  it("leaves no address if the link was made in another database than they were", async () => {
    const app = await createApp({ settings });
    const link = await expectJson<Link>(
      app.v1("POST", "/enrolment-links", {
        body: { userId: "ada", accountName: "Ada" },
        headers: { "stepgate-user-ip": "192.0.2.9" },
      }),
      201,
    );
    const bucket = bucketIn(link.id) ?? "";
    await moveBucket(bucket, ((await shardOf(bucket)) + 1) % DATABASES.length);
    const browser = visitor();
    await browser.get(pathOf(link));
    const phone = phoneWith(keyOf(await browser.submit({})));
    await browser.submit({ code: codeOf(phone) });
    const { id } = await storedUser("ada");
    const before = await addresses();
    expect(before).toContainEqual({ type: "link.created", user_id: null });
    expect(before).toContainEqual({ type: "authenticator.confirmed", user_id: id });
    expect((await admin("DELETE", `/users/${id}`)).status).toBe(204);
    expect(await addresses()).toEqual([]);
  });
});
