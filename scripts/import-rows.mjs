/**
 * Moves rows of another system over, one by one. It finds out whose account each row is, what its
 * secret is, and what the server says to it.
 */

import { expectStatus } from "./api-client.mjs";
import { openFernet } from "./fernet.mjs";
import { Refusal } from "./refusal.mjs";

const ACCOUNTS = "/admin/users?appId=accounts&limit=100";
const NAME = "Imported";

/** A row with one of these codes is as it should be. Any other code is a failure. */
const FINE = new Set(["imported", "importable", "secret_in_use", "not_confirmed"]);

/** The codes that are found here, before the server is asked. */
const MEANINGS = {
  ambiguous_user: "User name and e-mail address do not belong to one account.",
  duplicate_user: "Several rows lead to one account; none of them was imported.",
  no_such_user: "No account has this user name or e-mail address. Make it first.",
  not_confirmed: "Setting up was never finished there, so that the phone may not have it.",
  undecryptable: "Not sealed with this key, or altered.",
  user_not_named: "The row names nobody. Export a dump with --natural-foreign.",
};

/**
 * Imports rows and answers `{ failed, counts, meanings }`. `report` is told of each row with its
 * code. `asked` contains what every call says in addition.
 */
export async function importRows(call, rows, { key, token, asked, report }) {
  const accounts = await listAccounts(call, token);
  const judged = await Promise.all(rows.map((row) => judge(row, accounts, key)));
  refuseDuplicates(judged);
  const outcome = { failed: 0, counts: new Map(), meanings: new Map() };
  for (const [at, { account, secret, code: known }] of judged.entries()) {
    const { code, meaning } = known
      ? { code: known, meaning: MEANINGS[known] }
      : await send(call, account, { token, secret, asked });
    report(rows[at], code);
    outcome.counts.set(code, (outcome.counts.get(code) ?? 0) + 1);
    if (meaning) outcome.meanings.set(code, meaning);
    if (!FINE.has(code)) outcome.failed++;
  }
  return outcome;
}

/** Lists all accounts at once, because a search for each row would read every user each time. */
async function listAccounts(call, token) {
  const accounts = [];
  for (let cursor = ""; cursor !== null;) {
    const page = await call("GET", `${ACCOUNTS}${cursor && `&cursor=${cursor}`}`, { token });
    if (page.status === 401) throw new Refusal("The server has another ADMIN_TOKEN.");
    const { items, nextCursor } = expectStatus(200, page, "Listing the accounts");
    accounts.push(...items);
    cursor = nextCursor;
  }
  const by = (name) => new Map(accounts.map((account) => [account[name], account]));
  return { email: by("email"), username: by("username") };
}

/**
 * What is known of a row before the server is asked: `{ account, secret }`, or the code that ends
 * it, if possible with the account.
 */
async function judge({ names, token, confirmed }, accounts, key) {
  const { account, code } = findAccount(names.map(normalise), accounts);
  if (!confirmed) return { account, code: "not_confirmed" };
  const secret = typeof token === "string" ? await openFernet(key, token.trim()) : null;
  if (secret === null) return { account, code: "undecryptable" };
  return code ? { code } : { account, secret };
}

/** Brings a name to one spelling, like the server (src/core/user/login-names.ts). */
function normalise(name) {
  return name.trim().normalize("NFKC").toLowerCase();
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

/**
 * Marks rows that lead to one account. In the other system names may differ by capitals alone; here
 * both would be one person.
 */
function refuseDuplicates(judged) {
  const first = new Map();
  for (const row of judged.filter(({ account }) => account)) {
    const other = first.get(row.account.id);
    if (other) row.code = other.code = "duplicate_user";
    else first.set(row.account.id, row);
  }
}

async function send(call, { id }, { token, secret, asked }) {
  const json = { secret, name: NAME, ...asked };
  const path = `/admin/users/${id}/authenticators`;
  const { status, body } = await call("POST", path, { token, json });
  if (status === 201) return { code: "imported" };
  if (status === 200) return { code: "importable" };
  return { code: body?.code ?? `status_${status}`, meaning: body?.detail ?? body?.title };
}
