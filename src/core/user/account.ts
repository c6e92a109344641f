/** The account that a user of the user API logs in with, and the queries that find it. */

import type { TokenProof } from "../../crypto/opaque-tokens";
import type { accounts, Language } from "../../db/account-schema";
import type { Named, Row } from "../../db/row";
import type { users } from "../../db/schema";
import { statement, type Statement } from "../../db/statement";
import type { Deps } from "../../env";
import { showEmail } from "./login-names";
import {
  hasSecondFactor,
  JOIN_AUTHENTICATORS,
  readKnownRecord,
  RECORD_COLUMNS,
  type RecordRow,
  type UserRecord,
} from "./record";

/** What the user of an account is called. */
export interface Names {
  /** Shows the letters of an internationalised domain. `toLoginName` gives the stored spelling. */
  email: string;
  username: string | null;
  name: string | null;
}

/** What is told about an account. */
export interface Account extends Names {
  /** In which the user reads mail. Null: it is not known. */
  language: Language | null;
  /** Whether a code that was sent to the address came back. */
  emailProven: boolean;
}

export interface AccountRecord extends UserRecord {
  account: Account;
  passwordHash: string;
  /** Keyed digests of the networks from which the password was last given, newest first. */
  knownNetworks: string[];
  /** Browsers that were known before this time are not any more, in milliseconds since 1970. */
  knownSince: number;
  /**
   * The id of the trusted device that the caller presented; null unless it is one of this user's.
   */
  deviceId: string | null;
}

/** The columns of `accounts`, which the query calls `ac`. */
export const ACCOUNT_COLUMNS = `ac.email, ac.username, ac.name AS accountName, ac.language,
    ac.email_proven_at AS emailProvenAt`;

export type AccountRow = RecordRow &
  Pick<Row<typeof accounts>, "email" | "username" | "language" | "emailProvenAt"> &
  Named<Row<typeof accounts>, { accountName: "name" }>;

const load = <Condition extends string>(condition: Condition) =>
  statement(`
  SELECT ${RECORD_COLUMNS}, ${ACCOUNT_COLUMNS}, ac.password_hash AS passwordHash, u.known_networks AS networks,
    u.known_since AS knownSince,
    (SELECT d.id FROM trusted_devices d WHERE d.id = :deviceId AND d.hash = :deviceHash
      AND d.user_id = u.id AND d.epoch = u.epoch AND d.expires_at > :now) AS deviceId
  FROM accounts ac JOIN users u ON u.id = ac.user_id
  JOIN apps a ON a.id = u.app_id AND a.deleted_at IS NULL ${JOIN_AUTHENTICATORS}
  WHERE ${condition} ORDER BY t.rowid`);
const LOAD_BY_EMAIL = load("ac.email = :name");
const LOAD_BY_USERNAME = load("ac.username = :name");
const LOAD_BY_ID = load("ac.user_id = :name");

type LoginRow = AccountRow &
  Pick<Row<typeof accounts>, "passwordHash"> &
  Pick<Row<typeof users>, "knownSince"> &
  Named<Row<typeof users>, { networks: "knownNetworks" }> & { deviceId: string | null };

/**
 * Finds an account by e-mail address or user name in its stored spelling. Only an address has an
 * `@`.
 */
export async function findAccount(
  deps: Deps,
  name: string,
  device: TokenProof | null = null,
): Promise<AccountRecord | null> {
  const find = name.includes("@") ? LOAD_BY_EMAIL : LOAD_BY_USERNAME;
  return readLogin(deps, find, { name, device });
}

/** Loads the account of the user with this id. */
export function loadAccount(deps: Deps, userId: string): Promise<AccountRecord | null> {
  return readLogin(deps, LOAD_BY_ID, { name: userId, device: null });
}

async function readLogin(
  { db, now }: Deps,
  find: Statement,
  { name, device }: { name: string; device: TokenProof | null },
): Promise<AccountRecord | null> {
  const proof = { deviceId: device?.id ?? null, deviceHash: device?.hash ?? null };
  const values = { name, ...proof, now: now.getTime() };
  const { results } = await find({ db }, values).all<LoginRow>();
  const [row] = results;
  const record = readKnownRecord(results);
  if (!row || !record) return null;
  const { passwordHash, networks, deviceId } = row;
  const knownNetworks: string[] = JSON.parse(networks ?? "[]");
  const known = { knownNetworks, knownSince: row.knownSince ?? 0 };
  return { ...record, account: readAccount(row), passwordHash, ...known, deviceId };
}

export function readAccount({ email, username, accountName: name, ...row }: AccountRow): Account {
  const { language, emailProvenAt } = row;
  return { email: showEmail(email), username, name, language, emailProven: emailProvenAt !== null };
}

/** A user's data as the user sees it. */
export interface Profile extends Account {
  id: string;
  /** Stays true while the user is capped or reset, when no second factor can be given. */
  twoFactor: boolean;
  createdAt: Date;
}

export function toProfile(record: UserRecord & { account: Account }): Profile {
  const { user, account } = record;
  const createdAt = new Date(user.createdAt);
  return { id: user.id, ...account, twoFactor: hasSecondFactor(record), createdAt };
}
