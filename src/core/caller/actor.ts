/**
 * Who asks, about whom, and who makes a change: a key of the server API, a session, the browser that
 * opened an enrolment link, or the operator.
 */

import type { ApiKeyProof } from "../../crypto/api-key";

export const SCOPES = ["verify", "enrol", "users", "import"] as const;
export type Scope = (typeof SCOPES)[number];

/** Of a key's row, space-separated. */
export function readScopes(stored: string): Scope[] {
  const words = stored.split(" ");
  return SCOPES.filter((scope) => words.includes(scope));
}

/** A back end, over the server API. */
export interface KeyCaller extends ApiKeyProof {
  /** What the key has to be good for. */
  scope: Scope;
  /** The app's own name for the user whom it is about. */
  userId: string;
}

/** A person, over the user API, about themselves. */
export interface SessionCaller {
  sessionId: string;
  /** Of the secret that the session had when this credential was made: another since a step-up. */
  mark: string;
  /** SHA-256 of the cookie's secret; null where a signed access token names the session. */
  secretHash: string | null;
  /** Needs a strong authentication that is not older than five minutes (`caller/assurance.ts`). */
  fresh: boolean;
  /** Also for a user who may do nothing but enrol. */
  enrolment: boolean;
}

/** The browser that opened an enrolment link, about the user whom that link is for. */
export interface LinkCaller {
  linkId: string;
  /** SHA-256 of what that browser holds. */
  browserHash: string;
  /** Is about to give a code; otherwise, where a factor is active, it has to have given one. */
  proving?: boolean;
}

/** The operator, about a user by our own id. */
export interface OperatorCaller {
  operator: true;
  userId: string;
}

export type Caller = KeyCaller | SessionCaller | LinkCaller | OperatorCaller;

export interface Actor {
  /** The key that has to be good, and for what. */
  keyId: string | null;
  scope: Scope | null;
  /** The session that has to be live, with the secret that it had. */
  session: { id: string; mark: string } | null;
  /** The enrolment link that has to stand, and that this browser has to have opened. */
  link: { id: string; browserHash: string } | null;
  /** As the audit trail names it. */
  name: string;
}

/** No credential that a statement would have to look at again. */
const NONE = { keyId: null, scope: null, session: null, link: null };

export const OPERATOR: Actor = { ...NONE, name: "admin" };

export function isSession(caller: Caller): caller is SessionCaller {
  return "sessionId" in caller;
}

export function isOperator(caller: Caller): caller is OperatorCaller {
  return "operator" in caller;
}

export function isLink(caller: Caller): caller is LinkCaller {
  return "linkId" in caller;
}

export function asOperator(userId: string): OperatorCaller {
  return { operator: true, userId };
}

export function actorOf(caller: Caller): Actor {
  if (isOperator(caller)) return OPERATOR;
  if (isSession(caller)) {
    const { sessionId: id, mark } = caller;
    return { ...NONE, session: { id, mark }, name: `session:${id}` };
  }
  if (isLink(caller)) {
    const { linkId: id, browserHash } = caller;
    return { ...NONE, link: { id, browserHash }, name: `link:${id}` };
  }
  const { id, scope } = caller;
  return { ...NONE, keyId: id, scope, name: `key:${id}` };
}
