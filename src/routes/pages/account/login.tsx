/**
 * The pages to log in, with the password and the code if there is a second factor, and to log out.
 */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import {
  answerLogin,
  login,
  openLogin,
  type LoggedIn,
  type Login,
} from "../../../core/account/login";
import { CHALLENGE_LIFE_SECONDS } from "../../../core/policy";
import { logOut } from "../../../core/session/refresh";
import { sendsMail } from "../../../core/mail/send";
import { clientOf } from "../../address";
import type { AppEnv } from "../../context";
import { ownCookie, setOwnCookie } from "../../cookies";
import { CodeText, line } from "../../fields";
import { limitUser } from "../../limits";
import { cookieOf, deviceCookieOf, dropCookie, handOverDevice, handOverLogin } from "../../session";
import { Password } from "../../user/shared";
import { Notice } from "../card";
import { CodeEntry } from "../code-entry";
import { form, isOver, submit, typedIn, type Fault } from "../form-submission";
import { Checkbox } from "../form-choices";
import { Field, Form, PasswordField } from "../form-fields";
import { textsOf } from "../language";
import { show } from "../layout";
import { doneOf } from "../safety";
import { HOME, nextOf } from "./shared";

/** The cookie that holds the challenge of a login between its two pages. */
const CHALLENGE = "stepgate-login";

const LoginForm = z.object({ login: line(254), password: Password });
const CodeForm = z.object({ code: CodeText, trust: z.literal("yes").optional() });

async function loginPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const texts = textsOf(c);
  const { login: t, register } = texts;
  const typed = await typedIn(c);
  return show(c, {
    title: t.title,
    faults,
    content: (
      <>
        {faults.length === 0 && <LoginNotice c={c} />}
        <Form>
          <Field
            name="login"
            label={t.name}
            faults={faults}
            value={typed("login")}
            autocomplete="username"
            required
          />
          <PasswordField t={texts} label={t.password} faults={faults} />
          <button class="main">{t.submit}</button>
        </Form>
        {sendsMail(c.var.deps) && (
          <p class="alone">
            <a href="/account/forgotten">{t.forgotten}</a>
          </p>
        )}
        <p class="alone">
          {t.noAccount} <a href="/account/register">{register.title}</a>
        </p>
      </>
    ),
  });
}

/** Tells people who did not ask for this page why they are here. */
function LoginNotice({ c }: { c: Context<AppEnv> }) {
  const { login: t } = textsOf(c);
  const { next } = c.req.query();
  const done = doneOf(c);
  if (done === "reset") return <Notice kind="good">{t.reset}</Notice>;
  if (done !== undefined) return <Notice kind="good">{t.loggedOut}</Notice>;
  return next === undefined || next === HOME ? null : <Notice>{t.ended}</Notice>;
}

async function codePage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { login: t } = textsOf(c);
  const claims = await openLogin(c.var.deps, ownCookie(c, CHALLENGE) ?? "").catch(() => null);
  if (claims === null && faults.length === 0) return c.redirect("/account/login", 303);
  const typed = await typedIn(c);
  if (isOver(c)) dropChallenge(c);
  return show(c, {
    title: isOver(c) ? t.title : t.codeTitle,
    faults,
    content: (
      <>
        {!isOver(c) && (
          <CodeEntry
            c={c}
            faults={faults}
            lengths={claims?.codeLengths ?? []}
            methods={claims?.methods}
          >
            {claims?.login?.trustedDevices && (
              <Checkbox name="trust" label={t.trust} checked={typed("trust") === "yes"} />
            )}
          </CodeEntry>
        )}
        <p class="alone">
          {isOver(c) ? (
            <a class="button main" href="/account/login">
              {t.submit}
            </a>
          ) : (
            <a href="/account/login">{t.startAgain}</a>
          )}
        </p>
      </>
    ),
  });
}

function dropChallenge(c: Context<AppEnv>): void {
  setOwnCookie(c, CHALLENGE, "", 0, "Strict");
}

/** Goes on after the first step. Registering uses this too. */
export async function goOn(c: Context<AppEnv>, result: Login): Promise<Response> {
  if (result.status === "authenticated") return begin(c, result.loggedIn);
  setOwnCookie(c, CHALLENGE, result.challenge.token, CHALLENGE_LIFE_SECONDS.default, "Strict");
  return c.redirect(`/account/code?next=${encodeURIComponent(nextOf(c))}`, 303);
}

/**
 * Begins a session. The session that this browser had before ends, because its cookie is about to
 * be lost (ASVS 7.2.4).
 */
async function begin(c: Context<AppEnv>, loggedIn: LoggedIn): Promise<Response> {
  await endSession(c);
  await handOverLogin(c, loggedIn);
  return c.redirect(nextOf(c), 303);
}

async function endSession(c: Context<AppEnv>): Promise<void> {
  const cookie = await cookieOf(c);
  if (cookie) await logOut(c.var.deps, { sessionId: cookie.id, secretHash: cookie.hash });
}

export const loginPages = new Hono<AppEnv>()
  .get("/login", (c) => loginPage(c))
  .post("/login", form(LoginForm, loginPage), (c) =>
    submit(c, loginPage, async () => {
      const { login: name, password } = c.req.valid("form");
      const device = await deviceCookieOf(c);
      const input = { name, password, device, client: clientOf(c), holding: "cookie" } as const;
      return goOn(c, await login(c.var.deps, input));
    }),
  )
  .get("/code", (c) => codePage(c))
  .post("/code", form(CodeForm, codePage), (c) =>
    submit(c, codePage, async () => {
      const { code, trust } = c.req.valid("form");
      const { deps } = c.var;
      const claims = await openLogin(deps, ownCookie(c, CHALLENGE) ?? "");
      await limitUser(c.env.USER_LIMIT, claims.userId, deps.now);
      const answer = { code, trustDevice: trust === "yes" };
      const loggedIn = await answerLogin(deps, claims, { ...answer, holding: "cookie" });
      if (loggedIn.deviceToken !== undefined) handOverDevice(c, loggedIn.deviceToken);
      dropChallenge(c);
      return begin(c, loggedIn);
    }),
  )
  .post("/logout", async (c) => {
    await endSession(c);
    dropCookie(c);
    return c.redirect("/account/login?done=logged_out", 303);
  });
