/**
 * What happened in an account, as its user is told. Events of the trail are given in the user's terms,
 * and never with their inner reason or with words of the operator. A failure says whether it came
 * before or after the right password, which is what its user has to know.
 */

import type { Archive, Deps } from "../../env";
import type { SessionCaller } from "../caller/actor";
import { isFresh } from "../caller/assurance";
import { loadBySession, type SessionRecord } from "../caller/by-session";
import type { Listing, ListingRequest } from "../listing";
import { ACTIVITY_SHOWN, CHALLENGE_LIFE_SECONDS } from "../policy";
import { hasSecondFactor } from "../user/record";
import { AWAITS_CODE, TRUSTED_DEVICE, type AuditType, type Outcome } from "./event";
import type { AuditRecord } from "./record";
import { listEvents, type AuditRequest } from "./trail";

/** How long after the password a code may follow, in milliseconds, and how many events are read of that. */
const TIME_FOR_CODE = CHALLENGE_LIFE_SECONDS.default * 1000;
const FOLLOWERS_READ = 100;

/** Events that are told by their own name. Others say nothing to a user, or come to nothing. */
const AS_RECORDED = [
  "account.changed",
  "account.created",
  "account.secured",
  "authenticator.confirmed",
  "authenticator.imported",
  "authenticator.removed",
  "authenticator.renamed",
  "authenticator.resynchronised",
  "backup_codes.rotated",
  "device.new",
  "device.revoked",
  "device.trusted",
  "email.code_sent",
  "email.proven",
  "link.created",
  "link.opened",
  "password.changed",
  "password.reset",
  "second_factor.disabled",
  "session.reused",
  "session.revoked",
  "user.capped",
  "user.disabled",
  "user.enabled",
  "user.locked",
  "user.refused",
  "user.reset",
  "user.unlocked",
] as const satisfies AuditType[];

export const ACTIVITY_TYPES = [
  ...([
    "sign_in.completed",
    /** The password. Without a failure, no right code followed. */
    "sign_in.password",
    /** A wrong code after the right password. */
    "sign_in.code",
    /** A proof within a session. */
    "step_up",
    /** A code that an app asked for. */
    "code.checked",
  ] as const),
  ...AS_RECORDED,
] as const;
export type ActivityType = (typeof ACTIVITY_TYPES)[number];

/** Who did it: whoever acted as the user, an app with its key, the operator, or this service. */
export const DOERS = ["user", "app", "operator", "service"] as const;
type Doer = (typeof DOERS)[number];

export const SIGN_IN_METHODS = ["password", "totp", "backup_code", "trusted_device"] as const;
type SignInMethod = (typeof SIGN_IN_METHODS)[number];

export interface OwnEvent {
  id: number;
  at: Date;
  type: ActivityType;
  outcome: Outcome;
  by: Doer;
  /** How somebody signed in. Null for everything else, and if factors are not told. */
  method: SignInMethod | null;
  /** Null also if factors are not told. One that was removed has no name any more. */
  authenticator: { id: string; name: string | null } | null;
  /** Null also for what the operator did, as the browser is. */
  ip: string | null;
  userAgent: string | null;
}

/**
 * Lists what happened in the account in the last 90 days, newest first. Authenticators and methods
 * are told to a fresh session only, as in the list of authenticators
 * (docs/decisions/0008-sessions-and-epochs.md). Throws what `loadBySession` and `listEvents` throw.
 */
export async function listActivity(
  deps: Deps,
  archive: Archive,
  caller: SessionCaller,
  request: ListingRequest,
): Promise<Listing<OwnEvent>> {
  const loaded = await loadBySession(deps, caller);
  const since = new Date(deps.now.getTime() - ACTIVITY_SHOWN);
  const { id: userId } = loaded.user;
  const read = (wanted: AuditRequest) => listEvents(deps, archive, wanted);
  const { items, nextCursor } = await read({ ...request, userId, since });
  const later = request.cursor === undefined ? [] : await readFollowers(read, userId, items);
  const told = withoutFirstSteps([...later, ...items]).filter((event) => !later.includes(event));
  return {
    items: told.flatMap((event) => toOwnEvent(event, loaded, deps.now)),
    nextCursor,
  };
}

/**
 * Reads what the page before this one has of the sign-ins that this page has the passwords of. Without
 * that, a page would say of a sign-in at its edge that no code followed.
 */
async function readFollowers(
  read: (wanted: AuditRequest) => Promise<Listing<AuditRecord>>,
  userId: string,
  [newest, ...others]: AuditRecord[],
): Promise<AuditRecord[]> {
  if (!newest || ![newest, ...others].some(isFirstStep)) return [];
  const since = newest.at;
  const until = new Date(since.getTime() + TIME_FOR_CODE + 1);
  const known = new Set([newest, ...others].map(({ id }) => id));
  const { items } = await read({ userId, since, until, limit: FOLLOWERS_READ });
  return items.filter(({ id }) => !known.has(id));
}

function toOwnEvent(event: AuditRecord, loaded: SessionRecord, now: Date): OwnEvent[] {
  const type = typeOf(event);
  if (type === null) return [];
  const { id, at, outcome } = event;
  const by = doerOf(event);
  const tellsFactors = !hasSecondFactor(loaded) || isFresh(loaded, now);
  const method = tellsFactors && type === "sign_in.completed" ? methodOf(event) : null;
  const authenticator = tellsFactors ? authenticatorOf(event, loaded) : null;
  return [{ id, at, type, outcome, by, method, authenticator, ...whereFrom(event, by) }];
}

/** Where the operator works is no user's business. */
function whereFrom({ ip, userAgent }: AuditRecord, by: Doer): Pick<OwnEvent, "ip" | "userAgent"> {
  return by === "operator" ? { ip: null, userAgent: null } : { ip, userAgent };
}

function typeOf(event: AuditRecord): ActivityType | null {
  const { type, outcome } = event;
  const kind = kindOf(event);
  if (type === "password.given") {
    if (kind !== "login") return "step_up";
    return outcome === "success" && !isFirstStep(event) ? "sign_in.completed" : "sign_in.password";
  }
  if (type === "challenge.answered" && kind === "login") {
    return outcome === "success" ? "sign_in.completed" : "sign_in.code";
  }
  if (type === "code.verified" && kind === "session") return "step_up";
  if (type === "code.verified" || type === "challenge.answered") return "code.checked";
  return AS_RECORDED.find((one) => one === type) ?? null;
}

/** A right password that is followed by a code. */
function isFirstStep({ type, reason }: AuditRecord): boolean {
  return type === "password.given" && reason === AWAITS_CODE;
}

/** What stands before the id in the name of an actor. */
function kindOf({ actor }: AuditRecord): string {
  return actor.split(":")[0] ?? "";
}

const DOERS_BY_KIND = new Map<string, Doer>([
  ["key", "app"],
  ["admin", "operator"],
  ["system", "service"],
]);

function doerOf(event: AuditRecord): Doer {
  return DOERS_BY_KIND.get(kindOf(event)) ?? "user";
}

function methodOf({ type, reason, authenticatorId }: AuditRecord): SignInMethod {
  if (type === "challenge.answered") return authenticatorId === null ? "backup_code" : "totp";
  return reason === TRUSTED_DEVICE ? "trusted_device" : "password";
}

function authenticatorOf(
  { authenticatorId: id }: AuditRecord,
  { authenticators }: SessionRecord,
): OwnEvent["authenticator"] {
  if (id === null) return null;
  return { id, name: authenticators.find((one) => one.id === id)?.name ?? null };
}

/**
 * Leaves out the right password of everybody who then gave the right code from the same place. Each
 * sign-in hides one password at most. What is left are passwords that somebody knew and no right code
 * followed.
 */
function withoutFirstSteps(events: AuditRecord[]): AuditRecord[] {
  const open: AuditRecord[] = [];
  return events.filter((event) => {
    if (typeOf(event) === "sign_in.completed" && event.type === "challenge.answered") {
      open.push(event);
    }
    if (!isFirstStep(event)) return true;
    const follower = open.findIndex((one) => isFollowedBy(event, one));
    if (follower >= 0) open.splice(follower, 1);
    return follower < 0;
  });
}

function isFollowedBy(first: AuditRecord, second: AuditRecord): boolean {
  const passed = second.at.getTime() - first.at.getTime();
  const isFromThere = first.ip === second.ip && first.userAgent === second.userAgent;
  return isFromThere && passed <= TIME_FOR_CODE;
}
