/** Events of the audit trail as a list, in plain words, with the machine's names beside. */

import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AuditRecord } from "../../../core/audit/record";
import { loadNames, type Names } from "../../../core/operator/names";
import type { AppEnv } from "../../context";
import { describeBrowser } from "../../../core/browser";
import { textsOf } from "../language";
import { Parts } from "../parts";
import { HOME } from "./paths";
import { ZonedTime } from "./zoned-time";

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

export function EventList({ c, events, live, heading }: EventsProps) {
  return (
    <ol class="events framed" aria-labelledby={heading} data-live={live}>
      <EventItems c={c} events={events} />
    </ol>
  );
}

/** The events of one user, on a page that says who that is. */
export function EventsOfUser({ c, events, heading }: Omit<EventsProps, "live">) {
  return (
    <ol class="events own framed" aria-labelledby={heading}>
      {events.map((event) => (
        <Item c={c} event={event} />
      ))}
    </ol>
  );
}

export async function EventItems({ c, events }: Pick<EventsProps, "c" | "events">) {
  const names = await loadNames(c.var.deps, events);
  return (
    <>
      {events.map((event) => (
        <Item c={c} event={event} names={names} />
      ))}
    </>
  );
}

/** A type of event in words. One that this version does not know any more keeps its name. */
export function wordsFor(c: Context<AppEnv>, type: string): string {
  const { types } = textsOf(c).console.event;
  return new Map(Object.entries(types)).get(type) ?? type;
}

function Item({ c, event, names }: { c: Context<AppEnv>; event: AuditRecord; names?: Names }) {
  const { outcomes, note: noted } = textsOf(c).console.event;
  const { at, type, outcome, reason, note } = event;
  const tag = TAGS[outcome];
  return (
    <li>
      <div>
        <span class="medium">{wordsFor(c, type)}</span>{" "}
        {tag && <span class={`tag ${tag}`}>{outcomes[outcome]}</span>}
        <Small>
          <code>{[type, reason].filter(Boolean).join(" · ")}</code>
        </Small>
        {note !== null && <Small>{noted({ words: note })}</Small>}
      </div>
      {names && <About event={event} names={names} />}
      <By c={c} event={event} />
      <div class="when">
        <ZonedTime c={c} at={at} />
      </div>
    </li>
  );
}

/** The user by name, and the app. Whoever is deleted has no name any more. */
function About({ event: { userId, appId }, names }: { event: AuditRecord; names: Names }) {
  return (
    <div>
      {userId && <UserLink id={userId} names={names} />}
      <Small>
        {appId && (
          <a href={`${HOME}/apps/${appId}`}>{names.apps.get(appId) ?? <code>{appId}</code>}</a>
        )}
      </Small>
    </div>
  );
}

export function UserLink({ id, names }: { id: string; names: Names }) {
  return <a href={`${HOME}/users/${id}`}>{names.users.get(id) ?? <code>{id}</code>}</a>;
}

function By({ c, event: { actor, ip, userAgent } }: { c: Context<AppEnv>; event: AuditRecord }) {
  const { actors } = textsOf(c).console.event;
  const [kind = "", id] = actor.split(":");
  return (
    <div>
      {new Map(Object.entries(actors)).get(kind) ?? actor}
      <Small>
        <Parts of={[describeBrowser(userAgent), ip]} />
      </Small>
      <Small>{id && <code>{id}</code>}</Small>
    </div>
  );
}

export function Small({ children }: { children?: Child }) {
  return children ? <div class="hint">{children}</div> : null;
}
