/**
 * The users of an app with an API key. Each row goes to the user with the id that the app's back end
 * will ask for, who is made with it if there is none.
 */

import { expectStatus } from "../api-client.mjs";
import { Refusal } from "../refusal.mjs";

/** What a row may know of the user, in the order of preference. */
export const USER_FIELDS = ["id", "username", "email"];

/** Checks the key, and answers how rows get there. `by` is the field that is the user id. */
export async function reachApp(call, token, { by }) {
  const answer = await call("GET", "/v1/app", { token });
  if (answer.status === 401) throw new Refusal("The server does not know this STEPGATE_API_KEY.");
  const { scopes = [] } = expectStatus(200, answer, "Asking for the app")?.key ?? {};
  const missing = ["enrol", "import"].filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) throw new Refusal(`The key lacks the scope ${missing.join(" and ")}.`);
  return {
    expect: () => {},
    find: ({ user }) => {
      const id = by ? user[by] : USER_FIELDS.map((name) => user[name]).find(Boolean);
      if (!id) return { code: "user_not_named" };
      return { path: `/v1/users/${encodeURIComponent(id)}/authenticators` };
    },
    token,
    asked: { active: true },
  };
}
