/** Deletes a user and everything that belongs to them except the audit trail. */

import { ALWAYS, carryOut, effect } from "../../db/effect";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { isOperator, type Caller } from "../caller/actor";
import { NOT_HELD } from "../caller/live";
import { assertNotHeld } from "../user/guard";
import { change } from "./change";
import { DELETE_AUTHENTICATORS, DELETE_BACKUP_CODES } from "./factors";
import type { Proof } from "./proof";

/**
 * Removes personal data from the user's events. Who did what to which id, and when, stays. For a
 * deletion by the operator, the address it came from and the reason stay too.
 */
const DEPERSONALISE_EVENTS = effect(
  "UPDATE audit_events SET ip = NULL, user_agent = NULL, note = NULL",
  "user_id = :userId AND coalesce(ip, user_agent, note) IS NOT NULL",
);

const LINKS_OF_USER = `SELECT substr(actor, 6) AS id FROM audit_events
  WHERE user_id = :userId AND actor LIKE 'link:%'` as const;
/** The same for what a link noted before its enrolment created the user. */
const DEPERSONALISE_LINKS = effect(
  "UPDATE audit_events SET ip = NULL, user_agent = NULL",
  `user_id IS NULL AND note IN (${LINKS_OF_USER})`,
);

/** Runs last, after everything that depends on the user's row. */
const DELETE_USER = effect("DELETE FROM users", "id = :userId");

/** Keeps no address of users who delete themselves, by their session or through their app. */
const NO_SOURCE = { ip: null, userAgent: null };

const DELETE = change(
  "user.deleted",
  {
    needsProof: true,
    only: [NOT_HELD],
    effects: [
      DELETE_AUTHENTICATORS,
      DELETE_BACKUP_CODES,
      effect(
        "DELETE FROM enrolment_links",
        "(app_id, external_id) IN (SELECT app_id, external_id FROM users WHERE id = :userId)",
      ),
      effect("DELETE FROM accounts", "user_id = :userId"),
      effect("DELETE FROM sessions", "user_id = :userId"),
      effect("DELETE FROM trusted_devices", "user_id = :userId"),
      effect("DELETE FROM mail_codes", "user_id = :userId"),
      effect("DELETE FROM notices", "user_id = :userId"),
      DEPERSONALISE_EVENTS,
      DEPERSONALISE_LINKS,
    ],
  },
  {
    plan: ({ caller, found }, { note = null }: Deletion) => {
      if (!isOperator(caller)) assertNotHeld(found.user);
      return {
        values: {},
        event: { note, ...(!isOperator(caller) && NO_SOURCE) },
        effects: [DELETE_USER({})],
        answer: found.user.id,
      };
    },
  },
);

interface Deletion {
  note?: string | null;
  proof?: Proof | undefined;
}

/**
 * Deletes the user whom the caller is or asks about. Throws `not_found`, and what a change throws.
 * Also throws `user_disabled`, `locked` (capped) or `rebinding_required`, unless the operator asks.
 */
export async function deleteUser(
  deps: Deps,
  caller: Caller,
  deletion: Deletion = {},
): Promise<void> {
  const userId = await DELETE(deps, caller, deletion);
  if (deps.shards.all.length > 1) await depersonaliseEverywhere(deps, userId);
}

/** But not out of the event of the deletion, which is in one of the databases by then. */
const DEPERSONALISE_EVENTS_LATER = effect(
  "UPDATE audit_events SET ip = NULL, user_agent = NULL, note = NULL",
  "user_id = :userId AND type <> 'user.deleted' AND coalesce(ip, user_agent, note) IS NOT NULL",
);
const DEPERSONALISE_LINKS_LATER = effect(
  "UPDATE audit_events SET ip = NULL, user_agent = NULL",
  "user_id IS NULL AND note IN (SELECT value FROM json_each(:links))",
);
const FIND_LINKS = statement(LINKS_OF_USER);

/**
 * Events of before a move are in the database where the user was then, and what a link noted may be in
 * another than the enrolment by it.
 */
async function depersonaliseEverywhere(
  { shards, now }: Pick<Deps, "shards" | "now">,
  userId: string,
): Promise<void> {
  const looks = shards.all.map((db) => FIND_LINKS({ db }, { userId }).all<{ id: string }>());
  const found = (await Promise.all(looks)).flatMap(({ results }) => results);
  const links = JSON.stringify(found.map(({ id }) => id));
  const effects = [DEPERSONALISE_EVENTS_LATER({ userId }), DEPERSONALISE_LINKS_LATER({ links })];
  await Promise.all(
    shards.all.map((db) => db.$client.batch(carryOut({ db, now }, ALWAYS, effects))),
  );
}
