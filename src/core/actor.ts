/** Who asks, about whom, and who makes a change: a key of the server API, a session, or the operator. */

import type { ApiKeyProof } from "../crypto/api-key";

export const SCOPES = ["verify", "enrol", "users", "import"] as const;
export type Scope = (typeof SCOPES)[number];

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
  /** Needs a strong authentication that is not older than five minutes (`assurance.ts`). */
  fresh: boolean;
  /** Also for a user who may do nothing but enrol. */
  enrolment: boolean;
}

export type Caller = KeyCaller | SessionCaller;

export interface Actor {
  /** The key that has to be good, and for what. */
  keyId: string | null;
  scope: Scope | null;
  /** The session that has to be live, with the secret that it had. */
  session: { id: string; mark: string } | null;
  /** As the audit trail names it. */
  name: string;
}

export const OPERATOR: Actor = { keyId: null, scope: null, session: null, name: "admin" };

export function isSession(caller: Caller): caller is SessionCaller {
  return "sessionId" in caller;
}

export function actorOf(caller: Caller): Actor {
  if (isSession(caller)) {
    const { sessionId: id, mark } = caller;
    return { keyId: null, scope: null, session: { id, mark }, name: `session:${id}` };
  }
  const { id, scope } = caller;
  return { keyId: id, scope, session: null, name: `key:${id}` };
}
