/**
 * Who asks, about whom, and in whose name a change is made: a key of the server API, a session, the
 * browser that opened an enrolment link, or the operator.
 */

import type { ApiKeyProof } from "../../crypto/api-key";

export const SCOPES = ["verify", "enrol", "users", "import", "events"] as const;
export type Scope = (typeof SCOPES)[number];

/** Reads the scopes of an API key's row, where spaces separate them. */
export function readScopes(stored: string): Scope[] {
  const words = stored.split(" ");
  return SCOPES.filter((scope) => words.includes(scope));
}

/** A back end that calls the server API. */
export interface KeyCaller extends ApiKeyProof {
  /** The scope that the key must have. */
  scope: Scope;
  /** The address that the call comes from, as 32 hexadecimal digits. Null if it is not known. */
  from: string | null;
  /** The app's own name for the user whom the call is about. */
  userId: string;
}

/** A person who calls the user API about themselves. */
export interface SessionCaller {
  sessionId: string;
  /**
   * Stands for the secret that the session had when this credential was made. A step-up changes it.
   */
  mark: string;
  /** SHA-256 of the cookie's secret. Null if a signed access token names the session. */
  secretHash: string | null;
  /**
   * Whether the call needs a strong authentication at most five minutes old
   * (`caller/assurance.ts`).
   */
  fresh: boolean;
  /** Whether the call is open to a user who may do nothing but enrol. */
  enrolment: boolean;
}

/** The browser that opened an enrolment link. It asks about the user whom the link is for. */
export interface LinkCaller {
  linkId: string;
  /** SHA-256 of the secret that this browser holds. */
  browserHash: string;
  /**
   * Set if the browser is about to give a code. Otherwise it must have given one if a factor is
   * active.
   */
  proving?: boolean;
}

/** The operator, who asks about a user by our own id. */
export interface OperatorCaller {
  operator: true;
  userId: string;
}

export type Caller = KeyCaller | SessionCaller | LinkCaller | OperatorCaller;

export interface Actor {
  /** The key that must be good, and the scope that it must have. */
  keyId: string | null;
  scope: Scope | null;
  /** The session that must be live, with the mark of the secret that it had. */
  session: { id: string; mark: string } | null;
  /** The enrolment link that must stand, and that this browser must have opened. */
  link: { id: string; browserHash: string } | null;
  /** The name of this actor in the audit trail. */
  name: string;
}

/** No credential that a statement would have to check again. */
const NONE = { keyId: null, scope: null, session: null, link: null };

export const OPERATOR: Actor = { ...NONE, name: "admin" };

export function isKey(caller: Caller): caller is KeyCaller {
  return "hash" in caller;
}

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
