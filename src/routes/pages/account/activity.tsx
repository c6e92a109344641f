/** The page that says in words what happened in an account. */

import { Hono, type Context } from "hono";
import { z } from "@hono/zod-openapi";
import { listActivity, type OwnEvent } from "../../../core/audit/own-activity";
import { ListingQuery } from "../../admin/shared";
import type { AppEnv } from "../../context";
import { onPages } from "../../session";
import { search } from "../form-submission";
import { Icon } from "../icons";
import { formatClock, formatDay, textsOf, withQuery } from "../language";
import { show } from "../layout";
import { Parts } from "../parts";
import { describeBrowser, placeOf } from "../../../core/browser";
import { AccountNav, LogOut } from "./shared";
import { SECURE } from "./secure";

/** How many events one page has. All of a page has to fit in 30 KiB. */
const PAGE_LIMIT = 30;
const ActivityQuery = z.object({ cursor: ListingQuery.shape.cursor });

/** Sentences that say where from. For all others the browser stands below. */
const SAYS_WHERE = new Set<OwnEvent["type"]>([
  "sign_in.completed",
  "sign_in.password",
  "sign_in.code",
]);

/** What is to be looked at although it did not fail. */
const WARNINGS = new Set<OwnEvent["type"]>(["sign_in.password", "user.locked", "user.capped"]);

async function activityPage(c: Context<AppEnv>, cursor?: string) {
  const { deps, config, session } = c.var;
  const request = { cursor, limit: PAGE_LIMIT };
  const { items, nextCursor } = await listActivity(deps, config.archive, session, request);
  const { activity: t } = textsOf(c);
  return show(c, {
    title: t.title,
    frame: "page",
    nav: <AccountNav c={c} />,
    end: <LogOut c={c} />,
    content: (
      <>
        <p>{t.why}</p>
        {items.length === 0 && <p>{t.none}</p>}
        <div class="stack" data-days>
          {[...Map.groupBy(items, ({ at }) => formatDay(c, at))].map(([day, events], at) => (
            <Day c={c} id={`day-${at}`} day={day} events={events} />
          ))}
        </div>
        <p class="row">
          {cursor !== undefined && <a href={withQuery(c, "cursor", null)}>{t.newest}</a>}
          {nextCursor !== null && <a href={withQuery(c, "cursor", nextCursor)}>{t.earlier}</a>}
        </p>
      </>
    ),
  });
}

function Day(props: { c: Context<AppEnv>; id: string; day: string; events: OwnEvent[] }) {
  const { c, id, day, events } = props;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{day}</h2>
      <ul class="list">
        {events.map((event) => (
          <Event c={c} event={event} />
        ))}
      </ul>
    </section>
  );
}

function Event({ c, event }: { c: Context<AppEnv>; event: OwnEvent }) {
  const { activity: t } = textsOf(c);
  const { at, type, outcome, ip, userAgent } = event;
  const sentence = sentenceOf(c, event);
  const browser = SAYS_WHERE.has(type) ? null : describeBrowser(userAgent);
  return (
    <li>
      <div>
        {(outcome !== "success" || WARNINGS.has(type)) && (
          <>
            <Icon name="warn" />{" "}
          </>
        )}
        {sentence}
        <p class="hint">
          <time datetime={at.toISOString()} data-clock>
            {formatClock(c, at)}
          </time>
          {" · "}
          <Parts of={[howOf(c, event), browser, ip]} />
        </p>
      </div>
      {mayBeSomebodyElse(event) && (
        <a class="button small" href={SECURE} aria-label={`${t.notMe}: ${sentence}`}>
          {t.notMe}
        </a>
      )}
    </li>
  );
}

function sentenceOf(c: Context<AppEnv>, { type, outcome, by, userAgent }: OwnEvent): string {
  const sentence = textsOf(c).activity.events[type];
  if (typeof sentence === "string") return sentence;
  return sentence({
    outcome: outcome === "failure" ? "failure" : "other",
    by: by === "user" ? "user" : "other",
    ...placeOf(userAgent),
  });
}

/** Who did it, if not the user, or in which way and with which app. */
function howOf(c: Context<AppEnv>, { by, method, authenticator }: OwnEvent): string | null {
  const { activity: t } = textsOf(c);
  if (by === "app" || by === "operator") return t.by[by];
  if (method === "backup_code" || method === "trusted_device") return t.methods[method];
  const name = authenticator?.name ?? null;
  return name && t.app({ name });
}

/**
 * Whether somebody else may have done it with the user's password or session. A wrong password says
 * only that somebody knows the name.
 */
function mayBeSomebodyElse({ by, type, outcome }: OwnEvent): boolean {
  if (by !== "user" || type === "account.created" || type === "account.secured") return false;
  return !(type === "sign_in.password" && outcome === "failure");
}

export const activityPages = new Hono<AppEnv>().get(
  "/activity",
  onPages.requireSession(),
  search(ActivityQuery, (c) => activityPage(c)),
  (c) => activityPage(c, c.req.valid("query").cursor),
);
