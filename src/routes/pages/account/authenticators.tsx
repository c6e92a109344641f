/** Adding and removing authenticators. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { loadBySession } from "../../../core/caller/by-session";
import { enrolOwn, showOwn } from "../../../core/authenticator/own-enrolment";
import { confirmOwn } from "../../../core/account/step-up";
import { isActive } from "../../../core/user/record";
import { disableSecondFactor, removeAuthenticator } from "../../../core/authenticator/remove";
import { Problem } from "../../../problem";
import type { AppEnv } from "../../context";
import { CodeText, naming } from "../../fields";
import { handOver, onPages } from "../../session";
import { form, submit, typedIn, type Fault } from "../form-submission";
import { Field, Form } from "../form-fields";
import { textsOf } from "../language";
import { show } from "../layout";
import { AppList, SetUp } from "../set-up";
import { saveCodes } from "./backup-codes";
import { ask, Back, homeAfter } from "./shared";

const NewForm = z.object({ name: z.union([z.literal(""), naming(64)]).optional() });
const CodeForm = z.object({ code: CodeText });
const enrolling = onPages.requireFresh({ enrolment: true });
const changing = onPages.requireFresh();

async function newPage(c: Context<AppEnv>, faults: Fault[] = []) {
  // This asks for a fresh proof before anything is typed.
  await loadBySession(c.var.deps, c.var.session);
  const { setUp: t } = textsOf(c);
  const typed = await typedIn(c);
  return show(c, {
    title: t.title,
    faults,
    content: (
      <>
        <p>{t.start}</p>
        <AppList c={c} />
        <Form>
          <Field
            name="name"
            label={t.name}
            hint={t.nameHint}
            faults={faults}
            value={typed("name")}
            maxlength={64}
          />
          <button class="main">{t.begin}</button>
        </Form>
        <Back c={c} />
      </>
    ),
  });
}

async function setUpPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { deps, session } = c.var;
  const enrolment = await showOwn(deps, session, c.req.param("id") ?? "");
  const t = textsOf(c).setUp;
  return show(c, {
    title: t.title,
    frame: "roomy",
    faults,
    content: (
      <>
        <SetUp c={c} enrolment={enrolment} faults={faults} />
        <p class="alone">
          <a href="/account/new-authenticator">{t.startAgain}</a>
        </p>
        <Back c={c} />
      </>
    ),
  });
}

async function removalPage(c: Context<AppEnv>) {
  const { authenticators } = await loadBySession(c.var.deps, c.var.session);
  const found = authenticators.find(({ id }) => id === c.req.param("id"));
  if (!found) throw new Problem("not_found");
  const { remove: t, account, join } = textsOf(c);
  const isLast = isActive(found) && authenticators.filter(isActive).length === 1;
  const why = isLast ? join({ first: t.why, second: t.last }) : t.why;
  return ask(c, {
    title: t.title({ name: found.name ?? account.unnamed }),
    why,
    act: account.remove,
  });
}

async function offPage(c: Context<AppEnv>) {
  await loadBySession(c.var.deps, c.var.session);
  const { remove: t, account } = textsOf(c);
  return ask(c, { title: t.offTitle, why: t.offWhy, act: account.turnOff });
}

export const authenticatorPages = new Hono<AppEnv>()
  .get("/new-authenticator", enrolling, (c) => newPage(c))
  .post("/new-authenticator", enrolling, form(NewForm, newPage), (c) =>
    submit(c, newPage, async () => {
      const name = c.req.valid("form").name || undefined;
      const { id } = await enrolOwn(c.var.deps, c.var.session, name);
      return c.redirect(`/account/authenticators/${id}`, 303);
    }),
  )
  .get("/authenticators/:id", enrolling, (c) => setUpPage(c))
  .post("/authenticators/:id", enrolling, form(CodeForm, setUpPage), (c) =>
    submit(c, setUpPage, async () => {
      const input = { authenticatorId: c.req.param("id"), code: c.req.valid("form").code };
      const { backupCodes, credentials } = await confirmOwn(c.var.deps, c.var.session, input);
      handOver(c, credentials);
      return backupCodes ? saveCodes(c, backupCodes) : homeAfter(c, "confirmed");
    }),
  )
  .get("/authenticators/:id/remove", changing, removalPage)
  .post("/authenticators/:id/remove", changing, async (c) => {
    const { deps, session } = c.var;
    await removeAuthenticator(deps, session, { authenticatorId: c.req.param("id") });
    return homeAfter(c, "removed");
  })
  .get("/second-factor/off", changing, offPage)
  .post("/second-factor/off", changing, async (c) => {
    await disableSecondFactor(c.var.deps, c.var.session);
    return homeAfter(c, "off");
  });
