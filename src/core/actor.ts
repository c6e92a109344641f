/** Who makes a change: a key of the server API, or the operator. */

import type { Caller } from "./load-user";

export interface Actor {
  /** Null for the operator. */
  keyId: string | null;
  /** What the key has to be good for. */
  scope: string;
  /** As the audit trail names it. */
  name: string;
}

export const OPERATOR: Actor = { keyId: null, scope: "", name: "admin" };

export function actorOf({ id, scope }: Caller): Actor {
  return { keyId: id, scope, name: `key:${id}` };
}
