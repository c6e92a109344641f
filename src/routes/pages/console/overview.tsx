/** The console's first page: what happens, at a glance. */

import { Hono, type Context } from "hono";
import { loadOverview, type Activity, type Overview } from "../../../core/audit/activity";
import type { AppEnv } from "../../context";
import { Time } from "../account/shared";
import { Notice } from "../card";
import { textsOf } from "../language";
import { Chart } from "./chart";
import { EventTable } from "./events";
import { showConsole } from "./shared";
import { HOME } from "./paths";

/** How many events are shown. */
const LATEST = 6;

async function overviewPage(c: Context<AppEnv>) {
  const overview = await loadOverview(c.var.deps, LATEST);
  const { console: t } = textsOf(c);
  return showConsole(c, {
    title: t.overview,
    content: (
      <>
        <Counters c={c} overview={overview} />
        <Charts c={c} activity={overview.activity} />
        <h2 id="latest">{t.activity.latest}</h2>
        <EventTable c={c} events={overview.latest} heading="latest" />
        <p>
          <a href={`${HOME}/audit`}>{t.activity.all}</a>
        </p>
      </>
    ),
  });
}

function Counters({ c, overview }: { c: Context<AppEnv>; overview: Overview }) {
  const { console: t } = textsOf(c);
  const numbers = new Intl.NumberFormat(c.get("language"));
  const told = ({ count, atLeast }: Overview["apps"]) =>
    atLeast ? t.activity.atLeast({ count: numbers.format(count) }) : numbers.format(count);
  const counters = [
    [`${HOME}/apps`, t.apps, told(overview.apps)],
    [`${HOME}/users?state=locked`, t.activity.lockedUsers, told(overview.lockedUsers)],
    [`${HOME}/users?state=capped`, t.activity.cappedUsers, t.activity.show],
  ] as const;
  return (
    <ul class="totals plain">
      {counters.map(([to, label, value]) => (
        <li>
          <a href={to}>
            {label} <strong>{value}</strong>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Charts({ c, activity }: { c: Context<AppEnv>; activity: Activity }) {
  const { activity: t } = textsOf(c).console;
  const { hours, complete, completeSince } = activity;
  const locale = c.get("language");
  const labels = hours.map(({ from }) => from.toISOString().slice(11, 16));
  const words = { showTable: t.showTable, labels: t.hour, total: t.total };
  const valuesOf = (of: Series) => hours.map((hour) => hour[of]);
  const sumOf = (of: Series) =>
    new Intl.NumberFormat(locale).format(valuesOf(of).reduce((sum, value) => sum + value, 0));
  const series = (of: Series) => ({ name: of, label: t[of], values: valuesOf(of) });
  return (
    <>
      {!complete && (
        <Notice kind="warn">
          {t.completeSince} <Time c={c} at={completeSince} />
        </Notice>
      )}
      <div class="charts">
        <section aria-labelledby="codes">
          <h2 id="codes">{t.codes}</h2>
          <Chart
            id="codes-chart"
            title={t.codes}
            description={t.codesSummary({ accepted: sumOf("accepted"), wrong: sumOf("wrong") })}
            labels={labels}
            series={[series("accepted"), series("wrong"), series("refused")]}
            words={words}
            locale={locale}
          />
          <p class="hint">{t.refusedHint}</p>
        </section>
        <section aria-labelledby="changes">
          <h2 id="changes">{t.changes}</h2>
          <Chart
            id="changes-chart"
            title={t.changes}
            description={t.changesSummary({
              lockOuts: sumOf("lockOuts"),
              enrolments: sumOf("enrolments"),
            })}
            labels={labels}
            series={[series("lockOuts"), series("enrolments")]}
            words={words}
            locale={locale}
          />
        </section>
      </div>
    </>
  );
}

type Series = "accepted" | "wrong" | "refused" | "lockOuts" | "enrolments";

export const overviewPages = new Hono<AppEnv>().get("/", overviewPage);
