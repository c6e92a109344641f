/** The page on which the operator creates an account, even if registration is closed. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { getApp } from "../../../core/app/apps";
import { minPasswordLength, register } from "../../../core/account/register";
import { ACCOUNTS_APP } from "../../../core/policy";
import type { AppEnv } from "../../context";
import { Email, Password, PersonName, Username } from "../../user/shared";
import { form, submit, typedIn, type Fault } from "../form-submission";
import { Field, Form, NewPasswordField } from "../form-fields";
import { textsOf } from "../language";
import { goTo, optional, showConsole } from "./shared";
import { HOME } from "./paths";

const NewForm = z.object({
  email: Email,
  username: optional(Username),
  personName: optional(PersonName),
  newPassword: Password,
});

async function newPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const texts = textsOf(c);
  const { settings } = await getApp(c.var.deps, ACCOUNTS_APP);
  const typed = await typedIn(c);
  const { register: words, console: t } = texts;
  const shared = { faults, autocomplete: "off" } as const;
  return showConsole(c, {
    title: t.account.create,
    faults,
    content: (
      <div class="narrow stack">
        <p>{t.account.why}</p>
        <Form>
          <Field
            {...shared}
            name="email"
            label={words.email}
            type="email"
            value={typed("email")}
            required
          />
          <Field {...shared} name="username" label={words.username} value={typed("username")} />
          <Field
            {...shared}
            name="personName"
            label={texts.profile.name}
            value={typed("personName")}
            maxlength={100}
          />
          <NewPasswordField
            t={texts}
            label={words.password}
            length={minPasswordLength(settings)}
            faults={faults}
          />
          <button class="main">{words.submit}</button>
        </Form>
        <p>
          <a href={`${HOME}/users`}>{texts.cancel}</a>
        </p>
      </div>
    ),
  });
}

export const newAccountPages = new Hono<AppEnv>()
  .get("/new-account", (c) => newPage(c))
  .post("/new-account", form(NewForm, newPage), (c) =>
    submit(c, newPage, async () => {
      const { personName: name, newPassword: password, ...names } = c.req.valid("form");
      const input = { ...names, name, password };
      const { id } = await register(c.var.deps, input, { actor: "admin" });
      return goTo(c, `/users/${id}`, "account_created");
    }),
  );
