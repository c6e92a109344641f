/** What the compiler accepts, and what it does not. Nothing here is run. */

import express from "express";
import session from "express-session";
import { Hono } from "hono";
import { InvalidCode, Locked, type ProblemCode, Refused, Stepgate, type User } from "stepgate";
import * as inExpress from "stepgate/express";
import * as inHono from "stepgate/hono";

const client = new Stepgate({ url: "https://stepgate.example", key: "sg_key", appId: "app_1" });
new Stepgate({ url: "https://h", key: "k", appId: "a", fetch: globalThis.fetch, now: Date.now });
// @ts-expect-error -- the app has to be named
new Stepgate({ url: "https://stepgate.example", key: "sg_key" });
// @ts-expect-error -- the time limit is `timeoutMs`
new Stepgate({ url: "https://stepgate.example", key: "sg_key", appId: "app_1", timeout: 5 });

export async function useCalls(): Promise<User> {
  const isNeeded: boolean = await client.needsCode("ada");
  const { method } = await client.verify("ada", "123456", { visitor: { ip: "192.0.2.1" } });
  const isTotp: boolean = method === "totp" && isNeeded;
  // @ts-expect-error -- a verification has no `valid` that one could forget to look at
  (await client.verify("ada", "123456")).valid;
  // @ts-expect-error -- there is no such method
  const isSms: boolean = method === "sms";
  // @ts-expect-error -- an id is a string
  await client.needsCode(42);
  // @ts-expect-error -- two codes
  await client.resync("ada", ["123456"]);
  // @ts-expect-error -- one of the two
  await client.remove("ada", "auth_1", { proof: { code: "123456", challengeId: "chal_1" } });
  // @ts-expect-error -- one of the two
  await client.remove("ada", "auth_1", { proof: {} });
  // @ts-expect-error -- the challenge has to be named
  await client.verifyAssertion("ey…", { purpose: "login" });
  // @ts-expect-error -- there is no such encoding
  await client.importAuthenticator("ada", { secret: "…", encoding: "base58" });
  const made = await client.importAuthenticator("ada", { secret: "…", encoding: "hex" });
  if (made.status === "pending") made.qr.svg satisfies string;
  else made.backupCodes satisfies readonly string[];
  // @ts-expect-error -- an active one has no secret to show
  made.secret;
  return { ...(await client.status("ada")), known: isTotp && isSms };
}

export function useErrors(error: unknown): string | null {
  if (error instanceof InvalidCode) return String(error.attemptsRemaining);
  if (error instanceof Locked) return error.lockedUntil?.toISOString() ?? null;
  if (error instanceof Refused && error.code === "clock_skew") return error.detail;
  const code: ProblemCode = "not_enrolled";
  // @ts-expect-error -- there is no such problem
  const mistyped: ProblemCode = "not_enroled";
  return code + mistyped;
}

export function useExpress(): express.Express {
  const app = express();
  app.use(session({ secret: "s", resave: false, saveUninitialized: false }));
  app.use(inExpress.stepgate(client));
  app.post("/log-in", async (req, res) => {
    res.redirect((await inExpress.begin(req, "ada")) ? "/code" : "/");
  });
  app.post("/code", async (req, res) => {
    (await inExpress.finish(req, "123456")) satisfies string;
    res.redirect("/");
  });
  const guard = inExpress.requireSecondFactor({ logIn: "/log-in", code: "/code" });
  app.get("/", guard, (req, res) => res.send(inExpress.userOf(req)));
  app.use(inExpress.answerErrors());
  // @ts-expect-error -- no such page
  inExpress.requireSecondFactor({ login: "/log-in" });
  return app;
}

export function useHono(): Hono {
  const app = new Hono();
  app.use(inHono.stepgate(client, { secret: "…" }));
  app.onError(inHono.answerErrors());
  app.post("/log-in", async (c) => c.redirect((await inHono.begin(c, "ada")) ? "/code" : "/"));
  app.post("/code", async (c) => c.text(await inHono.finish(c, "123456")));
  const guard = inHono.requireSecondFactor({ logIn: "/log-in", code: "/code" });
  app.get("/", guard, (c) => c.text(c.var.userId satisfies string));
  // @ts-expect-error -- a secret or a session
  inHono.stepgate(client, {});
  return app;
}
