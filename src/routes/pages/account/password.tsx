/** The pages to change the password, and to prove oneself again with it or with a code. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { loadBySession } from "../../../core/caller/by-session";
import { minPasswordLength } from "../../../core/account/register";
import { changePassword } from "../../../core/account/change-password";
import { stepUp, stepUpWithPassword } from "../../../core/account/step-up";
import { codeLengths, isActive } from "../../../core/user/record";
import { clientOf } from "../../address";
import type { AppEnv } from "../../context";
import { CodeText } from "../../fields";
import { limitUser } from "../../limits";
import { handOver, onPages } from "../../session";
import { Password } from "../../user/shared";
import { CodeEntry } from "../code-entry";
import { form, submit, type Fault } from "../form-submission";
import { Form, NewPasswordField, PasswordField } from "../form-fields";
import { textsOf } from "../language";
import { show } from "../layout";
import { Back, homeAfter, nextOf } from "./shared";
import { ResyncLink } from "./resync";

const ChangeForm = z.object({ currentPassword: Password, newPassword: Password });
/** The form has either a code or a password. */
const ProofForm = z.object({ code: CodeText.optional(), password: Password.optional() });

async function changePage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { app } = await loadBySession(c.var.deps, c.var.session);
  const texts = textsOf(c);
  const { password: t, account } = texts;
  return show(c, {
    title: account.changePassword,
    faults,
    content: (
      <>
        <p>{t.why}</p>
        <Form>
          <PasswordField t={texts} name="currentPassword" label={t.current} faults={faults} />
          <NewPasswordField
            t={texts}
            label={t.new}
            length={minPasswordLength(app.settings)}
            faults={faults}
          />
          <button class="main">{t.submit}</button>
        </Form>
        <Back c={c} />
      </>
    ),
  });
}

/** Asks a user with a second factor for a code, and any other user for the password. */
async function proofPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { authenticators } = await loadBySession(c.var.deps, c.var.session);
  const texts = textsOf(c);
  const { prove: t, login } = texts;
  const lengths = codeLengths(authenticators.filter(isActive));
  const withCode = lengths.length > 0;
  return show(c, {
    title: t.title,
    faults,
    content: (
      <>
        <p>{withCode ? t.whyCode : t.whyPassword}</p>
        {withCode ? (
          <>
            <CodeEntry c={c} faults={faults} lengths={lengths} />
            <ResyncLink c={c} />
          </>
        ) : (
          <Form>
            <PasswordField t={texts} label={login.password} faults={faults} autofocus />
            <button class="main">{texts.next}</button>
          </Form>
        )}
        <Back c={c} />
      </>
    ),
  });
}

export const passwordPages = new Hono<AppEnv>()
  .get("/password", onPages.requireSession(), (c) => changePage(c))
  .post("/password", onPages.requireSession(), form(ChangeForm, changePage), (c) => {
    const act = async () => {
      const { deps, session } = c.var;
      const input = { ...c.req.valid("form"), client: clientOf(c) };
      handOver(c, await changePassword(deps, session, input));
      return homeAfter(c, "password");
    };
    return submit(c, changePage, act, "currentPassword");
  })
  .get("/prove", onPages.requireSession({ enrolment: true }), (c) => proofPage(c))
  .post("/prove", onPages.requireSession({ enrolment: true }), form(ProofForm, proofPage), (c) => {
    const { code = "", password } = c.req.valid("form");
    const act = async () => {
      const { deps, session } = c.var;
      // The limit counts by the mark too. Somebody who knows only the id, which tokens show, uses
      // nothing up.
      await limitUser(c.env.USER_LIMIT, `${session.sessionId}:${session.mark}`, deps.now);
      const credentials =
        password === undefined
          ? await stepUp(deps, session, code)
          : await stepUpWithPassword(deps, session, { password, client: clientOf(c) });
      handOver(c, credentials);
      return c.redirect(nextOf(c), 303);
    };
    return submit(c, proofPage, act, password === undefined ? "code" : "password");
  });
