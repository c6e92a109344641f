/**
 * The pages for somebody who has forgotten their password. They say the same for every address, and none of
 * them has an address or a code in its URL.
 */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { resetPassword, sendPasswordCode } from "../../../core/account/forgotten-password";
import { minPasswordLength } from "../../../core/account/register";
import { getApp } from "../../../core/app/apps";
import { ACCOUNTS_APP } from "../../../core/policy";
import { clientOf } from "../../address";
import type { AppEnv } from "../../context";
import { MailedCode } from "../../user/mail";
import { Email, Password } from "../../user/shared";
import { MailedCodeField } from "../code-field";
import { form, submit, typedIn, type Fault } from "../form-submission";
import { Field, Form, NewPasswordField } from "../form-fields";
import { textsOf } from "../language";
import { show } from "../layout";
import { Back, requireMail } from "./shared";

const FORGOTTEN = "/account/forgotten";
const LOGIN = "/account/login";

const AddressForm = z.object({ email: Email });
const ResetForm = z.object({ email: Email, mailedCode: MailedCode, newPassword: Password });

async function addressPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { login, register, forgotten: t } = textsOf(c);
  const typed = await typedIn(c);
  return show(c, {
    title: login.forgotten,
    faults,
    content: (
      <>
        <p>{t.why}</p>
        <Form action={FORGOTTEN}>
          <Field
            name="email"
            label={register.email}
            type="email"
            faults={faults}
            value={typed("email")}
            autocomplete="username"
            maxlength={254}
            required
          />
          <button class="main">{t.submit}</button>
        </Form>
        <Back c={c} to={LOGIN} />
      </>
    ),
  });
}

/** Follows the form with the address, which it has too, in a field that only programs see. */
async function resetPage(c: Context<AppEnv>, faults: Fault[] = []) {
  if (faults.some(({ field }) => field === "email")) return addressPage(c, faults);
  const texts = textsOf(c);
  const { forgotten: t, password } = texts;
  const { settings } = await getApp(c.var.deps, ACCOUNTS_APP);
  const email = (await typedIn(c))("email") ?? "";
  return show(c, {
    title: t.title,
    faults,
    content: (
      <>
        <p>{t.sent({ email })}</p>
        <p>{t.then}</p>
        <Form action={`${FORGOTTEN}/code`}>
          {/* Password managers keep the new password under this name. */}
          <input type="text" name="email" autocomplete="username" value={email} readonly hidden />
          <MailedCodeField t={texts} faults={faults} sends={false} />
          <NewPasswordField
            t={texts}
            label={password.new}
            length={minPasswordLength(settings)}
            faults={faults}
          />
          <button class="main">{t.set}</button>
        </Form>
        <p class="alone">
          <a href={FORGOTTEN}>{t.again}</a>
        </p>
        <Back c={c} to={LOGIN} />
      </>
    ),
  });
}

export const forgottenPages = new Hono<AppEnv>()
  .use("/forgotten/*", requireMail)
  .get("/forgotten", (c) => addressPage(c))
  .post("/forgotten", form(AddressForm, addressPage), (c) =>
    submit(c, addressPage, async () => {
      await sendPasswordCode(c.var.deps, c.req.valid("form").email, clientOf(c));
      return resetPage(c);
    }),
  )
  // The choice of language leads here, where the form is gone.
  .get("/forgotten/code", (c) => c.redirect(FORGOTTEN, 303))
  .post("/forgotten/code", form(ResetForm, resetPage), (c) =>
    submit(c, resetPage, async () => {
      const { mailedCode: code, ...typed } = c.req.valid("form");
      await resetPassword(c.var.deps, { ...typed, code, client: clientOf(c) });
      return c.redirect(`${LOGIN}?done=reset`, 303);
    }),
  );
