/**
 * A letter that was kept. Its HTML is a document of its own, in which nothing runs and which nothing but this
 * service's own page shows.
 */

import type { Context } from "hono";
import { getKeptLetter } from "../../../core/mail/outbox";
import type { AppEnv } from "../../context";
import { textsOf } from "../language";
import { allowOwnFrames } from "../safety";
import { Facts } from "./facts";
import { HOME } from "./paths";
import { showConsole } from "./shared";
import { ZonedTime } from "./zoned-time";

const LETTER_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'";

export async function letterPage(c: Context<AppEnv>) {
  const letter = await askedFor(c);
  const { id, at, to, subject, text } = letter;
  const { mail: t, activity } = textsOf(c).console;
  allowOwnFrames(c);
  return showConsole(c, {
    title: subject,
    content: (
      <>
        <Facts
          of={[
            [t.to, <bdi>{to}</bdi>],
            [activity.time, <ZonedTime c={c} at={at} />],
          ]}
        />
        <section aria-labelledby="html">
          <h2 id="html">{t.html}</h2>
          <iframe class="letter" sandbox="" src={`${HOME}/outbox/${id}/html`} title={t.html} />
        </section>
        <section aria-labelledby="text">
          <h2 id="text">{t.text}</h2>
          <pre class="answer whole" tabindex={0}>
            {text}
          </pre>
        </section>
        <p>
          <a href={`${HOME}/outbox`}>{t.back}</a>
        </p>
      </>
    ),
  });
}

export async function letterDocument(c: Context<AppEnv>) {
  const { html } = await askedFor(c);
  c.header("content-security-policy", LETTER_POLICY);
  // For browsers that do not know `frame-ancestors`, which others go by.
  c.header("x-frame-options", "SAMEORIGIN");
  return c.html(html);
}

function askedFor(c: Context<AppEnv>) {
  return getKeptLetter(c.var.deps, Number(c.req.param("letterId")));
}
