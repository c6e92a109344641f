/** The decision after a right password: what the README shows, and what the tests run. */

/** Answers "log in" or "ask for a code". Whatever it throws is no log-in. */
export async function afterThePassword(userId, { url, key, appId }) {
  if ((userId ?? "") === "") throw new Error("No log-in: there is no user id.");
  const answer = await fetch(`${url}/v1/users/${encodeURIComponent(userId)}`, {
    headers: { authorization: `Bearer ${key}` },
    redirect: "manual",
    signal: AbortSignal.timeout(5000),
  });
  const user = answer.status === 200 ? await answer.json() : {};
  if (user.appId === appId && user.twoFactor === false) return "log in";
  if (user.appId === appId && user.twoFactor === true) return "ask for a code";
  throw new Error(`No log-in: Stepgate answered ${answer.status}.`);
}
