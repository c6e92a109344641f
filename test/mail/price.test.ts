/** What mail adds to a sign-in: reads after the answer, and rows only where there is something to tell. */

import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { expect, it } from "vitest";
import worker from "../../src/index";
import { auth, expectJson } from "../account";
import { currentBindings } from "../bindings";
import { metered, type Meter } from "../d1-meter";
import { codeOf, elapse, ORIGIN } from "../service";
import { scene, type Scene } from "./happenings";

/** A network that is known once somebody has signed in from there. */
const HERE = { "cf-connecting-ip": "192.0.2.77" };

/** Answers a log-in's challenge, and measures what goes on after the answer. */
async function afterAnswer(
  { person }: Pick<Scene, "person">,
  code: string,
  settings: object = {},
): Promise<Meter> {
  const { email, password } = person;
  const login = auth("POST", "/login", { body: { email, password }, headers: HERE });
  const { challengeToken } = await expectJson<{ challengeToken: string }>(login, 200);
  const { binding, meter } = metered();
  const bindings = { ...currentBindings(), ...binding, ...settings };
  const post = async () => {
    const context = createExecutionContext();
    const body = JSON.stringify({ challengeToken, code });
    const headers = { "content-type": "application/json", ...HERE };
    const request = new Request(`${ORIGIN}/auth/challenge`, { method: "POST", headers, body });
    const response = await worker.fetch(request, bindings, context);
    const answered = { ...meter };
    await waitOnExecutionContext(context);
    return { response, answered };
  };
  const { response, answered } = await post();
  expect(response.status).toBe(200);
  return {
    roundTrips: meter.roundTrips - answered.roundTrips,
    rowsRead: meter.rowsRead - answered.rowsRead,
    rowsWritten: meter.rowsWritten - answered.rowsWritten,
  };
}

it("a sign-in with a code writes as much as without mail", async () => {
  const given = await scene();
  const without = await afterAnswer(given, codeOf(given.person.phone), { MAIL: "off" });
  elapse(3601);
  await afterAnswer(given, codeOf(given.person.phone));
  elapse(30);
  const { rowsWritten } = await afterAnswer(given, codeOf(given.person.phone));
  expect(rowsWritten).toBe(without.rowsWritten);
});

it("a notice is seven rows: itself with two indexes, the position, and what taking and sending it change", async () => {
  const given = await scene();
  const [first = "", second = ""] = given.person.backupCodes;
  const without = await afterAnswer(given, first, { MAIL: "off" });
  elapse(3601);
  await afterAnswer(given, codeOf(given.person.phone));
  elapse(3601);
  given.mailbox.letters.length = 0;
  const { rowsWritten } = await afterAnswer(given, second);
  expect(given.mailbox.letters).toHaveLength(1);
  expect(rowsWritten - without.rowsWritten).toBe(7);
});
