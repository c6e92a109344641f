/**
 * The one gate for passwords, as `code/verify.ts` is for codes: every log-in path, step-up and change of
 * password goes through it, so that counting cannot be forgotten.
 *
 * Wrong passwords are counted per account and address and per account, in counters of their own that
 * never touch the guard of the second factor. Where strangers have used these up, a browser or an
 * address that has logged in before has tries of its own. An unknown account costs the same work and the same statements as a known one, and so
 * does one whose guard is closed, which would else tell that two names are one account's.
 */

import { DUMMY_HASH, hashPassword, needsRehash, verifyPassword } from "../../crypto/password-hash";
import { carryOut, CLAIMED, claimed, type Effect } from "../../db/effect";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import type { AccountRecord } from "../user/account";
import type { Actor } from "../caller/actor";
import { counterKey, countWhere, reached, type Client, type Counter } from "./attempt-counters";
import { recordWhere, type AuditEvent } from "../audit/event";
import { claimBy, LIVE_APP, LIVE_CALLER, SAME_EPOCH } from "../caller/live";
import { knownBrowser } from "./known-browsers";
import { ACCOUNTS_APP, KNOWN_NETWORKS, PASSWORD_GUARDS } from "../policy";
import { unreadablePassword } from "../unreadable";

export interface PasswordAttempt {
  /** As read; null if there is none of that name. */
  account: AccountRecord | null;
  /** What it was looked up by. */
  name: string;
  password: string;
  client: Client;
  actor: Actor;
  /** Whether a right password ends all sessions. */
  endsSessions?: boolean;
  /** From an operator's reset: one of these opens the log-in of a reset user. */
  rebindHashes?: string[];
  /** Has to be trusted still. */
  deviceId?: string | null;
  /** What else a right password does. Of a wrong one these statements run too, to no effect. */
  effects: readonly Effect[];
}

const USED_UP = `EXISTS (SELECT 1 FROM ${reached(":guards")})` as const;
const OWN_USED_UP = `EXISTS (SELECT 1 FROM ${reached(":ownGuards")})` as const;

/** This browser, or this address, has logged in before. */
const IS_KNOWN = `(:byBrowser OR EXISTS (SELECT 1 FROM users ku JOIN json_each(ku.known_networks) kn
    WHERE ku.id = :userId AND kn.value = :here))`;

/**
 * Too many wrong passwords of late: `:guards` lists what is counted of everybody, `:ownGuards` what
 * a browser or an address that is known has besides. It is looked at only when the others are used up.
 */
const CLOSED = `iif(${USED_UP}, NOT ${IS_KNOWN} OR ${OWN_USED_UP}, 0)` as const;

const IS_CLOSED = statement(`SELECT ${CLOSED} AS closed`);

/** Decides, if the password is right. */
const CLAIM = statement(`
  UPDATE users SET attempt = :attempt, epoch = epoch + :endsSessions, known_networks = :networks
  WHERE users.id = :userId AND :right AND NOT ${CLOSED}
    AND ${SAME_EPOCH} AND ${LIVE_APP} AND ${LIVE_CALLER} AND users.disabled_at IS NULL
    AND (NOT users.must_rebind OR (users.rebind_expires_at > :now
      AND users.rebind_hash IN (SELECT value FROM json_each(:rebindHashes))))
    AND (:deviceId IS NULL OR (users.capped_at IS NULL AND coalesce(users.locked_until, 0) <= :now
      AND EXISTS (SELECT 1 FROM trusted_devices d
        WHERE d.id = :deviceId AND d.user_id = users.id AND d.epoch = users.epoch AND d.expires_at > :now)))
  RETURNING id`);

/** What is refused because it is closed costs no row. */
const recordGiven = recordWhere(`iif(:right, ${CLAIMED}, NOT ${CLOSED})`);

/** On what is open: of what is known only when the others are used up. */
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
 * Throws `invalid_credentials` for a wrong or unknown one and when there were too many; behind a
 * right one also `user_disabled`, `rebinding_required` or `conflict`.
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
    // After the audit row: both ask whether it was closed before.
    COUNT(deps, values),
    ...carryOut(deps, claimed(values), attempt.effects),
  ];
  const [closed, decided] = await d1.batch<{ closed?: number }>(statements);
  if (decided?.results.length === 1) return keepHashCurrent(deps, values, password);
  if (!right || closed?.results[0]?.closed === 1) throw new Problem("invalid_credentials");
  throw explain(account);
}

function eventOf({ account, actor }: PasswordAttempt, right: boolean): AuditEvent {
  return {
    type: "password.given",
    actor: actor.name,
    appId: account?.app.id ?? ACCOUNTS_APP,
    userId: account?.user.id ?? null,
    ...(!right && { outcome: "failure", reason: "wrong_password" }),
  };
}

/** A hash of older parameters is made anew, after the answer. */
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

/** Why a right password opened nothing. */
function explain({ user }: AccountRecord): Problem {
  if (user.disabledAt !== null) return new Problem("user_disabled");
  return new Problem(user.mustRebind ? "rebinding_required" : "conflict");
}

async function bindings(deps: Deps, attempt: PasswordAttempt) {
  const { account, actor, client } = attempt;
  const app = account?.app ?? { id: ACCOUNTS_APP, epoch: 0 };
  const user = account?.user ?? { id: "", epoch: 0 };
  // A name is never an id: else wrong passwords for an id, which tokens show, would close its guard.
  const who = account ? account.user.id : `name:${attempt.name}`;
  const counters = await countersOf(deps, who, client);
  return {
    ...claimBy(deps, actor, { app, user }),
    ...counters,
    // Of two log-ins at once one may be forgotten: that costs tries, and opens nothing.
    networks: JSON.stringify(withNetwork(account?.knownNetworks ?? [], counters.here)),
    endsSessions: Number(attempt.endsSessions ?? false),
    rebindHashes: JSON.stringify(attempt.rebindHashes ?? []),
    deviceId: attempt.deviceId ?? null,
  };
}

function withNetwork(known: string[], here: string): string[] {
  return [here, ...known.filter((network) => network !== here)].slice(0, KNOWN_NETWORKS);
}

/** What is counted for this account, and from here. */
async function countersOf(deps: Deps, who: string, { network, site, browser }: Client) {
  const nonce = await knownBrowser(deps, browser, who);
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
    // Of an address the counter that it has anyway: being known gives it no more tries at once.
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
