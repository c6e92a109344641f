/**
 * The accounts of a Stepgate, which the operator imports into. A user is found by user name or
 * e-mail address.
 */

import { expectStatus } from "../api-client.mjs";
import { Refusal } from "../refusal.mjs";

const ACCOUNTS = "/admin/users?appId=accounts&limit=100";

/** Lists all accounts at once, because a search for each row would read every user each time. */
export async function listAccounts(call, token) {
  const accounts = [];
  for (let cursor = ""; cursor !== null;) {
    const page = await call("GET", `${ACCOUNTS}${cursor && `&cursor=${cursor}`}`, { token });
    if (page.status === 401) throw new Refusal("The server has another ADMIN_TOKEN.");
    const { items, nextCursor } = expectStatus(200, page, "Listing the accounts");
    accounts.push(...items);
    cursor = nextCursor;
  }
  const by = (name) => new Map(accounts.map((account) => [account[name], account]));
  return intoAccounts({ email: by("email"), username: by("username") }, token);
}

/** How rows get there: whom a row means, and the call that imports it. */
function intoAccounts(accounts, token) {
  const owners = new Map();
  const find = ({ username, email }) =>
    findAccount([username, email].filter(Boolean).map(normalise), accounts);
  return {
    /** Hears of a row before any is sent. */
    expect: ({ user }) => {
      const { account } = find(user);
      if (!account) return;
      const names = owners.get(account.id) ?? new Set();
      owners.set(account.id, names.add(`${user.username}\n${user.email}`));
    },
    find: ({ user }) => {
      const { account, code } = find(user);
      // In the other system names may differ by capitals alone; here both would be one person.
      if (account && owners.get(account.id)?.size > 1) return { code: "duplicate_user" };
      return { code, path: account && `/admin/users/${account.id}/authenticators` };
    },
    token,
    asked: {},
  };
}

/** Brings a name to one spelling, like the server (src/core/user/login-names.ts). */
function normalise(name) {
  return name.normalize("NFKC").toLowerCase();
}

function isEmail(name) {
  return name.includes("@");
}

/**
 * Finds the one account that fits everything known of the user. Only an e-mail address has an `@`.
 */
function findAccount(names, { email, username }) {
  if (names.length === 0) return { code: "user_not_named" };
  const find = (name) => (isEmail(name) ? email : username).get(name);
  const [account, ...others] = new Set(names.map(find).filter(Boolean));
  if (!account) return { code: "no_such_user" };
  const fits = (name) => {
    const own = isEmail(name) ? account.email : account.username;
    return own === null || own === name;
  };
  return others.length === 0 && names.every(fits) ? { account } : { code: "ambiguous_user" };
}
