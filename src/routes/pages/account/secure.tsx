/** The page for a user who sees in their activity what they have not done. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { loadForNewPassword, secureAccount } from "../../../core/account/change-password";
import { minPasswordLength } from "../../../core/account/register";
import { isActive } from "../../../core/user/record";
import { clientOf } from "../../address";
import type { AppEnv } from "../../context";
import { handOverLogin, onPages } from "../../session";
import { Password } from "../../user/shared";
import { form, submit, type Fault } from "../form-submission";
import { Form, NewPasswordField, PasswordField } from "../form-fields";
import { textsOf } from "../language";
import { show } from "../layout";
import { saveCodes } from "./backup-codes";
import { ACTIVITY, Back, homeAfter } from "./shared";

export const SECURE = "/account/secure";

const SecureForm = z.object({ currentPassword: Password, newPassword: Password });

/** Asks for the proof of a second factor first, so that nothing that was typed is lost by it. */
async function securePage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { app, authenticators } = await loadForNewPassword(c.var.deps, c.var.session);
  const texts = textsOf(c);
  const { password, secure: t } = texts;
  return show(c, {
    title: t.title,
    faults,
    content: (
      <>
        <p>{t.why({ codes: authenticators.some(isActive) ? "yes" : "other" })}</p>
        <Form>
          <PasswordField
            t={texts}
            name="currentPassword"
            label={password.current}
            faults={faults}
          />
          <NewPasswordField
            t={texts}
            label={password.new}
            length={minPasswordLength(app.settings)}
            faults={faults}
          />
          <button class="main">{t.submit}</button>
        </Form>
        <Back c={c} to={ACTIVITY} />
      </>
    ),
  });
}

export const securePages = new Hono<AppEnv>()
  .get("/secure", onPages.requireSession(), (c) => securePage(c))
  .post("/secure", onPages.requireSession(), form(SecureForm, securePage), (c) => {
    const act = async () => {
      const { deps, session } = c.var;
      const input = { ...c.req.valid("form"), client: clientOf(c) };
      const { backupCodes, ...secured } = await secureAccount(deps, session, input);
      await handOverLogin(c, secured);
      return backupCodes ? saveCodes(c, backupCodes, `${SECURE}/saved`) : homeAfter(c, "secured");
    };
    return submit(c, securePage, act, "currentPassword");
  })
  .post("/secure/saved", (c) => homeAfter(c, "secured"));
