/** What the users and apps of some events are called, for people who read the events. */

import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import type { AuditRecord } from "../audit/record";
import { showEmail } from "../user/login-names";

export interface Names {
  /** By the user's id. Deleted users have no name any more. */
  users: Map<string, string>;
  apps: Map<string, string>;
}

type Named = Pick<AuditRecord, "userId" | "appId">;

const OF_USERS = statement(`
  SELECT u.id, u.external_id AS externalId, ac.email, ac.name
  FROM json_each(:ids) j JOIN users u ON u.id = j.value LEFT JOIN accounts ac ON ac.user_id = u.id`);
const OF_APPS = statement(`
  SELECT a.id, a.name FROM json_each(:ids) j JOIN apps a ON a.id = j.value WHERE a.deleted_at IS NULL`);

/** Loads the names, in one round trip to each database. */
export async function loadNames(
  { shards }: Pick<Deps, "shards">,
  events: readonly Named[],
): Promise<Names> {
  const ids = (of: (event: Named) => string | null) =>
    JSON.stringify([...new Set(events.map(of).filter((id) => id !== null))]);
  const [ofUsers, ofApps] = [ids(({ userId }) => userId), ids(({ appId }) => appId)];
  const looks = await Promise.all(
    shards.all.map((db) =>
      db.$client.batch<never>([
        OF_USERS({ db }, { ids: ofUsers }),
        OF_APPS({ db }, { ids: ofApps }),
      ]),
    ),
  );
  const named: { id: string; externalId: string; email: string | null; name: string | null }[] =
    looks.flatMap(([users]) => users?.results ?? []);
  const found: { id: string; name: string }[] = looks.flatMap(([, apps]) => apps?.results ?? []);
  return {
    users: new Map(named.map((user) => [user.id, nameOf(user)])),
    apps: new Map(found.map(({ id, name }) => [id, name])),
  };
}

/** People before addresses, and addresses before ids. */
export function nameOf(user: {
  name?: string | null | undefined;
  email?: string | null | undefined;
  externalId: string;
}): string {
  return user.name ?? (user.email ? showEmail(user.email) : user.externalId);
}
