/**
 * Events of the audit trail as rows of a table. Times are in UTC, like those that one filters by.
 */

import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AuditRecord } from "../../../core/audit/trail";
import type { AppEnv } from "../../context";
import { describeBrowser } from "../account/browser";
import { textsOf } from "../language";
import { HOME } from "./paths";

/** A success has no tag. */
const TAGS = { success: null, failure: "bad", refused: "warn" } as const;

export interface EventsProps {
  c: Context<AppEnv>;
  events: AuditRecord[];
  /** The URL at which the script asks for newer events. */
  live?: string | undefined;
  /** The id of the heading above. */
  heading: string;
}

export function EventTable({ c, events, live, heading }: EventsProps) {
  const { event: t } = textsOf(c).console;
  return (
    <div class="scroll" role="region" tabindex={0} aria-labelledby={heading}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.time}</th>
            <th scope="col">{t.type}</th>
            <th scope="col">{t.about}</th>
            <th scope="col">{t.by}</th>
          </tr>
        </thead>
        <tbody data-live={live}>
          <EventRows c={c} events={events} />
        </tbody>
      </table>
    </div>
  );
}

export function EventRows({ c, events }: Pick<EventsProps, "c" | "events">) {
  return (
    <>
      {events.map((event) => (
        <EventRow c={c} event={event} />
      ))}
    </>
  );
}

function EventRow({ c, event }: { c: Context<AppEnv>; event: AuditRecord }) {
  const { outcomes, note: noted } = textsOf(c).console.event;
  const { at, type, outcome, reason, appId, userId, actor, ip, userAgent, note } = event;
  return (
    <tr>
      <td class="nowrap">{at.toISOString().slice(0, 19).replace("T", " ")}</td>
      <td>
        <code>{type}</code>{" "}
        {TAGS[outcome] && <span class={`tag ${TAGS[outcome]}`}>{outcomes[outcome]}</span>}
        <Small>{reason}</Small>
      </td>
      <td class="nowrap">
        {userId && <a href={`${HOME}/users/${userId}`}>{userId}</a>}
        <Small>{appId && <a href={`${HOME}/apps/${appId}`}>{appId}</a>}</Small>
      </td>
      <td>
        {actor}
        <Small>{[ip, describeBrowser(userAgent)].filter(Boolean).join(" · ")}</Small>
        {note !== null && <div>{noted({ words: note })}</div>}
      </td>
    </tr>
  );
}

function Small({ children }: { children?: Child }) {
  return children ? <div class="muted">{children}</div> : null;
}
