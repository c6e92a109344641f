/** The console's first page: what happens, at a glance. */

import { Hono, type Context } from "hono";
import { SPANS, type Activity, type Span } from "../../../core/audit/activity";
import { loadOverview, type Count, type Overview } from "../../../core/audit/overview";
import { findTroubled } from "../../../core/webhook/troubled";
import type { AppEnv } from "../../context";
import { Notice } from "../card";
import { textsOf, withQuery } from "../language";
import { Chart } from "./chart";
import { EventList } from "./events";
import { FirstSteps } from "./first-steps";
import { showConsole } from "./shared";
import { HOME } from "./paths";
import { Troubled } from "./webhooks";
import { aheadOfUtc, zoneOf } from "./zone";
import { ZonedTime } from "./zoned-time";

/** How many events are shown. */
const LATEST = 6;
/** How many webhooks are named that need attention. */
const TROUBLED = 5;

async function overviewPage(c: Context<AppEnv>) {
  const { deps } = c.var;
  const span = spanOf(c);
  const period = { span, aheadMilliseconds: aheadOfUtc(zoneOf(c), deps.now) };
  const [overview, troubled] = await Promise.all([
    loadOverview(deps, period, LATEST),
    findTroubled(deps, TROUBLED),
  ]);
  const { console: t } = textsOf(c);
  return showConsole(c, {
    title: t.overview,
    content: (
      <>
        <FirstSteps c={c} overview={overview} />
        <Troubled c={c} webhooks={troubled} />
        <Totals c={c} overview={overview} />
        <Charts c={c} activity={overview.activity} span={span} />
        <h2 id="latest">{t.activity.latest}</h2>
        <EventList c={c} events={overview.latest} heading="latest" />
        <p>
          <a href={`${HOME}/audit`}>{t.activity.all}</a>
        </p>
      </>
    ),
  });
}

function spanOf(c: Context): Span {
  const asked = c.req.query("span");
  return asked === "7d" || asked === "30d" ? asked : "24h";
}

function Totals({ c, overview }: { c: Context<AppEnv>; overview: Overview }) {
  const { activity: t, apps } = textsOf(c).console;
  const locale = c.get("language");
  const numbers = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: "percent" });
  const told = ({ count, atLeast }: Count) =>
    atLeast ? t.atLeast({ count: numbers.format(count) }) : numbers.format(count);
  const { users, activeUsers, lockedUsers } = overview;
  const share = users.count === 0 ? "–" : percent.format(users.twoFactor / users.count);
  const totals = [
    [`${HOME}/users`, t.users, told(users)],
    [`${HOME}/users`, t.twoFactor, share],
    [`${HOME}/audit?type=code.verified`, t.activeToday, told(activeUsers)],
    [`${HOME}/users?state=locked`, t.lockedUsers, told(lockedUsers)],
    [`${HOME}/apps`, apps, told(overview.apps)],
  ] as const;
  return (
    <ul class="totals plain">
      {totals.map(([to, label, value]) => (
        <li>
          <a href={to}>
            {label} <strong>{value}</strong>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Spans({ c, span }: { c: Context<AppEnv>; span: Span }) {
  const { activity: t } = textsOf(c).console;
  return (
    <nav class="tabs" aria-label={t.span}>
      {(["24h", "7d", "30d"] as const).map((one) => (
        <a href={withQuery(c, "span", one)} aria-current={one === span ? "true" : undefined}>
          {t.spans[one]}
        </a>
      ))}
    </nav>
  );
}

function Charts(props: { c: Context<AppEnv>; activity: Activity; span: Span }) {
  const { c, activity, span } = props;
  const { activity: t } = textsOf(c).console;
  const { complete, completeSince } = activity;
  return (
    <section aria-labelledby="activity">
      <div class="row">
        <h2 id="activity">{t.title}</h2>
        <Spans c={c} span={span} />
      </div>
      {!complete && (
        <Notice kind="warn">
          {t.completeSince} <ZonedTime c={c} at={completeSince} />
        </Notice>
      )}
      <div class="charts">
        <OneChart {...props} id="codes" series={["accepted", "wrong", "refused"]} />
        <OneChart {...props} id="changes" series={["lockOuts", "enrolments"]} />
      </div>
      <p class="hint">{t.refusedHint}</p>
    </section>
  );
}

type Series = "accepted" | "wrong" | "refused" | "lockOuts" | "enrolments";

function OneChart(props: {
  c: Context<AppEnv>;
  activity: Activity;
  span: Span;
  id: "codes" | "changes";
  series: Series[];
}) {
  const { c, activity, span, id, series } = props;
  const { activity: t } = textsOf(c).console;
  const locale = c.get("language");
  const numbers = new Intl.NumberFormat(locale);
  const valuesOf = (of: Series) => activity.parts.map((part) => part[of]);
  const sums = series.map(
    (of) => `${t[of]}: ${numbers.format(valuesOf(of).reduce((sum, value) => sum + value, 0))}`,
  );
  return (
    <div class="card">
      <h3 id={id}>{t[id]}</h3>
      <Chart
        id={`${id}-chart`}
        title={t[id]}
        description={sums.join(", ")}
        labels={labelsOf(c, activity, span)}
        series={series.map((of) => ({ name: of, label: t[of], values: valuesOf(of) }))}
        words={{ showTable: t.showTable, labels: t.time, total: t.total }}
        locale={locale}
      />
    </div>
  );
}

/** An hour as 14:00, a day with its month. */
function labelsOf(c: Context<AppEnv>, { parts }: Activity, span: Span): string[] {
  const isDay = SPANS[span].parts !== SPANS["24h"].parts;
  const format = new Intl.DateTimeFormat(c.get("language"), {
    timeZone: zoneOf(c),
    ...(isDay
      ? { day: "numeric", month: "short" }
      : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  });
  return parts.map(({ from }) => format.format(from));
}

export const overviewPages = new Hono<AppEnv>().get("/", overviewPage);
