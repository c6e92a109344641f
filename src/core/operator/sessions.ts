/**
 * Sign-ins to the operator's console. A row says with which ADMIN_TOKEN it was opened, so that a
 * new token ends them all. Wrong tokens reach only the log and the limits by address: nobody
 * without the token causes a write.
 */

import { and, eq, gt, inArray } from "drizzle-orm";
import { digest, digests } from "../../crypto/keyring";
import { createSecret, formatToken, parseOperatorCookie } from "../../crypto/opaque-tokens";
import { timingSafeEqual } from "../../crypto/timing-safe-equal";
import { operatorSessions } from "../../db/page-schema";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { OPERATOR } from "../caller/actor";
import { record, recordWhere } from "../audit/event";
import { OPERATOR_SESSION_LIFE, SESSION_USE_NOTED } from "../policy";

/** The cookie that the operator's browser gets. */
export interface OperatorCookie {
  value: string;
  maxAgeSeconds: number;
}

export interface OperatorSession {
  createdAt: Date;
  /** When the sign-in ends, however much it is used. */
  expiresAt: Date;
}

const INSERT = statement(`
  INSERT INTO operator_sessions (hash, token_digest, created_at, idle_expires_at, expires_at)
  VALUES (:hash, :tokenDigest, :now, :idleExpiresAt, :expiresAt)`);

const NOTE_USE = statement(`
  UPDATE operator_sessions SET idle_expires_at = max(idle_expires_at, :idleExpiresAt)
  WHERE hash = :hash AND idle_expires_at > :now`);

/** Records the sign-out. It comes before the deletion, and only if that will find a row. */
const recordSignOut = recordWhere(`EXISTS (SELECT 1 FROM operator_sessions WHERE hash = :hash)`);
const DELETE = statement(`DELETE FROM operator_sessions WHERE hash = :hash`);

type Stored = Pick<
  typeof operatorSessions.$inferSelect,
  "createdAt" | "idleExpiresAt" | "expiresAt"
>;

/** Signs the operator in. Throws `unauthorized` for any token but ADMIN_TOKEN. */
export async function signIn(deps: Deps, token: string): Promise<OperatorCookie> {
  const { adminToken } = deps.settings;
  if (!timingSafeEqual(token, adminToken)) {
    throw new Problem("unauthorized", { cause: "wrong admin token" });
  }
  const { text, hash } = await createSecret();
  const tokenDigest = await digest(deps.keyring, "operator-session", adminToken);
  const d1 = deps.db.$client;
  await d1.batch([
    INSERT(deps, { hash, tokenDigest, ...endsFrom(deps.now) }),
    record(deps, { type: "console.signed_in", actor: OPERATOR.name, appId: null }),
  ]);
  const maxAgeSeconds = OPERATOR_SESSION_LIFE.overall / 1000;
  return { value: formatToken.operator(text), maxAgeSeconds };
}

function endsFrom(instant: Date) {
  const now = instant.getTime();
  const { overall, idle } = OPERATOR_SESSION_LIFE;
  return { now, idleExpiresAt: now + idle, expiresAt: now + overall };
}

/**
 * Checks a sign-in. Throws `unauthorized` if it has ended, for whatever reason. Requests that a
 * page makes by itself do not count as use, so an operator who went away is still signed out.
 */
export async function checkSignIn(
  deps: Deps,
  cookie: string,
  by: "operator" | "page" = "operator",
): Promise<OperatorSession> {
  const hash = await parseOperatorCookie(cookie);
  const row = hash === null ? null : await load(deps, hash);
  if (hash === null || !row) throw new Problem("unauthorized", { cause: "no such sign-in" });
  if (by === "operator") noteUse(deps, hash, row);
  return { createdAt: row.createdAt, expiresAt: row.expiresAt };
}

/** Loads a sign-in. Any key of the ring may have made its digest. */
async function load({ db, keyring, settings, now }: Deps, hash: string): Promise<Stored | null> {
  const known = await digests(keyring, "operator-session", settings.adminToken);
  const { createdAt, idleExpiresAt, expiresAt, tokenDigest } = operatorSessions;
  const [row] = await db
    .select({ createdAt, idleExpiresAt, expiresAt })
    .from(operatorSessions)
    .where(
      and(
        eq(operatorSessions.hash, hash),
        gt(expiresAt, now),
        gt(idleExpiresAt, now),
        inArray(tokenDigest, known),
      ),
    );
  return row ?? null;
}

/**
 * Notes that the sign-in is in use, like a session's use. It is noted only if that moves the end of
 * the sign-in far enough; near its overall end that is never the case.
 */
function noteUse({ db, defer, now }: Deps, hash: string, row: Stored): void {
  const idleExpiresAt = Math.min(row.expiresAt.getTime(), endsFrom(now).idleExpiresAt);
  if (idleExpiresAt - row.idleExpiresAt.getTime() < SESSION_USE_NOTED) return;
  defer(NOTE_USE({ db }, { hash, idleExpiresAt, now: now.getTime() }).run());
}

/** Signs the operator out. For a cookie that opens nothing, no event is recorded. */
export async function signOut(deps: Deps, cookie: string): Promise<void> {
  const hash = await parseOperatorCookie(cookie);
  if (hash === null) return;
  const d1 = deps.db.$client;
  const event = { type: "console.signed_out", actor: OPERATOR.name, appId: null } as const;
  await d1.batch([recordSignOut(deps, event, { hash }), DELETE(deps, { hash })]);
}
