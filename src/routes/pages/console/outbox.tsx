/** How mail goes out, a letter to try it with, and the letters that were kept instead of sent. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { countWaiting, listOutbox, sendTestLetter } from "../../../core/mail/outbox";
import { sendsMail } from "../../../core/mail/send";
import { ListingQuery } from "../../admin/shared";
import type { AppEnv } from "../../context";
import { Email } from "../../user/shared";
import { Card, Notice } from "../card";
import { form, search, submit, typedIn, type Fault } from "../form-submission";
import { Field, Form } from "../form-fields";
import { languageOf, textsOf } from "../language";
import { Facts } from "./facts";
import { letterDocument, letterPage } from "./letter";
import { HOME } from "./paths";
import { goTo, ListingLinks, PAGE_LIMIT, showConsole } from "./shared";
import { ZonedTime } from "./zoned-time";

const TestForm = z.object({ email: Email });
const OutboxQuery = z.object({ cursor: ListingQuery.shape.cursor });

async function outboxPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { deps } = c.var;
  const { mail: t } = textsOf(c).console;
  return showConsole(c, {
    title: t.title,
    faults,
    content: sendsMail(deps) ? (
      <>
        <Standing c={c} />
        <TestLetter c={c} faults={faults} />
        {deps.mail.way === "outbox" && <KeptLetters c={c} />}
      </>
    ) : (
      <Notice>{t.off}</Notice>
    ),
  });
}

/** How mail goes out. The token for that is never shown. */
async function Standing({ c }: { c: Context<AppEnv> }) {
  const { deps } = c.var;
  const { mail } = deps;
  if (mail.way === "off") return null;
  const { mail: t } = textsOf(c).console;
  const waiting = await countWaiting(deps);
  const numbers = new Intl.NumberFormat(c.get("language"));
  return (
    <Facts
      of={[
        [t.way, t.ways[mail.way]],
        [t.sender, <bdi>{mail.from}</bdi>],
        [t.waiting, numbers.format(waiting.count)],
        [t.attempts, waiting.count > 0 && numbers.format(waiting.attempts)],
      ]}
    />
  );
}

async function TestLetter({ c, faults }: { c: Context<AppEnv>; faults: Fault[] }) {
  const { console: words, register } = textsOf(c);
  const { test: t } = words.mail;
  return (
    <Card id="test" icon="mail" title={t.title} state={t.why}>
      <Form action={`${HOME}/outbox`}>
        <Field
          name="email"
          label={register.email}
          type="email"
          faults={faults}
          value={(await typedIn(c))("email")}
          autocomplete="off"
          maxlength={254}
          required
        />
        <button class="main">{t.act}</button>
      </Form>
    </Card>
  );
}

async function KeptLetters({ c }: { c: Context<AppEnv> }) {
  const { mail: t } = textsOf(c).console;
  const all = await listOutbox(c.var.deps);
  const from = Number(c.req.query("cursor") ?? Infinity);
  const rest = all.filter(({ id }) => id < from);
  const shown = rest.slice(0, PAGE_LIMIT);
  const nextCursor = rest.length > shown.length ? String(shown.at(-1)?.id) : null;
  return (
    <section aria-labelledby="kept">
      <h2 id="kept">{t.kept}</h2>
      <p class="hint">{t.keptWhy}</p>
      {shown.length === 0 && <p>{t.none}</p>}
      {shown.length > 0 && (
        <ul class="list framed">
          {shown.map(({ id, at, to, subject }) => (
            <li>
              <div>
                <a class="medium" href={`${HOME}/outbox/${id}`}>
                  <bdi>{subject}</bdi>
                </a>
                <p class="hint">
                  <bdi>{to}</bdi>
                  {" · "}
                  <ZonedTime c={c} at={at} />
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
      <ListingLinks c={c} nextCursor={nextCursor} />
    </section>
  );
}

export const outboxPages = new Hono<AppEnv>()
  .get(
    "/outbox",
    search(OutboxQuery, (c) => outboxPage(c)),
    (c) => outboxPage(c),
  )
  .post("/outbox", form(TestForm, outboxPage), (c) =>
    submit(c, outboxPage, async () => {
      const to = c.req.valid("form").email;
      const cause = await sendTestLetter(c.var.deps, { to, language: languageOf(c) });
      if (cause === null) return goTo(c, "/outbox", "test_sent");
      return outboxPage(c, [{ message: textsOf(c).console.mail.test.failed({ cause }) }]);
    }),
  )
  .get("/outbox/:letterId{[0-9]+}", letterPage)
  .get("/outbox/:letterId{[0-9]+}/html", letterDocument);
