/** The pages to sign in to the console with the operator's token, and to sign out. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { signIn, signOut } from "../../../core/operator/sessions";
import { Problem } from "../../../problem";
import type { AppEnv } from "../../context";
import { limitFailures } from "../../limits";
import { ownCookie, setOwnCookie } from "../../cookies";
import { Password } from "../../user/shared";
import { Notice } from "../card";
import { form, showProblemIn, type Fault } from "../form-submission";
import { Field, Form } from "../form-fields";
import { textsOf } from "../language";
import { show } from "../layout";
import { doneOf } from "../safety";
import { OPERATOR_COOKIE } from "./shared";
import { HOME, SIGN_IN } from "./paths";

const SignInForm = z.object({ token: Password });

function signInPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { console: t } = textsOf(c);
  const { signIn: words } = t;
  return show(c, {
    title: words.title,
    brand: t.brand,
    home: HOME,
    faults,
    content: (
      <>
        {faults.length === 0 && <Why c={c} />}
        <Form>
          {/* This is for password managers, which keep nothing without a name. */}
          <input type="text" autocomplete="username" value="operator" readonly hidden />
          <Field
            name="token"
            label={words.token}
            hint={words.tokenHint}
            faults={faults}
            type="password"
            autocomplete="current-password"
            maxlength={1024}
            required
            autofocus
          />
          <button class="main">{words.submit}</button>
        </Form>
      </>
    ),
  });
}

/** Tells people who did not ask for this page why they are here. */
function Why({ c }: { c: Context<AppEnv> }) {
  const { signIn: t } = textsOf(c).console;
  const { next } = c.req.query();
  if (doneOf(c) !== undefined) return <Notice kind="good">{t.signedOut}</Notice>;
  return next === undefined || next === HOME ? null : <Notice>{t.ended}</Notice>;
}

/** The page that the operator was on the way to. It never leads out of the console. */
function nextOf(c: Context<AppEnv>): string {
  const next = c.req.query("next") ?? "";
  return /^\/console(\/[\w-]+)*$/.test(next) ? next : HOME;
}

export const signInPages = new Hono<AppEnv>()
  .get("/sign-in", (c) => signInPage(c))
  .post("/sign-in", limitFailures, form(SignInForm, signInPage), async (c) => {
    try {
      const cookie = await signIn(c.var.deps, c.req.valid("form").token);
      setOwnCookie(c, OPERATOR_COOKIE, cookie.value, cookie.maxAgeSeconds, "Strict");
      return c.redirect(nextOf(c), 303);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "unauthorized") throw error;
      const message = textsOf(c).console.signIn.wrong;
      return showProblemIn(c, signInPage, error, [{ field: "token", message }]);
    }
  })
  .post("/sign-out", async (c) => {
    await signOut(c.var.deps, ownCookie(c, OPERATOR_COOKIE) ?? "");
    setOwnCookie(c, OPERATOR_COOKIE, "", 0, "Strict");
    return c.redirect(`${SIGN_IN}?done=signed_out`, 303);
  });
