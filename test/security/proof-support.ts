/** Every change of a user's factors that a key can make, with a proof or without. */

import { expect } from "vitest";
import { codeOf, phoneWith, type EnrolledUser, type TestApp } from "../service";
import { answer, challengeFor } from "./support";

export const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

export type Change = (app: TestApp, ada: EnrolledUser, proof?: object) => Promise<Response>;

export const add: Change = (app, _ada, proof) =>
  app.v1("POST", "/users/ada/authenticators", { body: { proof } });

export const remove: Change = (app, { authenticatorId }, proof) =>
  app.v1("DELETE", `/users/ada/authenticators/${authenticatorId}`, { body: { proof } });

/** By importing a secret. */
const bring =
  (more: () => object): Change =>
  (app, _ada, proof) =>
    app.v1("POST", "/users/ada/authenticators", { body: { proof, secret: SECRET, ...more() } });

export const changes: { name: string; change: Change }[] = [
  { name: "adding an authenticator", change: add },
  { name: "importing a pending one", change: bring(() => ({})) },
  { name: "importing an active one", change: bring(() => ({ active: true })) },
  {
    name: "importing one with its code",
    change: bring(() => ({ code: codeOf(phoneWith(SECRET)) })),
  },
  { name: "removing one", change: remove },
  {
    name: "making new backup codes",
    change: (app, _ada, proof) => app.v1("POST", "/users/ada/backup-codes", { body: { proof } }),
  },
  {
    name: "deleting the user",
    change: (app, _ada, proof) => app.v1("DELETE", "/users/ada", { body: { proof } }),
  },
];

/** The id of a challenge that was answered for a change of factors. */
export async function answered(
  app: TestApp,
  code: string,
  asked: object = { purpose: "factor_change" },
): Promise<string> {
  const { id, token } = await challengeFor(app, "ada", asked);
  expect((await answer(token, code)).status).toBe(200);
  return id;
}
