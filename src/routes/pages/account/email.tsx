/** The e-mail address of an account, as far as mail goes there: whether it is confirmed, and the page for that. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { proveAddress, sendAddressCode } from "../../../core/account/prove-email";
import { loadBySession } from "../../../core/caller/by-session";
import type { Account } from "../../../core/user/account";
import { clientOf } from "../../address";
import type { AppEnv } from "../../context";
import { onPages } from "../../session";
import { MailedCode } from "../../user/mail";
import { Card } from "../card";
import { MailedCodeField } from "../code-field";
import { ConfirmedTag } from "../confirmed-tag";
import { form, submit, type Fault } from "../form-submission";
import { Form } from "../form-fields";
import { textsOf } from "../language";
import { show } from "../layout";
import { Back, HOME, homeAfter, requireMail } from "./shared";

const EMAIL = `${HOME}/email`;
const SEND = `${EMAIL}/code`;

const ConfirmForm = z.object({ mailedCode: MailedCode });

/** Stands on the page of one's security. */
export function EmailCard({ c, account }: { c: Context<AppEnv>; account: Account }) {
  const { email: t } = textsOf(c);
  const { email, emailProven } = account;
  return (
    <Card
      id="email"
      icon="mail"
      title={t.title}
      state={
        <>
          <bdi>{email}</bdi> <ConfirmedTag c={c} account={account} />
        </>
      }
      action={
        !emailProven && (
          <form class="inline" method="post" action={SEND}>
            <button class="small">{t.confirm}</button>
          </form>
        )
      }
    >
      <p>{emailProven ? t.used : t.why}</p>
    </Card>
  );
}

async function confirmPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { account } = await loadBySession(c.var.deps, c.var.session);
  if (account.emailProven) return c.redirect(HOME, 303);
  const texts = textsOf(c);
  const { email: t } = texts;
  return show(c, {
    title: t.confirmTitle,
    faults,
    content: (
      <>
        <p>{t.enter({ email: account.email })}</p>
        <Form action={EMAIL}>
          <MailedCodeField t={texts} faults={faults} sends />
          <button class="main">{t.submit}</button>
        </Form>
        <p class="hint">{t.missing}</p>
        <Form action={SEND}>
          <button>{t.again}</button>
        </Form>
        <Back c={c} />
      </>
    ),
  });
}

export const emailPages = new Hono<AppEnv>()
  .use("/email/*", requireMail, onPages.requireSession())
  .get("/email", (c) => confirmPage(c))
  .post("/email", form(ConfirmForm, confirmPage), (c) =>
    submit(c, confirmPage, async () => {
      await proveAddress(c.var.deps, c.var.session, c.req.valid("form").mailedCode);
      return homeAfter(c, "email");
    }),
  )
  // The log-in leads here after a session that had ended, and so does the choice of language.
  .get("/email/code", (c) => c.redirect(EMAIL, 303))
  .post("/email/code", (c) =>
    submit(c, confirmPage, async () => {
      await sendAddressCode(c.var.deps, c.var.session, clientOf(c));
      return c.redirect(EMAIL, 303);
    }),
  );
