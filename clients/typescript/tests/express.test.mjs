/** An Express app with a log-in of its own, in the lines that the README shows. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import express from "express";
import session from "express-session";
import { Stepgate } from "stepgate";
import {
  answerErrors,
  begin,
  finish,
  requireSecondFactor,
  stepgate,
  userOf,
} from "stepgate/express";
import { openBrowser } from "./browser.mjs";
import { APP, startFaulty } from "./faulty.mjs";
import { describeLogIn } from "./log-in-cases.mjs";

const servers = [];
let faulty;

before(async () => {
  faulty = await startFaulty();
});
after(async () => {
  await faulty.close();
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
});

function makeApp(client) {
  const app = express();
  app.use(session({ secret: "test", resave: false, saveUninitialized: false }));
  app.use(express.urlencoded({ extended: false }));
  app.use(stepgate(client));
  app.post("/log-in", async (req, res) => {
    res.redirect((await begin(req, req.body.user)) ? "/code" : "/me");
  });
  app.post("/code", async (req, res) => {
    await finish(req, req.body.code);
    res.redirect("/me");
  });
  const guard = requireSecondFactor({ logIn: "/log-in", code: "/code" });
  app.get("/me", guard, (req, res) => res.send(userOf(req)));
  return app;
}

async function listen(app) {
  app.use(answerErrors(() => {}));
  const server = await new Promise((listening) => {
    const started = app.listen(0, "127.0.0.1", () => listening(started));
  });
  servers.push(server);
  const url = `http://127.0.0.1:${server.address().port}`;
  return openBrowser((path, init) => fetch(url + path, { ...init, keepalive: false }));
}

function clientOf(fault) {
  return new Stepgate({ url: `${faulty.url}/${fault}`, key: "sg_key", appId: APP });
}

describe("a log-in in Express", { concurrency: 16 }, () => {
  describeLogIn(
    (client) => listen(makeApp(client)),
    () => faulty.url,
  );

  test("the session is a new one after the password, and after the code", async () => {
    const browser = await listen(makeApp(clientOf("needed+needed")));
    const ids = [];
    for (const form of [{ user: "ada" }, { code: "123456" }]) {
      await browser.send("user" in form ? "/log-in" : "/code", form);
      ids.push(browser.cookies.get("connect.sid"));
    }
    assert.equal(new Set(ids).size, 2);
  });

  test("what else was in the session is gone when somebody logs in", async () => {
    const app = makeApp(clientOf("needed+needed"));
    app.get("/plant", (req, res) => {
      req.session.planted = true;
      res.send("");
    });
    app.get("/session", (req, res) => res.send(Object.keys(req.session).join()));
    const browser = await listen(app);
    await browser.send("/log-in", { user: "ada" });
    await browser.send("/plant");
    await browser.send("/code", { code: "123456" });
    assert.equal((await browser.send("/session")).text, "cookie,stepgate");
  });

  test("a session that something else filled is no log-in", async () => {
    const app = makeApp(clientOf("plain"));
    app.get("/plant", (req, res) => {
      Object.assign(req.session, { userId: "ada", user_id: "ada", stepgate: ["ada"] });
      res.send("");
    });
    const browser = await listen(app);
    await browser.send("/plant");
    assert.equal((await browser.send("/me")).location, "/log-in");
  });

  test("without pages the answer is 401", async () => {
    const app = makeApp(clientOf("plain"));
    app.get("/bare", requireSecondFactor(), (_req, res) => res.send("in"));
    const browser = await listen(app);
    assert.equal((await browser.send("/bare")).status, 401);
  });

  test("without a session, or without the client, nobody comes in", async () => {
    const request = { headers: {}, session: undefined };
    await assert.rejects(begin(request, "ada"), TypeError);
    stepgate(clientOf("plain"))(request, {}, () => {});
    await assert.rejects(begin(request, "ada"), TypeError);
    assert.equal(userOf(request), null);
  });

  test("a store that fails logs nobody in", async () => {
    const broken = { regenerate: (done) => done(new Error("The store is down.")) };
    const request = { headers: {}, session: broken };
    stepgate(clientOf("plain"))(request, {}, () => {});
    await assert.rejects(begin(request, "ada"), /store is down/);
    assert.equal(userOf(request), null);
  });
});
