/** What a page costs beside the API that answers the same data: the same Worker, the same person, in turns. */

import { launch } from "./contestants.mjs";
import { measure } from "./measure.mjs";
import { newAccounts, PASSWORD } from "./people.mjs";
import { codeNow } from "./phone.mjs";

const WARM_UP = 200;

/** Somebody with a second factor. */
export function pageAccounts() {
  return { visitor: newAccounts("visitor", 1, { enrolled: true }) };
}

/** The names of apps, which the console's lists show and offer. */
const APPS = { path: "/admin/apps?limit=50", includes: '"items"', by: "token" };

/** By what is shown: the page, and the calls that answer the same; of one's own security the dearest of three. */
const PAIRS = {
  "one's security": {
    page: { path: "/account", includes: "</html>", by: "cookie" },
    api: { path: "/auth/sessions", includes: '"sessions"', by: "cookie" },
  },
  "new backup codes": {
    page: { path: "/account/backup-codes", includes: "</html>", by: "cookie" },
    api: { path: "/auth/backup-codes", includes: '"remaining"', by: "cookie" },
  },
  "30 users": {
    page: { path: "/console/users", includes: "</html>", by: "operator" },
    api: { path: "/admin/users?limit=30", includes: '"items"', by: "token", next: APPS },
  },
  "30 events": {
    page: { path: "/console/audit", includes: "</html>", by: "operator" },
    api: { path: "/admin/audit?limit=30", includes: '"items"', by: "token", next: APPS },
  },
};

/** One connection; each pair in one process, pages and calls in turns. */
export async function comparePages(run, { service, rounds, count, remote }) {
  const { script } = service;
  const worker = await launch(run, { name: "pages", script, remote });
  const headers = await credentials(run, worker);
  const results = [];
  for (const [what, pair] of Object.entries(PAIRS)) {
    const workers = Object.entries(pair).map(([name, target]) => {
      const request = requestFor(target, headers);
      return { ...worker, name, [what]: (times) => Array.from({ length: times }, () => request) };
    });
    for (const one of workers) await run.generator.run(one.port, 1, one[what](WARM_UP));
    for (let round = 1; round <= rounds; round++) {
      results.push(
        ...(await measure(run.generator, workers, { what, concurrency: 1, round, count })),
      );
    }
  }
  await worker.stop();
  return results;
}

function requestFor({ path, includes, by, next }, headers) {
  const request = {
    method: "GET",
    path,
    headers: headers[by],
    expected: { status: 200, includes },
  };
  return next ? { ...request, next: requestFor(next, headers) } : request;
}

/** Both steps of a log-in, the operator's sign-in, and the operator's token. */
async function credentials({ accounts, bindings }, { port }) {
  const [{ email, secret }] = accounts.visitor;
  const ask = (path, type, body) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": type, origin: originFor(path, bindings, port) },
      body,
    });
  const json = (path, body) => ask(path, "application/json", JSON.stringify(body));
  const login = await json("/auth/login", { email, password: PASSWORD, cookie: true });
  const { challengeToken } = await login.json();
  const code = codeNow(secret);
  const person = await json("/auth/challenge", { challengeToken, code, cookie: true });
  const token = bindings.ADMIN_TOKEN;
  const form = new URLSearchParams({ token }).toString();
  const operator = await ask("/console/sign-in", "application/x-www-form-urlencoded", form);
  return {
    cookie: { cookie: cookieOf(person) },
    operator: { cookie: cookieOf(operator) },
    token: { authorization: `Bearer ${token}` },
  };
}

/** The API goes by the configured origin, the pages by the one that they are fetched from. */
function originFor(path, { ISSUER_URL }, port) {
  return path.startsWith("/auth/") ? ISSUER_URL : `http://127.0.0.1:${port}`;
}

function cookieOf(response) {
  const [line] = response.headers.getSetCookie();
  if (line === undefined) throw new Error(`no cookie: ${response.status}`);
  return line.split(";")[0];
}
