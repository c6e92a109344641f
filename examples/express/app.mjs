/** A small app with a two-factor log-in: Express, and Stepgate for the second factor. */

import express from "express";
import session from "express-session";
import { InvalidCode, LogInEnded, Refused, Stepgate } from "stepgate";
import * as stepgate from "stepgate/express";
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

const app = express();
const cookie = { httpOnly: true, sameSite: "strict" };
app.use(session({ secret: SECRET_KEY, resave: false, saveUninitialized: false, cookie }));
app.use(express.urlencoded(), refuseForeignForms, keepOutOfCaches);
app.use(stepgate.stepgate(client));
const guarded = stepgate.requireSecondFactor({ logIn: "/log-in", code: "/code" });

app.get("/log-in", (req, res) => res.send(pages.logInPage()));
app.post("/log-in", async (req, res) => {
  const userId = checkPassword(req.body);
  if (userId === null) {
    const error = "The e-mail or the password is wrong.";
    res.status(401).send(pages.logInPage({ error }));
  } else {
    res.redirect(303, (await stepgate.begin(req, userId)) ? "/code" : "/");
  }
});

app.get("/code", (req, res) => res.send(pages.codePage()));
app.post("/code", async (req, res) => {
  await stepgate.finish(req, req.body.code);
  res.redirect(303, "/");
});

app.get("/", guarded, (req, res) => {
  res.send(pages.homePage({ email: emailOf(stepgate.userOf(req)) }));
});

app.get("/set-up", guarded, async (req, res) => {
  res.send(pages.setUpPage({ codeNeeded: await client.needsCode(stepgate.userOf(req)) }));
});
app.post("/set-up", guarded, async (req, res) => {
  const userId = stepgate.userOf(req);
  const { code } = req.body ?? {};
  const proof = code === undefined ? undefined : { code };
  const enrolment = await client.enrol(userId, { accountName: emailOf(userId), proof });
  const { id, secret, qr } = enrolment;
  res.send(pages.confirmPage({ id, secret, qr }));
});

app.post("/confirm", guarded, async (req, res) => {
  const { id, code } = req.body;
  const { backupCodes } = await client.confirm(stepgate.userOf(req), id, code);
  showBackupCodes(res, backupCodes);
});

app.get("/backup-codes", guarded, async (req, res) => {
  const hasFactor = await client.needsCode(stepgate.userOf(req));
  if (hasFactor) res.send(pages.backupCodesPage());
  else res.redirect(303, "/set-up");
});
app.post("/backup-codes", guarded, async (req, res) => {
  const { code } = req.body;
  showBackupCodes(res, await client.rotateBackupCodes(stepgate.userOf(req), { proof: { code } }));
});

app.post("/log-out", (req, res) => {
  req.session.destroy(() => res.redirect(303, "/log-in"));
});

app.use(askAgain);
app.use(stepgate.answerErrors());
app.listen(Number(PORT ?? 8080));

/** A second authenticator comes without new ones. */
function showBackupCodes(res, codes) {
  if (codes.length > 0) res.send(pages.codesPage({ codes }));
  else res.redirect(303, "/");
}

/** A wrong code shows its page again. Whatever else the service refuses is answered by `answerErrors`. */
function askAgain(error, req, res, next) {
  const isPhone = error instanceof Refused && FAULTS_OF_PHONE.includes(error.code);
  if (error instanceof LogInEnded) {
    res.redirect(303, "/log-in");
  } else if (isPhone || error instanceof InvalidCode) {
    const text = isPhone ? error.title : WRONG_CODE;
    res.status(422).send(PAGES[req.path]({ id: req.body.id, error: text }));
  } else {
    next(error);
  }
}

/** CSRF: a browser says in Origin whose page sent a form. The cookie is SameSite=Strict too. */
function refuseForeignForms(req, res, next) {
  const [, origin] = (req.get("origin") ?? "").split("://");
  if (req.method === "POST" && origin !== req.get("host")) res.sendStatus(403);
  else next();
}

function keepOutOfCaches(req, res, next) {
  res.set("cache-control", "no-store");
  next();
}
