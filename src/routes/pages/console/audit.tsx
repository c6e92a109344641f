/** The page of the audit trail: to search it, to follow it as it grows, and to download it. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { listApps, type AppRecord } from "../../../core/app/apps";
import { AUDIT_TYPES, OUTCOMES } from "../../../core/audit/event";
import { csv } from "../../../core/audit/csv";
import { exportEvents, NDJSON, type ExportFormat } from "../../../core/audit/export";
import type { AuditFilter } from "../../../core/audit/record";
import { followEvents } from "../../../core/audit/trail";
import { Problem } from "../../../problem";
import { CURSOR, ListingQuery } from "../../admin/shared";
import type { AppEnv } from "../../context";
import { line } from "../../fields";
import { search, type Fault } from "../form-submission";
import { Select } from "../form-choices";
import { Field } from "../form-fields";
import { textsOf, withQuery } from "../language";
import { EventItems, EventList } from "./events";
import { optional, PAGE_LIMIT, ListingLinks, requireOperator, showConsole } from "./shared";
import { HOME } from "./paths";
import { AppChoice, APPS_OFFERED } from "./users";
import { LocalTime, momentOf, zoneOf } from "./zone";

const AuditQuery = z.object({
  appId: optional(line(64)),
  userId: optional(line(64)),
  type: optional(z.enum(AUDIT_TYPES)),
  outcome: optional(z.enum(OUTCOMES)),
  since: optional(LocalTime),
  until: optional(LocalTime),
  cursor: ListingQuery.shape.cursor,
});
const TailQuery = AuditQuery.extend({ after: z.string().regex(CURSOR) });

/** The filter with its times by the clocks of the console's time zone. */
function inZone<T extends AuditFilter>(c: Context<AppEnv>, filter: T): T {
  const zone = zoneOf(c);
  const moment = (time: Date | undefined) => time && momentOf(time, zone);
  return { ...filter, since: moment(filter.since), until: moment(filter.until) };
}

async function auditPage(
  c: Context<AppEnv>,
  faults: Fault[] = [],
  given: AuditFilter & { cursor?: string | undefined } = {},
) {
  const filter = inZone(c, given);
  const { deps, config } = c.var;
  const [{ items, nextCursor, newest }, apps] = await Promise.all([
    followEvents(deps, config.archive, { ...filter, limit: PAGE_LIMIT }),
    listApps(deps, { limit: APPS_OFFERED }),
  ]);
  const isOpen = filter.cursor === undefined && filter.until === undefined && faults.length === 0;
  const isLive = isOpen && c.req.query("live") !== "no";
  const { console: t } = textsOf(c);
  return showConsole(c, {
    title: t.audit,
    faults,
    content: (
      <>
        <Filters c={c} apps={apps.items} faults={faults} />
        <h2 id="events">{t.event.title}</h2>
        <p class="row">
          <a href={withQuery(c, "cursor", null)}>{t.event.refresh}</a>
          <a href={exportUrl(c, "export.csv")}>{t.event.exportCsv}</a>
          <a href={exportUrl(c, "export")}>{t.event.export}</a>
          {isOpen && <Follow c={c} isLive={isLive} />}
        </p>
        {items.length === 0 && <p>{nextCursor === null ? t.event.none : t.searchOn}</p>}
        <EventList
          c={c}
          events={items}
          heading="events"
          live={isLive ? tailOf(c, newest) : undefined}
        />
        <ListingLinks c={c} nextCursor={nextCursor} />
      </>
    ),
  });
}

/** Links to follow the trail, shown only if there is a script to do it. */
function Follow({ c, isLive }: { c: Context<AppEnv>; isLive: boolean }) {
  const { event: t } = textsOf(c).console;
  return (
    <span data-with-script hidden>
      {isLive && t.live}{" "}
      <a href={withQuery(c, "live", isLive ? "no" : null)}>{isLive ? t.stopLive : t.startLive}</a>
    </span>
  );
}

/** The URL of an export with the page's filters, from the newest event on or from a cursor. */
function exportUrl(
  c: Context<AppEnv>,
  name: "export" | "export.csv",
  cursor: string | null = null,
): string {
  return `${HOME}/audit/${name}${withQuery(c, "cursor", cursor)}`;
}

/** The URL for events newer than this one, with the page's filters. */
function tailOf(c: Context<AppEnv>, after: string): string {
  return `${HOME}/audit/tail${withQuery(c, "after", after)}`;
}

function Filters(props: { c: Context<AppEnv>; apps: AppRecord[]; faults: Fault[] }) {
  const { c, apps, faults } = props;
  const { console: t } = textsOf(c);
  const { userId, type = "", outcome = "", since, until } = c.req.query();
  const types = AUDIT_TYPES.map((one): [string, string] => [one, t.event.types[one]]);
  return (
    <form class="filters" role="search">
      <AppChoice c={c} apps={apps} />
      <Field
        name="userId"
        label={t.event.userId}
        placeholder="usr_…"
        faults={faults}
        value={userId}
        autocomplete="off"
        maxlength={64}
      />
      <Select
        name="type"
        label={t.event.type}
        faults={faults}
        value={type}
        options={[["", t.any], ...types]}
      />
      <Select
        name="outcome"
        label={t.event.outcome}
        faults={faults}
        value={outcome}
        options={[["", t.any], ...Object.entries(t.event.outcomes)]}
      />
      <Field
        name="since"
        label={t.event.since}
        faults={faults}
        type="datetime-local"
        value={since}
      />
      <Field
        name="until"
        label={t.event.until}
        faults={faults}
        type="datetime-local"
        value={until}
      />
      <button class="main">{t.search}</button>
    </form>
  );
}

/** Gives rows for the script to put on top, and the URL that it goes on from. */
async function tail(c: Context<AppEnv>, filter: z.infer<typeof TailQuery>) {
  const { deps, config } = c.var;
  const wanted = { ...inZone(c, filter), limit: PAGE_LIMIT };
  const page = await followEvents(deps, config.archive, wanted);
  c.header("x-next", tailOf(c, page.newest));
  if (page.items.length === 0) return c.body(null, 204);
  const { event: t } = textsOf(c).console;
  return c.html(
    <>
      <EventItems c={c} events={page.items} />
      {page.nextCursor !== null && <li>{t.more}</li>}
    </>,
  );
}

function refuse(): never {
  throw new Problem("invalid_request");
}

/** Nobody presses anything for this request, so it does not keep a sign-in alive. */
export const auditTail = new Hono<AppEnv>().get(
  "/audit/tail",
  requireOperator("page"),
  search(TailQuery, refuse),
  (c) => tail(c, c.req.valid("query")),
);

export const auditPages = new Hono<AppEnv>()
  .get("/audit", search(AuditQuery, auditPage), (c) => auditPage(c, [], c.req.valid("query")))
  .get("/audit/export", search(AuditQuery, auditPage), async (c) =>
    c.body(await exported(c, c.req.valid("query"), NDJSON), 200, {
      "content-type": "application/x-ndjson",
      "content-disposition": 'attachment; filename="audit.ndjson"',
    }),
  )
  .get("/audit/export.csv", search(AuditQuery, auditPage), async (c) => {
    const { issuerUrl } = c.var.config.settings;
    const format = csv((cursor) => `${issuerUrl}${exportUrl(c, "export.csv", cursor)}`);
    return c.body(await exported(c, c.req.valid("query"), format), 200, {
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": 'attachment; filename="audit.csv"',
    });
  });

function exported(c: Context<AppEnv>, query: z.infer<typeof AuditQuery>, format: ExportFormat) {
  return exportEvents(c.var.deps, c.var.config.archive, { filter: inZone(c, query), format });
}
