/** The page for a user's names and e-mail address, and for the end of their account. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { loadBySession } from "../../../core/caller/by-session";
import { changeAccount } from "../../../core/account/change-account";
import { deleteUser } from "../../../core/change/delete-user";
import { sendsMail } from "../../../core/mail/send";
import type { AppEnv } from "../../context";
import { printable } from "../../fields";
import { dropCookie, onPages } from "../../session";
import { Email, MailLanguage, PersonName, Username } from "../../user/shared";
import { Select } from "../form-choices";
import { form, submit, typedIn, type Fault } from "../form-submission";
import { Field, Form } from "../form-fields";
import { LANGUAGES, textsOf } from "../language";
import { show } from "../layout";
import { changesIn, Shown, shownField } from "../shown";
import { ask, Back, homeAfter } from "./shared";

/** An empty field removes what was there. */
const none = printable()
  .trim()
  .pipe(z.literal("").transform(() => null));
const ProfileForm = z.object({
  email: Email,
  username: z.union([none, Username]),
  personName: z.union([none, PersonName]),
  language: MailLanguage.optional(),
  ...shownField,
});
const changing = onPages.requireFresh();

async function profilePage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { account } = await loadBySession(c.var.deps, c.var.session);
  const { account: t, register, profile } = textsOf(c);
  const typed = await typedIn(c);
  const { email, username, name: personName } = account;
  // Mail in no known language is in English.
  const language = account.language ?? "en";
  return show(c, {
    title: t.changeProfile,
    faults,
    content: (
      <>
        <Form>
          <Shown c={c} values={{ email, username, personName, language }} />
          <Field
            name="email"
            label={register.email}
            type="email"
            faults={faults}
            value={typed("email") ?? email}
            autocomplete="email"
            maxlength={254}
            required
          />
          <Field
            name="username"
            label={register.username}
            faults={faults}
            value={typed("username") ?? username ?? ""}
            autocomplete="username"
            maxlength={64}
          />
          <Field
            name="personName"
            label={profile.name}
            faults={faults}
            value={typed("personName") ?? personName ?? ""}
            autocomplete="name"
            maxlength={100}
          />
          {sendsMail(c.var.deps) && (
            <Select
              name="language"
              label={profile.language}
              faults={faults}
              value={typed("language") ?? language}
              options={LANGUAGES.map(({ code, language: own }) => [code, own])}
            />
          )}
          <button class="main">{profile.submit}</button>
        </Form>
        <Back c={c} />
      </>
    ),
  });
}

async function deletionPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { account } = await loadBySession(c.var.deps, c.var.session);
  const { account: t, profile } = textsOf(c);
  const why = profile.deleteWhy({ email: account.email });
  return ask(c, { title: t.delete, why, act: t.delete, faults });
}

function goodbyePage(c: Context<AppEnv>) {
  const { title, why } = textsOf(c).profile.deleted;
  const { home } = textsOf(c);
  return show(c, {
    title,
    content: (
      <>
        <p>{why}</p>
        <a class="button whole" href="/">
          {home}
        </a>
      </>
    ),
  });
}

export const profilePages = new Hono<AppEnv>()
  .get("/profile", changing, (c) => profilePage(c))
  .post("/profile", changing, form(ProfileForm, profilePage), (c) =>
    submit(c, profilePage, async () => {
      const { personName: name, ...names } = await changesIn(c.req.valid("form"));
      await changeAccount(c.var.deps, c.var.session, { ...names, name });
      return homeAfter(c, "profile");
    }),
  )
  .get("/delete", changing, (c) => deletionPage(c))
  .post("/delete", changing, (c) =>
    submit(c, deletionPage, async () => {
      await deleteUser(c.var.deps, c.var.session);
      dropCookie(c);
      return goodbyePage(c);
    }),
  );
