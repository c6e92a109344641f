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
import { Problem } from "../../../problem";
import type { AppEnv } from "../../context";
import { limitUser } from "../../limits";
import { Notice } from "../card";
import { CodeEntry } from "../code-entry";
import { answerProblem, form, isOver, submit, type Fault } from "../form-submission";
import { textsOf } from "../language";
import { show } from "../layout";
import { allowReturn, Cancel, StepForm } from "./shared";

async function challengePage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { claims, isOver: over } = await openChallengeLink(c.var.deps, c.req.param("token") ?? "");
  const { page } = claims;
  const { links: t } = textsOf(c);
  const back = leaveChallengeLink(claims);
  if (over || isOver(c)) return overPage(c, { page, back, faults });
  allowReturn(c, back);
  return show(c, {
    title: t.codeTitle,
    brand: page?.issuer,
    faults,
    content: (
      <>
        <p>{t.asksForCode({ app: page?.name ?? "" })}</p>
        <Purpose c={c} claims={claims} />
        <CodeEntry c={c} faults={faults} lengths={claims.codeLengths} />
        <Cancel c={c} />
      </>
    ),
  });
}

function Purpose({ c, claims: { purpose } }: { c: Context<AppEnv>; claims: ChallengeClaims }) {
  if (purpose === null) return null;
  const { links: t } = textsOf(c);
  return (
    <Notice>
      {t.purpose} <strong>{purpose === FACTOR_CHANGE ? t.factorChange : purpose}</strong>
    </Notice>
  );
}

/** Says that no code is any use here any more, and that the app has to ask again. */
function overPage(
  c: Context<AppEnv>,
  { page, back, faults }: { page: ChallengeClaims["page"]; back: string; faults: Fault[] },
) {
  const { links: t, problems } = textsOf(c);
  if (faults.length === 0) answerProblem(c, new Problem("invalid_challenge"));
  const over = { message: problems.invalid_challenge };
  // The page has no field any more.
  const others = faults.filter(({ field }) => field === undefined);
  return show(c, {
    title: t.overTitle,
    brand: page?.issuer,
    faults: isOver(c) && faults.length > 0 ? faults : [over, ...others],
    content: (
      <p>
        <a class="button main" href={back}>
          {t.back({ app: page?.name ?? "" })}
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
