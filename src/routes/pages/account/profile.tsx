/** What somebody is called and logs in with, and the end of their account. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { actorOf } from "../../../core/actor";
import { loadBySession } from "../../../core/load-by-session";
import { changeAccount } from "../../../core/profile";
import { deleteUser } from "../../../core/users";
import type { AppEnv } from "../../context";
import { dropCookie, onPages } from "../../session";
import { Email, PersonName, Username } from "../../user/shared";
import { form, submit, typedIn, type Fault } from "../faults";
import { Field, Form } from "../forms";
import { textsOf } from "../language";
import { show } from "../layout";
import { ask, Back, homeAfter, LogOut } from "./frame";

const none = z.literal("").transform(() => null);
const ProfileForm = z.object({
  email: Email,
  username: z.union([none, Username]),
  personName: z.union([none, PersonName]),
});
const changing = onPages.requireAal2();

async function profilePage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { account } = await loadBySession(c.var.deps, c.var.session);
  const { account: t, register, profile } = textsOf(c);
  const typed = await typedIn(c);
  return show(c, {
    title: t.changeProfile,
    nav: <LogOut c={c} />,
    faults,
    content: (
      <>
        <Form>
          <Field
            name="email"
            label={register.email}
            type="email"
            faults={faults}
            value={typed("email") ?? account.email}
            autocomplete="email"
            required
          />
          <Field
            name="username"
            label={register.username}
            faults={faults}
            value={typed("username") ?? account.username ?? ""}
            autocomplete="username"
          />
          <Field
            name="personName"
            label={profile.name}
            faults={faults}
            value={typed("personName") ?? account.name ?? ""}
            autocomplete="name"
          />
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
  const why = profile.deleteWhy(account.email);
  return ask(c, { title: t.delete, why, act: t.delete, faults });
}

function goodbyePage(c: Context<AppEnv>) {
  const { title, why } = textsOf(c).profile.deleted;
  return show(c, { title, content: <p>{why}</p> });
}

export const profilePages = new Hono<AppEnv>()
  .get("/profile", changing, (c) => profilePage(c))
  .post("/profile", changing, form(ProfileForm, profilePage), (c) =>
    submit(c, profilePage, async () => {
      const { deps, session } = c.var;
      const { personName: name, ...names } = c.req.valid("form");
      const loaded = await loadBySession(deps, session);
      await changeAccount(deps, actorOf(session), loaded, { ...names, name });
      return homeAfter(c, "profile");
    }),
  )
  .get("/delete", changing, (c) => deletionPage(c))
  .post("/delete", changing, (c) =>
    submit(c, deletionPage, async () => {
      const { deps, session } = c.var;
      await deleteUser(deps, actorOf(session), await loadBySession(deps, session));
      dropCookie(c);
      return goodbyePage(c);
    }),
  );
