/** A small app with a two-factor log-in: Hono, and Stepgate for the second factor. */

import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { csrf } from "hono/csrf";
import { InvalidCode, LogInEnded, Refused, Stepgate } from "stepgate";
import * as stepgate from "stepgate/hono";
import * as pages from "./pages.mjs";
import { checkPassword, emailOf } from "./users.mjs";

const WRONG_CODE = "This code is wrong, expired or already used.";
const FAULTS_OF_PHONE = ["clock_skew", "time_zone", "parameters_ignored", "enrolment_closed"];
const PAGES = {
  "/code": pages.codePage,
  "/set-up": pages.setUpPage,
  "/backup-codes": pages.backupCodesPage,
  "/confirm": pages.confirmPage,
};

const { STEPGATE_URL: url, STEPGATE_KEY: key, STEPGATE_APP: appId, SECRET_KEY, PORT } = process.env;
const client = new Stepgate({ url, key, appId });
await client.check();

const app = new Hono();
// CSRF: hono/csrf compares Origin with the app's own.
app.use(csrf(), async (c, next) => {
  c.header("cache-control", "no-store");
  await next();
});
app.use(stepgate.stepgate(client, { secret: SECRET_KEY }));
app.onError(askAgain);
const guarded = stepgate.requireSecondFactor({ logIn: "/log-in", code: "/code" });

app.get("/log-in", (c) => c.html(pages.logInPage()));
app.post("/log-in", async (c) => {
  const userId = checkPassword(await c.req.parseBody());
  if (userId === null) {
    return c.html(pages.logInPage({ error: "The e-mail or the password is wrong." }), 401);
  }
  return c.redirect((await stepgate.begin(c, userId)) ? "/code" : "/", 303);
});

app.get("/code", (c) => c.html(pages.codePage()));
app.post("/code", async (c) => {
  const { code } = await c.req.parseBody();
  await stepgate.finish(c, code);
  return c.redirect("/", 303);
});

app.get("/", guarded, (c) => c.html(pages.homePage({ email: emailOf(c.var.userId) })));

app.get("/set-up", guarded, async (c) => {
  return c.html(pages.setUpPage({ codeNeeded: await client.needsCode(c.var.userId) }));
});
app.post("/set-up", guarded, async (c) => {
  const { code } = await c.req.parseBody();
  const proof = code === undefined ? undefined : { code };
  const accountName = emailOf(c.var.userId);
  const { id, secret, qr } = await client.enrol(c.var.userId, { accountName, proof });
  return c.html(pages.confirmPage({ id, secret, qr }));
});

app.post("/confirm", guarded, async (c) => {
  const { id, code } = await c.req.parseBody();
  const { backupCodes } = await client.confirm(c.var.userId, id, code);
  return showBackupCodes(c, backupCodes);
});

app.get("/backup-codes", guarded, async (c) => {
  const hasFactor = await client.needsCode(c.var.userId);
  return hasFactor ? c.html(pages.backupCodesPage()) : c.redirect("/set-up", 303);
});
app.post("/backup-codes", guarded, async (c) => {
  const { code } = await c.req.parseBody();
  return showBackupCodes(c, await client.rotateBackupCodes(c.var.userId, { proof: { code } }));
});

app.post("/log-out", async (c) => {
  await stepgate.end(c);
  return c.redirect("/log-in", 303);
});

serve({ fetch: app.fetch, port: Number(PORT ?? 8080) });

/** A second authenticator comes without new ones. */
function showBackupCodes(c, codes) {
  return codes.length > 0 ? c.html(pages.codesPage({ codes })) : c.redirect("/", 303);
}

/** A wrong code shows its page again. Whatever else the service refuses is answered by `answerErrors`. */
async function askAgain(error, c) {
  if (error instanceof LogInEnded) return c.redirect("/log-in", 303);
  const isPhone = error instanceof Refused && FAULTS_OF_PHONE.includes(error.code);
  if (!isPhone && !(error instanceof InvalidCode)) return stepgate.answerErrors()(error, c);
  const { id } = await c.req.parseBody();
  const text = isPhone ? error.title : WRONG_CODE;
  return c.html(PAGES[c.req.path]({ id, error: text }), 422);
}
