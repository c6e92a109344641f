/**
 * The operator's list of users, over all apps. However many users there are, a page reads a bounded
 * number of rows, which an index finds. All other filters apply within those rows.
 */

import type { Named, Row } from "../../db/row";
import type { users } from "../../db/schema";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { normaliseName, showEmail, toSearchedEmail } from "../user/login-names";
import { listOver, windowEnd, type Listing, type ListingRequest } from "../listing";

export interface UserSummary {
  id: string;
  appId: string;
  /** The app's own name for the user. */
  userId: string;
  email: string | null;
  username: string | null;
  /** The name of the person, if they have an account and gave one. */
  name: string | null;
  /** Whether an authenticator is active. */
  twoFactor: boolean;
  createdAt: Date;
  disabled: boolean;
  capped: boolean;
  lockedUntil: Date | null;
}

/**
 * The states that an operator looks for: `locked` for a while, `capped` until a reset, `disabled`,
 * and `reset` without having enrolled again.
 */
export const USER_STATES = ["locked", "capped", "disabled", "reset"] as const;
export type UserState = (typeof USER_STATES)[number];

export interface UserFilter {
  appId?: string | undefined;
  /**
   * The beginning of the app's own name for the user, of their e-mail address, user name or name;
   * or the whole of our own id.
   */
  query?: string | undefined;
  state?: UserState | undefined;
}

/** How many users one page looks at. */
export const USERS_READ = 1000;

/**
 * Conditions with an index of their own (`schema.ts`). The index is used only if the condition is
 * spelled exactly like it.
 */
const HELD: Record<UserState, string> = {
  locked: "(locked_until IS NOT NULL) = 1 AND locked_until IS NOT NULL",
  capped: "(capped_at IS NOT NULL) = 1 AND capped_at IS NOT NULL",
  disabled: "(disabled_at IS NOT NULL) = 1 AND disabled_at IS NOT NULL",
  reset: "must_rebind = 1",
};

/** Conditions that hold now. A lock ends by itself, so `HELD` alone is not enough. */
const IS: Record<UserState, string> = {
  locked: "u.locked_until > :now",
  capped: "u.capped_at IS NOT NULL",
  disabled: "u.disabled_at IS NOT NULL",
  reset: "u.must_rebind",
};

/** The first names in alphabetical order that begin with the text. */
const beginning = (from: string, column: string, text: string) => `
  SELECT n FROM (SELECT u.rowid AS n FROM ${from}
    ${column} >= :${text} AND ${column} < :${text}End ORDER BY ${column} LIMIT ${USERS_READ})`;

const namedSo = (ofApp: string) => `
  SELECT n FROM (
    ${beginning(`users u WHERE ${ofApp}`, "u.external_id", "externalId")} UNION
    ${beginning("accounts ac JOIN users u ON u.id = ac.user_id WHERE", "ac.email", "email")} UNION
    ${beginning("accounts ac JOIN users u ON u.id = ac.user_id WHERE", "ac.username", "name")} UNION
    ${beginning("accounts ac JOIN users u ON u.id = ac.user_id WHERE ac.name IS NOT NULL AND", "ac.name COLLATE NOCASE", "person")} UNION
    SELECT u.rowid AS n FROM users u WHERE u.id = :externalId)
  WHERE n < :before ORDER BY n DESC LIMIT ${USERS_READ}`;

/** Selects the users to look at, newest first. */
function candidatesFor({ appId, query, state }: UserFilter): string {
  const ofApp = appId === undefined ? "" : "app_id = :appId AND";
  if (query !== undefined) return namedSo(ofApp);
  const condition = state === undefined ? ofApp : `${HELD[state]} AND`;
  return `SELECT rowid AS n FROM users WHERE ${condition} rowid < :before ORDER BY rowid DESC LIMIT ${USERS_READ}`;
}

/** Not what another database has taken over, or is about to. */
const IS_HERE = `AND EXISTS (SELECT 1 FROM placements p WHERE p.shard = :shard AND p.state = 'live'
      AND substr(u.id, 5, 3) BETWEEN p.first AND p.last)`;

const list = (candidates: string, { appId, state }: UserFilter, isMany: boolean) => `
  SELECT u.id, u.app_id AS appId, u.external_id AS userId, ac.email, ac.username, ac.name,
    EXISTS (SELECT 1 FROM authenticators t WHERE t.user_id = u.id AND t.state = 'active') AS twoFactor, u.created_at AS createdAt,
    u.disabled_at AS disabledAt, u.capped_at AS cappedAt, u.locked_until AS lockedUntil, n AS cursor
  FROM (${candidates}) CROSS JOIN users u ON u.rowid = n
    JOIN apps a ON a.id = u.app_id LEFT JOIN accounts ac ON ac.user_id = u.id
  WHERE a.deleted_at IS NULL ${appId === undefined ? "" : "AND u.app_id = :appId"}
    ${state === undefined ? "" : `AND ${IS[state]}`} ${isMany ? IS_HERE : ""}
  ORDER BY n DESC LIMIT :limit + 1`;

type Listed = Pick<
  Row<typeof users>,
  "id" | "appId" | "createdAt" | "disabledAt" | "cappedAt" | "lockedUntil"
> &
  Named<Row<typeof users>, { userId: "externalId" }> & {
    email: string | null;
    username: string | null;
    name: string | null;
    twoFactor: number;
    cursor: number;
  };

/**
 * Lists users, newest first. For a `query`, it considers the first thousand names of each kind in
 * alphabetical order. A page that has looked at as many users as it may is short, and the next page
 * goes on from there.
 */
export async function listUsers(
  { shards, now }: Pick<Deps, "shards" | "now">,
  { cursor, limit, query: typed, ...others }: UserFilter & ListingRequest,
): Promise<Listing<UserSummary>> {
  const query = typed?.trim() || undefined;
  const filter = { ...others, query };
  const candidates = candidatesFor(filter);
  const look = async (db: Deps["db"], before: number) => {
    const asked = { ...namesOf(filter), appId: filter.appId ?? null, before };
    const values = { ...asked, now: now.getTime(), limit, shard: shards.all.indexOf(db) };
    const select = statement(list(candidates, filter, shards.all.length > 1));
    const { results } = await select({ db }, values).all<Listed>();
    const rows = results.map((row) => ({ ...toSummary(row, now), cursor: row.cursor }));
    return { rows, end: () => windowEnd({ db }, candidates, asked, USERS_READ) };
  };
  return listOver(shards.all, { cursor, limit }, look, ({ createdAt }) => createdAt.getTime());
}

/** The bounds for each kind of name. Every name that begins with the text lies between them. */
function namesOf({ query = "" }: UserFilter) {
  const externalId = query.normalize("NFC");
  const [email, name] = [toSearchedEmail(query), normaliseName(query)];
  const ends = { externalIdEnd: after(externalId), emailEnd: after(email), nameEnd: after(name) };
  return { externalId, email, name, person: externalId, personEnd: after(externalId), ...ends };
}

/** A text behind every text with this beginning: no character comes after the last code point. */
function after(text: string): string {
  return `${text}\u{10ffff}`;
}

function toSummary(row: Listed, now: Date): UserSummary {
  const { id, appId, userId, username, name, createdAt, disabledAt, cappedAt, lockedUntil } = row;
  const locked = lockedUntil !== null && lockedUntil > now.getTime();
  return {
    id,
    appId,
    userId,
    email: row.email && showEmail(row.email),
    username,
    name,
    twoFactor: row.twoFactor === 1,
    createdAt: new Date(createdAt),
    disabled: disabledAt !== null,
    capped: cappedAt !== null,
    lockedUntil: locked ? new Date(lockedUntil) : null,
  };
}
