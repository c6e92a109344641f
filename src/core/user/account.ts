/** What a user of the user API logs in with, and how it is found. */

import type { TokenProof } from "../../crypto/opaque-tokens";
import type { accounts } from "../../db/account-schema";
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

/** As far as it may be told. */
export interface Account {
  /** With the letters of its domain: `toLoginName` gives what is stored. */
  email: string;
  username: string | null;
  name: string | null;
}

export interface AccountRecord extends UserRecord {
  account: Account;
  passwordHash: string;
  /** Keyed digests of the networks that they last gave their password from, the newest first. */
  knownNetworks: string[];
  /** The trusted device that was asked for, if it is one of theirs. */
  deviceId: string | null;
}

/** Of `accounts` as `ac`. */
export const ACCOUNT_COLUMNS = `ac.email, ac.username, ac.name AS accountName`;

export type AccountRow = RecordRow &
  Pick<Row<typeof accounts>, "email" | "username"> &
  Named<Row<typeof accounts>, { accountName: "name" }>;

const load = <Condition extends string>(condition: Condition) =>
  statement(`
  SELECT ${RECORD_COLUMNS}, ${ACCOUNT_COLUMNS}, ac.password_hash AS passwordHash, u.known_networks AS networks,
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
  Named<Row<typeof users>, { networks: "knownNetworks" }> & { deviceId: string | null };

/** By e-mail address or user name, as stored: only the first has an `@`. */
export async function findAccount(
  deps: Deps,
  name: string,
  device: TokenProof | null = null,
): Promise<AccountRecord | null> {
  const find = name.includes("@") ? LOAD_BY_EMAIL : LOAD_BY_USERNAME;
  return readLogin(deps, find, { name, device });
}

/** The account of a user. */
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
  return { ...record, account: readAccount(row), passwordHash, knownNetworks, deviceId };
}

export function readAccount({ email, username, accountName: name }: AccountRow): Account {
  return { email: showEmail(email), username, name };
}

/** A user as they see themselves. */
export interface Profile extends Account {
  id: string;
  /** Stays true when the second factor can no longer be given: capped, or reset. */
  twoFactor: boolean;
  createdAt: Date;
}

export function toProfile(record: UserRecord & { account: Account }): Profile {
  const { user, account } = record;
  const createdAt = new Date(user.createdAt);
  return { id: user.id, ...account, twoFactor: hasSecondFactor(record), createdAt };
}
