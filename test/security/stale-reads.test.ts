/** What was read is stale when it is decided: the second look says what there is to say. */

import { beforeEach, expect, it } from "vitest";
import { everywhere } from "../databases";
import { expectJson } from "../account";
import {
  admin,
  bearer,
  codeOf,
  createApp,
  enrolled,
  wrongCodeOf,
  type EnrolledUser,
  type TestApp,
} from "../service";
import { interrupted } from "../interrupted";
import { callOn, rows, storedUser } from "./support";

const SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

let app: TestApp;
let ada: EnrolledUser;
beforeEach(async () => {
  app = await createApp();
  ada = await enrolled(app, "ada");
});

/** An enrolment or an import for her, in the middle of which something happens. */
function enrolWhile(happens: () => Promise<unknown>, body: object): Promise<Response> {
  const headers = bearer(app.key);
  return callOn(interrupted(happens), "POST", "/v1/users/ada/authenticators", { body, headers });
}

const WAYS: [string, () => object][] = [
  ["an import", () => ({ secret: SECRET, active: true })],
  [
    "an import with a right proof",
    () => ({ secret: SECRET, active: true, proof: { code: codeOf(ada.phone) } }),
  ],
  [
    "an import with a wrong proof",
    () => ({ secret: SECRET, active: true, proof: { code: wrongCodeOf(ada.phone) } }),
  ],
  ["an enrolment", () => ({})],
  ["an enrolment with a wrong proof", () => ({ proof: { code: wrongCodeOf(ada.phone) } })],
];
it.each(WAYS)("%s brings no user back who is deleted meanwhile", async (_name, body) => {
  const { id } = await storedUser("ada");
  const response = await enrolWhile(async () => {
    expect((await app.v1("DELETE", "/users/ada")).status).toBe(204);
  }, body());
  const left = await rows<{ id: string }>("SELECT id FROM users");
  expect(left.map((user) => user.id)).not.toContain(id);
  expect(left).toHaveLength(response.ok ? 1 : 0);
});

it("a right token of a reset enrols, though the app's settings changed meanwhile", async () => {
  const { id } = await storedUser("ada");
  const reset = admin("POST", `/users/${id}/reset`, { body: { reason: "Lost phone" } });
  const { rebindToken } = await expectJson<{ rebindToken: string }>(reset, 200);
  const response = await enrolWhile(
    () => everywhere.prepare("UPDATE apps SET epoch = epoch + 1").run(),
    { rebindToken },
  );
  expect(response.status).toBe(201);
});
