/** The user whose code is given: read, allowed to try one, and with their secrets opened. */

import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { noteRefusal } from "../audit/refusals";
import { assertOpen } from "../user/guard";
import { isActive, type App, type User, type UserRecord } from "../user/record";
import type { Attempt } from "./commit";
import { openAuthenticators, type OpenAuthenticator } from "./match";

/** Who asks, and for what. */
type Asked = Pick<Attempt, "actor" | "challenge" | "afterPass" | "change">;

/** The user whose code is given, as read, and who asks. */
export interface Subject extends Asked {
  app: Attempt["app"];
  user: Attempt["user"] & { failures: number };
  authenticators: OpenAuthenticator[];
  /** It may be out of date, and is then no reason to refuse anything. */
  isStale?: boolean;
}

/**
 * Opens the active authenticators of the user whose code is given. Throws `not_enrolled`, `locked`,
 * `user_disabled` or `rebinding_required`.
 */
export async function openSubject(
  deps: Deps,
  { user, app, authenticators }: Pick<UserRecord, "user" | "app" | "authenticators">,
): Promise<Omit<Subject, keyof Asked>> {
  refuseLocked(deps, app, user);
  const active = authenticators.filter(isActive);
  if (active.length === 0) throw new Problem("not_enrolled");
  const sealed = { appId: app.id, userId: user.id, authenticators: active };
  return { user, app, authenticators: await openAuthenticators(deps.keyring, sealed) };
}

function refuseLocked(deps: Deps, app: App, user: User) {
  try {
    assertOpen(user, deps.now);
  } catch (refusal) {
    noteRefusal(deps, { appId: app.id, userId: user.id, reason: "locked" });
    throw refusal;
  }
}

/** Opens like `openSubject`. A refusal that rests on a stale read is not final, and not noted. */
export async function openNearest(deps: Deps, found: UserRecord, isStale: boolean) {
  if (isStale) assertOpen(found.user, deps.now);
  return { ...(await openSubject(deps, found)), isStale };
}
