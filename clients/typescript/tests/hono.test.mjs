/** A Hono app with a log-in of its own, in the lines that the README shows. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Hono } from "hono";
import { getCookie, setSignedCookie } from "hono/cookie";
import { Stepgate } from "stepgate";
import {
  answerErrors,
  begin,
  end,
  finish,
  requireSecondFactor,
  stepgate,
  userOf,
} from "stepgate/hono";
import { openBrowser } from "./browser.mjs";
import { APP, startFaulty } from "./faulty.mjs";
import { describeLogIn } from "./log-in-cases.mjs";

const SECRET = "0123456789abcdef0123456789abcdef";
let faulty;

before(async () => {
  faulty = await startFaulty();
});
after(() => faulty.close());

function makeApp(client, settings = { secret: SECRET }) {
  const app = new Hono();
  app.use(stepgate(client, settings));
  app.onError(answerErrors(undefined, () => {}));
  app.post("/log-in", async (c) => {
    const { user } = await c.req.parseBody();
    return c.redirect((await begin(c, user)) ? "/code" : "/me");
  });
  app.post("/code", async (c) => {
    const { code } = await c.req.parseBody();
    await finish(c, code);
    return c.redirect("/me");
  });
  app.get("/me", requireSecondFactor({ logIn: "/log-in", code: "/code" }), (c) =>
    c.text(c.var.userId),
  );
  app.get("/end", async (c) => {
    await end(c);
    return c.text(String(await userOf(c)));
  });
  return app;
}

function browse(app, origin = "https://shop.example") {
  return openBrowser(async (path, init) => app.request(`${origin}${path}`, init));
}

function clientOf(fault, changed = {}) {
  return new Stepgate({ url: `${faulty.url}/${fault}`, key: "sg_key", appId: APP, ...changed });
}

/** Sessions on the server, by the id in a cookie. */
function memorySessions(kept = new Map()) {
  const session = (c) => {
    let id = getCookie(c, "id");
    return {
      get: () => kept.get(id),
      set: (logIn) => void kept.set(id, logIn),
      clear() {
        kept.delete(id);
        id = crypto.randomUUID();
        c.header("set-cookie", `id=${id}`, { append: true });
      },
    };
  };
  return { session, kept };
}

describe("a log-in in Hono with signed cookies", { concurrency: 16 }, () => {
  describeLogIn(
    (client) => browse(makeApp(client)),
    () => faulty.url,
  );
});

describe("a log-in in Hono with sessions of the app's own", { concurrency: 16 }, () => {
  describeLogIn(
    (client) => browse(makeApp(client, memorySessions())),
    () => faulty.url,
  );
});

describe("the cookie", () => {
  test("is for https only, for this host only, and not for scripts", async () => {
    const app = makeApp(clientOf("plain"));
    const response = await logInAt(app, "https://shop.example");
    const line = response.headers.getSetCookie().at(-1);
    assert.match(line, /^__Host-second-factor=/);
    for (const word of ["Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"]) {
      assert.ok(line.split("; ").includes(word), word);
    }
    assert.ok(!line.includes("Domain"));
  });

  test("is kept by every browser on this machine", async () => {
    const browser = browse(makeApp(clientOf("plain")), "http://localhost:3000");
    await browser.send("/log-in", { user: "ada" });
    assert.equal((await browser.send("/me")).text, "ada");
  });

  test("that was changed is no log-in", async () => {
    const browser = browse(makeApp(clientOf("plain")));
    await browser.send("/log-in", { user: "ada" });
    const [[name, value]] = browser.cookies;
    browser.cookies.set(name, value.replace("ada", "eve"));
    assert.equal((await browser.send("/me")).location, "/log-in");
  });

  test("that the app signed with the same secret is no log-in", async () => {
    const app = makeApp(clientOf("plain"));
    const planted = JSON.stringify({ logIn: { userId: "ada" }, until: Date.now() + 60_000 });
    app.get("/plant", async (c) => {
      await setSignedCookie(c, "second-factor", planted, SECRET, { prefix: "host", secure: true });
      return c.text("");
    });
    const browser = browse(app);
    await browser.send("/plant");
    assert.ok(browser.cookies.has("__Host-second-factor"));
    assert.equal((await browser.send("/me")).location, "/log-in");
  });

  test("ends with its time, also where the browser keeps it", async () => {
    let moment = Date.now();
    const client = clientOf("plain", { now: () => moment });
    const browser = browse(makeApp(client, { secret: SECRET, lifeSeconds: 60 }));
    await browser.send("/log-in", { user: "ada" });
    moment += 61_000;
    assert.equal((await browser.send("/me")).location, "/log-in");
  });

  test("is deleted by `end`", async () => {
    const browser = browse(makeApp(clientOf("plain")));
    await browser.send("/log-in", { user: "ada" });
    assert.equal((await browser.send("/end")).text, "null");
    assert.equal(browser.cookies.size, 0);
  });

  test("needs a secret that nobody guesses", () => {
    assert.throws(() => stepgate(clientOf("plain"), { secret: "short" }), TypeError);
    assert.throws(() => stepgate(clientOf("plain"), {}), TypeError);
  });
});

test("sessions of the app's own get a new id after the password and after the code", async () => {
  const sessions = memorySessions();
  const browser = browse(makeApp(clientOf("needed+needed"), sessions));
  await browser.send("/log-in", { user: "ada" });
  const first = browser.cookies.get("id");
  await browser.send("/code", { code: "123456" });
  assert.notEqual(browser.cookies.get("id"), first);
  assert.deepEqual([...sessions.kept.values()], [{ userId: "ada" }]);
});

test("the visitor is named in the audit trail", async () => {
  const visitor = (c) => ({ ip: "192.0.2.1", userAgent: c.req.header("user-agent") });
  const browser = browse(makeApp(clientOf("plain+visitor"), { secret: SECRET, visitor }));
  await browser.send("/log-in", { user: "ada" });
  const { headers } = faulty.seen.find(({ path }) => path.startsWith("/plain+visitor/"));
  assert.equal(headers["stepgate-user-ip"], "192.0.2.1");
  assert.equal(headers["stepgate-user-agent"], "Browser");
});

test("errors of others stay theirs", async () => {
  const app = makeApp(clientOf("plain"));
  app.onError(answerErrors((error, c) => c.text(error.message, 418)));
  app.get("/boom", () => {
    throw new Error("boom");
  });
  const response = await app.request("/boom");
  assert.deepEqual([response.status, await response.text()], [418, "boom"]);
});

function logInAt(app, origin) {
  const body = new URLSearchParams({ user: "ada" });
  return app.request(`${origin}/log-in`, { method: "POST", body });
}
