/**
 * The page for a device whose clock is off by minutes. It asks for two codes in a row, so that the
 * device's codes pass again.
 */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { loadBySession } from "../../../core/caller/by-session";
import { resynchronise } from "../../../core/code/resynchronise";
import type { AppEnv } from "../../context";
import { CodeText } from "../../fields";
import { limitUser } from "../../limits";
import { onPages } from "../../session";
import { form, submit, type Fault } from "../form-submission";
import { Field, Form } from "../form-fields";
import { textsOf } from "../language";
import { show } from "../layout";
import { Back, homeAfter } from "./shared";

const ResyncForm = z.object({ code: CodeText, nextCode: CodeText });

async function resyncPage(c: Context<AppEnv>, faults: Fault[] = []) {
  await loadBySession(c.var.deps, c.var.session);
  const { resync: t } = textsOf(c);
  const digits = {
    faults,
    inputmode: "numeric",
    autocomplete: "off",
    maxlength: 64,
    required: true,
  } as const;
  return show(c, {
    title: t.title,
    faults,
    content: (
      <>
        <p>{t.why}</p>
        <Form>
          <Field name="code" label={t.first} {...digits} />
          <Field name="nextCode" label={t.second} hint={t.secondHint} {...digits} />
          <button class="main">{t.submit}</button>
        </Form>
        <Back c={c} />
      </>
    ),
  });
}

/** Leads to that page from wherever a code of such a device fails. */
export function ResyncLink({ c }: { c: Context<AppEnv> }) {
  return (
    <p class="alone">
      <a href="/account/resync">{textsOf(c).resync.link}</a>
    </p>
  );
}

export const resyncPages = new Hono<AppEnv>()
  .get("/resync", onPages.requireSession(), (c) => resyncPage(c))
  .post("/resync", onPages.requireSession(), form(ResyncForm, resyncPage), (c) =>
    submit(c, resyncPage, async () => {
      const { deps, session } = c.var;
      const { code, nextCode } = c.req.valid("form");
      await limitUser(c.env.USER_LIMIT, `${session.sessionId}:${session.mark}`, deps.now);
      await resynchronise(deps, session, [code, nextCode]);
      return homeAfter(c, "resynchronised");
    }),
  );
