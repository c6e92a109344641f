/** The page to make an account. Whoever makes one is logged in. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { getApp } from "../../../core/app/apps";
import { login } from "../../../core/account/login";
import { ACCOUNTS_APP } from "../../../core/policy";
import { minPasswordLength, register } from "../../../core/account/register";
import { Problem } from "../../../problem";
import { clientOf } from "../../address";
import type { AppEnv } from "../../context";
import { Email, Password, Username } from "../../user/shared";
import { form, submit, typedIn, type Fault } from "../form-submission";
import { Field, Form, NewPasswordField } from "../form-fields";
import { languageOf, textsOf } from "../language";
import { show } from "../layout";
import { goOn } from "./login";

const RegistrationForm = z.object({
  email: Email,
  username: z.union([z.literal("").transform(() => undefined), Username]).optional(),
  newPassword: Password,
});

async function registerPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { register: t, login: other } = textsOf(c);
  const { settings } = await getApp(c.var.deps, ACCOUNTS_APP);
  if (settings.registration === "closed") throw new Problem("registration_closed");
  const typed = await typedIn(c);
  return show(c, {
    title: t.title,
    faults,
    content: (
      <>
        <Form>
          <Field
            name="email"
            label={t.email}
            type="email"
            faults={faults}
            value={typed("email")}
            autocomplete="email"
            required
          />
          <Field
            name="username"
            label={t.username}
            faults={faults}
            value={typed("username")}
            autocomplete="username"
          />
          <NewPasswordField
            t={textsOf(c)}
            label={t.password}
            length={minPasswordLength(settings)}
            faults={faults}
          />
          <button class="main">{t.submit}</button>
        </Form>
        <p class="alone">
          {t.haveAccount} <a href="/account/login">{other.title}</a>
        </p>
      </>
    ),
  });
}

export const registerPages = new Hono<AppEnv>()
  .get("/register", (c) => registerPage(c))
  .post("/register", form(RegistrationForm, registerPage), (c) =>
    submit(c, registerPage, async () => {
      const { email, username, newPassword: password } = c.req.valid("form");
      const client = clientOf(c);
      const origin = { actor: "registration", client } as const;
      const names = { email, username, language: languageOf(c) };
      await register(c.var.deps, { ...names, password }, origin);
      const input = { name: email, password, device: null, client };
      return goOn(c, await login(c.var.deps, { ...input, holding: "cookie" }));
    }),
  );
