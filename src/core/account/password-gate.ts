/**
 * The one gate for passwords, as `code/verify.ts` is for codes. Every way to log in, every step-up
 * and every change of password goes through it, so that counting cannot be forgotten.
 *
 * Wrong passwords are counted per account, and per account and address, in counters that never
 * touch the guard of the second factor. If strangers have used these up, a browser or an address
 * that has logged in before has attempts of its own. An unknown account costs the same work and the
 * same statements as a known one. So does an account whose guard is closed; otherwise the
 * difference would tell that two names belong to one account.
 */

import { DUMMY_HASH, hashPassword, needsRehash, verifyPassword } from "../../crypto/password-hash";
import { carryOut, CLAIMED, claimed, type Effect } from "../../db/effect";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { AccountRecord } from "../user/account";
import type { Actor } from "../caller/actor";
import { counterKey, countWhere, reached, type Client, type Counter } from "./attempt-counters";
import { AWAITS_CODE, recordWhere, TRUSTED_DEVICE, type AuditEvent } from "../audit/event";
import { claimBy, LIVE_APP, LIVE_CALLER, SAME_EPOCH } from "../caller/live";
import { knownBrowser } from "./known-browsers";
import { ACCOUNTS_APP, KNOWN_NETWORKS, PASSWORD_GUARDS } from "../policy";
import { unreadablePassword } from "../unreadable";

export interface PasswordAttempt {
  /** The account as read, or null if there is none of that name. */
  account: AccountRecord | null;
  /** The name by which the account was looked up. */
  name: string;
  password: string;
  client: Client;
  actor: Actor;
  /** Whether a right password ends all sessions. */
  endsSessions?: boolean;
  /** Whether a right password makes every browser and address unknown but this address. */
  forgetsPlaces?: boolean;
  /** Whether a right password is followed by a code before anybody is logged in. */
  awaitsCode?: boolean;
  /**
   * Digests of the token of an operator's reset. One of them must match for a reset user to log in.
   */
  rebindHashes?: string[];
  /** The device that must still be trusted. */
  deviceId?: string | null;
  /**
   * What else a right password does. These statements also run for a wrong password, without
   * effect.
   */
  effects: readonly Effect[];
}

const USED_UP = `EXISTS (SELECT 1 FROM ${reached(":guards")})` as const;
const OWN_USED_UP = `EXISTS (SELECT 1 FROM ${reached(":ownGuards")})` as const;

/** This browser, or this address, has logged in before. */
const IS_KNOWN = `(:byBrowser OR EXISTS (SELECT 1 FROM users ku JOIN json_each(ku.known_networks) kn
    WHERE ku.id = :userId AND kn.value = :here))`;

/**
 * There were too many wrong passwords of late. `:guards` lists the counters that count for
 * everybody. `:ownGuards` lists those that a known browser or address has in addition; they count
 * only when the others are used up.
 */
const CLOSED = `iif(${USED_UP}, NOT ${IS_KNOWN} OR ${OWN_USED_UP}, 0)` as const;

const IS_CLOSED = statement(`SELECT ${CLOSED} AS closed`);

/** The deciding UPDATE. It takes place only if the password is right. */
const CLAIM = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + :endsSessions, known_networks = :networks,
    known_since = iif(:forgetsPlaces, :now, known_since)
  WHERE users.id = :userId AND :right AND NOT ${CLOSED}
    AND ${SAME_EPOCH} AND ${LIVE_APP} AND ${LIVE_CALLER} AND users.disabled_at IS NULL
    AND (NOT users.must_rebind OR (users.rebind_expires_at > :now
      AND users.rebind_hash IN (SELECT value FROM json_each(:rebindHashes))))
    AND (:deviceId IS NULL OR (users.capped_at IS NULL AND coalesce(users.locked_until, 0) <= :now
      AND EXISTS (SELECT 1 FROM trusted_devices d
        WHERE d.id = :deviceId AND d.user_id = users.id AND d.epoch = users.epoch AND d.expires_at > :now)))
  RETURNING id`);

/** Records the attempt. One that is refused because the guard is closed costs no row. */
const recordGiven = recordWhere(`iif(:right, ${CLAIMED}, NOT ${CLOSED})`);

/**
 * Counts a wrong password on the counters that are still open. The own counters of a known browser
 * or address are counted only when the others are used up.
 */
const COUNT = countWhere(
  `iif(${USED_UP}, iif(${IS_KNOWN} AND NOT ${OWN_USED_UP}, :ownGuards, '[]'), :guards)`,
  "NOT :right",
);

const REHASH = statement(`
  UPDATE accounts SET password_hash = :rehashed
  WHERE user_id = :userId AND password_hash = :passwordHash`);

/**
 * Carries out the effects if the password is right and everything that was read still holds.
 *
 * Throws `invalid_credentials` for a wrong password, an unknown account, or too many attempts.
 * After a right password also throws `user_disabled`, `rebinding_required` or `conflict`. Throws
 * UnreadableData if the stored hash cannot be read.
 */
export async function attemptPassword(deps: Deps, attempt: PasswordAttempt): Promise<void> {
  const { account, password } = attempt;
  const passwordHash = account?.passwordHash ?? DUMMY_HASH;
  const matches = await verifyPassword(passwordHash, password).catch(() => {
    throw unreadablePassword(account?.user.id ?? "");
  });
  const right = matches && account !== null;
  const values = { ...(await bindings(deps, attempt)), right: Number(right), passwordHash };
  const d1 = deps.db.$client;
  const statements = [
    IS_CLOSED(deps, values),
    CLAIM(deps, values),
    recordGiven(deps, eventOf(attempt, right), values),
    // This comes after the audit row: both ask whether the guard was closed before.
    COUNT(deps, values),
    ...carryOut(deps, claimed(values), attempt.effects),
  ];
  const [closed, decided] = await d1.batch<{ closed?: number }>(statements);
  if (decided?.results.length === 1) return keepHashCurrent(deps, values, password);
  if (!right || closed?.results[0]?.closed === 1) throw new Problem("invalid_credentials");
  throw explain(account);
}

function eventOf(attempt: PasswordAttempt, right: boolean): AuditEvent {
  const { account, actor } = attempt;
  return {
    type: "password.given",
    actor: actor.name,
    appId: account?.app.id ?? ACCOUNTS_APP,
    userId: account?.user.id ?? null,
    ...(right
      ? { reason: whatFollows(attempt) }
      : { outcome: "failure", reason: "wrong_password" }),
  };
}

/** Why a right password alone logs nobody in, or logs in somebody who has a second factor. */
function whatFollows({ awaitsCode, deviceId }: PasswordAttempt): string | null {
  if (awaitsCode) return AWAITS_CODE;
  return deviceId ? TRUSTED_DEVICE : null;
}

/** Makes a hash with older parameters anew, after the answer. */
function keepHashCurrent(
  { db, defer }: Deps,
  { userId, passwordHash }: { userId: string; passwordHash: string },
  password: string,
): void {
  if (!needsRehash(passwordHash)) return;
  const rehash = async () => {
    const rehashed = await hashPassword(password);
    await REHASH({ db }, { userId, passwordHash, rehashed }).run();
  };
  defer(rehash());
}

/** Explains why a right password opened nothing. */
function explain({ user }: AccountRecord): Problem {
  if (user.disabledAt !== null) return new Problem("user_disabled");
  return new Problem(user.mustRebind ? "rebinding_required" : "conflict");
}

async function bindings(deps: Deps, attempt: PasswordAttempt) {
  const { account, actor, client } = attempt;
  const app = account?.app ?? { id: ACCOUNTS_APP, epoch: 0 };
  const user = account?.user ?? { id: "", epoch: 0 };
  // A name must not equal an id. Otherwise wrong passwords for an id, which tokens show, would
  // close its guard.
  const who = account ? account.user.id : `name:${attempt.name}`;
  const counters = await countersOf(deps, { who, since: account?.knownSince ?? 0 }, client);
  const { forgetsPlaces = false } = attempt;
  const known = forgetsPlaces ? [] : (account?.knownNetworks ?? []);
  return {
    ...claimBy(deps, actor, { app, user }),
    ...counters,
    // Of two logins at once, one network may be forgotten. That costs attempts and opens nothing.
    networks: JSON.stringify(withNetwork(known, counters.here)),
    endsSessions: Number(attempt.endsSessions ?? false),
    forgetsPlaces: Number(forgetsPlaces),
    rebindHashes: JSON.stringify(attempt.rebindHashes ?? []),
    deviceId: attempt.deviceId ?? null,
  };
}

function withNetwork(known: string[], here: string): string[] {
  return [here, ...known.filter((network) => network !== here)].slice(0, KNOWN_NETWORKS);
}

/** The counters for this account and for the place that the attempt comes from. */
async function countersOf(
  deps: Deps,
  { who, since }: { who: string; since: number },
  { network, site, browser }: Client,
) {
  const nonce = await knownBrowser(deps, browser, { userId: who, since });
  const here = await counterKey(deps, who, network);
  const place = nonce ?? network;
  const guards: Counter[] = [
    { ...PASSWORD_GUARDS.address, key: here },
    { ...PASSWORD_GUARDS.account, key: await counterKey(deps, who) },
    { ...PASSWORD_GUARDS.network, key: await counterKey(deps, null, network) },
  ];
  if (site !== null) {
    guards.push(
      { ...PASSWORD_GUARDS.site, key: await counterKey(deps, who, site) },
      { ...PASSWORD_GUARDS.networkSite, key: await counterKey(deps, null, site) },
    );
  }
  const ownGuards: Counter[] = [
    // A known address uses the same key that it has anyway, so being known gives it no further
    // attempts at once.
    { ...PASSWORD_GUARDS.known, key: await counterKey(deps, who, place) },
    { ...PASSWORD_GUARDS.knownLong, key: await counterKey(deps, who, place, "long") },
  ];
  return {
    guards: JSON.stringify(guards),
    ownGuards: JSON.stringify(ownGuards),
    byBrowser: Number(nonce !== null),
    here,
  };
}
