/** A page on which an app asks for a code: `POST /v1/challenge-links` leads here. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { openChallenge } from "../../../core/answer-challenge";
import {
  answerChallengeLink,
  cancelChallengeLink,
  openChallengeLink,
} from "../../../core/challenge-links";
import { sourceOf } from "../../address";
import type { AppEnv } from "../../context";
import { CodeText } from "../../fields";
import { limitUser } from "../../limits";
import { CodeEntry } from "../code-entry";
import { form, isOver, submit, type Fault } from "../faults";
import { textsOf } from "../language";
import { show } from "../layout";
import { allowReturn, Cancel } from "./frame";

const CodeForm = z.object({ code: CodeText });

async function challengePage(c: Context<AppEnv>, faults: Fault[] = []) {
  const claims = await openChallengeLink(c.var.deps, c.req.param("token") ?? "");
  const { links: t } = textsOf(c);
  const { page, purpose } = claims;
  const back = cancelChallengeLink(claims);
  allowReturn(c, back);
  return show(c, {
    title: t.codeTitle,
    brand: page?.issuer,
    faults,
    content: (
      <>
        <p>{t.asksForCode(page?.name ?? "")}</p>
        {purpose !== null && (
          <p class="notice">
            {t.purpose} <strong>{purpose}</strong>
          </p>
        )}
        {!isOver(c) && <CodeEntry c={c} faults={faults} />}
        <Cancel c={c} to={back} />
      </>
    ),
  });
}

export const challengePages = new Hono<AppEnv>()
  .get("/:token", (c) => challengePage(c))
  .post("/:token", form(CodeForm, challengePage), (c) =>
    submit(c, challengePage, async () => {
      const { deps } = c.var;
      const claims = await openChallenge(deps, "link", c.req.param("token"));
      await limitUser(c.env.USER_LIMIT, claims.userId, deps.now);
      const answer = { code: c.req.valid("form").code, source: sourceOf(c) };
      return c.redirect(await answerChallengeLink(deps, claims, answer), 303);
    }),
  );
