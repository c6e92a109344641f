/** The one place where an error becomes a page, or leads to the page where it can be solved. */

import type { Context } from "hono";
import type { AppEnv } from "../context";
import { asProblem } from "../openapi";
import type { Problem } from "../../problem";
import type { ProblemCode } from "../../problem-table";
import { HOME, SIGN_IN } from "./console/paths";
import { answerProblem, messageOf } from "./form-submission";
import { chooseLanguage, textsOf } from "./language";
import { show } from "./layout";
import { allowForms } from "./safety";
import type { Texts } from "./texts/texts";

/**
 * Where to go on, by the first part of the path. From there the user comes back to what they asked
 * for.
 */
const WAYS_ON: Record<string, { [code in ProblemCode]?: string }> = {
  account: {
    // The page of its codes was reloaded, or gone back to.
    already_confirmed: "/account?done=again",
    enrolment_required: "/account/new-authenticator",
    password_required: "/account/prove",
    second_factor_required: "/account/prove",
    session_ended: "/account/login",
    unauthorized: "/account/login",
  },
  enrol: { second_factor_required: "/enrol" },
  console: { unauthorized: SIGN_IN },
};

function withNext(wayOn: string, path: string): string {
  const mark = wayOn.includes("?") ? "&" : "?";
  return `${wayOn}${mark}next=${encodeURIComponent(path)}`;
}

/** People whom an app sent to these pages have no home in this service. */
const WITHOUT_HOME = new Set(["enrol", "challenge"]);

/** A heading of a few words. What to do stands below it. */
function titleOf(t: Texts, problem: Problem): string {
  const { problemTitles, links } = t;
  const titles: { [code in ProblemCode]?: string } = {
    ...problemTitles,
    invalid_challenge: links.overTitle,
  };
  const { code } = problem;
  return code === "unknown_path" ? messageOf(t, problem) : (titles[code] ?? problemTitles.other);
}

/** Shows a problem to a browser that came by none of the pages' own paths. */
export async function showOutsidePages(error: Error, c: Context<AppEnv>): Promise<Response> {
  await chooseLanguage(c, () => Promise.resolve());
  allowForms(c, "'self'");
  return showProblem(error, c);
}

/**
 * Shows a problem. Forms send to the page that they are on, so its path is where to come back to.
 */
export function showProblem(error: Error, c: Context<AppEnv>): Response | Promise<Response> {
  const problem = asProblem(error);
  const [, area = ""] = c.req.path.split("/");
  const wayOn = WAYS_ON[area]?.[problem.code];
  answerProblem(c, problem);
  if (wayOn !== undefined) return c.redirect(withNext(wayOn, c.req.path), 303);
  const t = textsOf(c);
  return show(c, {
    title: titleOf(t, problem),
    content: (
      <>
        <p>{problem.code === "unknown_path" ? t.lost : messageOf(t, problem)}</p>
        {!WITHOUT_HOME.has(area) && (
          <p>
            <a class="button whole" href={area === "console" ? HOME : "/"}>
              {t.home}
            </a>
          </p>
        )}
        <p class="hint">
          {t.requestId} <code>{c.get("requestId")}</code>
        </p>
      </>
    ),
  });
}
