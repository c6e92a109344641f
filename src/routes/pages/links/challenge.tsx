/** The page on which an app asks for a code. `POST /v1/challenge-links` leads here. */

import { Hono, type Context } from "hono";
import { openChallenge } from "../../../core/challenge/answer";
import {
  answerChallengeLink,
  cancelChallengeLink,
  leaveChallengeLink,
  openChallengeLink,
} from "../../../core/challenge/links";
import { FACTOR_CHANGE, type ChallengeClaims } from "../../../core/challenge/token";
import type { Speaker } from "../../../core/brand";
import { Problem } from "../../../problem";
import type { AppEnv } from "../../context";
import { limitUser } from "../../limits";
import { dress } from "../brand";
import { Notice } from "../card";
import { CodeEntry } from "../code-entry";
import { answerProblem, form, isOver, submit, type Fault } from "../form-submission";
import { textsOf } from "../language";
import { show } from "../layout";
import { allowReturn, Cancel, StepForm } from "./shared";

async function challengePage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { deps } = c.var;
  const { claims, app, isOver: over } = await openChallengeLink(deps, c.req.param("token") ?? "");
  const { links: t } = textsOf(c);
  const back = leaveChallengeLink(claims);
  await dress(c, app);
  if (over || isOver(c)) return overPage(c, { app, back, faults });
  allowReturn(c, back);
  return show(c, {
    title: t.codeTitle,
    brand: app.issuer,
    faults,
    content: (
      <>
        <p>{t.asksForCode({ app: app.name })}</p>
        <Purpose c={c} claims={claims} />
        <CodeEntry c={c} faults={faults} lengths={claims.codeLengths} methods={claims.methods} />
        <Cancel c={c} />
      </>
    ),
  });
}

/** What the code is for, in the app's own words, whichever way they are written. */
function Purpose({ c, claims }: { c: Context<AppEnv>; claims: ChallengeClaims }) {
  const { links: t } = textsOf(c);
  const { purpose } = claims;
  const text = purpose === FACTOR_CHANGE ? t.factorChange : (claims.displayText ?? purpose);
  if (text === null) return null;
  return (
    <Notice>
      {t.purpose} <strong dir="auto">{text}</strong>
    </Notice>
  );
}

/** Says that no code is any use here any more, and that the app has to ask again. */
function overPage(
  c: Context<AppEnv>,
  { app, back, faults }: { app: Speaker; back: string; faults: Fault[] },
) {
  const { links: t, problems } = textsOf(c);
  if (faults.length === 0) answerProblem(c, new Problem("invalid_challenge"));
  const over = { message: problems.invalid_challenge };
  // The page has no field any more.
  const others = faults.filter(({ field }) => field === undefined);
  return show(c, {
    title: t.overTitle,
    brand: app.issuer,
    faults: isOver(c) && faults.length > 0 ? faults : [over, ...others],
    content: (
      <p>
        <a class="button main" href={back}>
          {t.back({ app: app.name })}
        </a>
      </p>
    ),
  });
}

async function cancelled(c: Context<AppEnv>, token: string): Promise<Response> {
  const { claims } = await openChallengeLink(c.var.deps, token);
  return c.redirect(await cancelChallengeLink(c.var.deps, claims), 303);
}

export const challengePages = new Hono<AppEnv>()
  .get("/:token", (c) => challengePage(c))
  .post("/:token", form(StepForm, challengePage), (c) =>
    submit(c, challengePage, async () => {
      const { deps } = c.var;
      const { code = "", cancel } = c.req.valid("form");
      if (cancel) return cancelled(c, c.req.param("token"));
      const claims = await openChallenge(deps, "link", c.req.param("token"));
      await limitUser(c.env.USER_LIMIT, claims.userId, deps.now);
      return c.redirect(await answerChallengeLink(deps, claims, code), 303);
    }),
  );
