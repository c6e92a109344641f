/**
 * Logs in: with a password, and with a code if the user has a second factor. Before the second step
 * there is no session, only a challenge that no other call accepts.
 */

import { digests } from "../../crypto/keyring";
import { randomId } from "../../crypto/random";
import type { TokenProof } from "../../crypto/opaque-tokens";
import type { Deps } from "../../env";
import { findAccount, toProfile, type AccountRecord, type Profile } from "../user/account";
import type { Actor } from "../caller/actor";
import { answerChallenge, openChallenge } from "../challenge/answer";
import { isBoundToEnrol, type Assurance } from "../caller/assurance";
import type { Client } from "./attempt-counters";
import type { BackupCodesLeft } from "../code/backup-codes";
import { askHook } from "../hook/ask";
import { mintChallenge, type Challenge } from "../challenge/challenges";
import type { ChallengeClaims } from "../challenge/token";
import { isNewPlace, noteDevice } from "./known-browsers";
import { hasSecondFactor } from "../user/record";
import { toLoginName } from "../user/login-names";
import { attemptPassword } from "./password-gate";
import { CHALLENGE_LIFE_SECONDS } from "../policy";
import {
  beginSession,
  createSecrets,
  issueCredentials,
  type Credentials,
  type Holding,
} from "../session/sessions";
import { bucketOfId } from "../shard/bucket";
import { createDevice, noteDeviceUse, trustDevice } from "../session/trusted-devices";

/** The actor of a login: whoever knows the password. */
export const ANYBODY: Actor = {
  keyId: null,
  scope: null,
  session: null,
  link: null,
  name: "login",
};

export interface LoginInput {
  /** E-mail address or user name, as typed. */
  name: string;
  password: string;
  /** The token of a trusted device. */
  device: TokenProof | null;
  /** The token of an operator's reset. */
  rebindToken?: string | undefined;
  holding: Holding;
  client: Client;
}

export interface LoggedIn {
  credentials: Credentials;
  user: Profile;
}

export type Login =
  | { status: "authenticated"; loggedIn: LoggedIn }
  | { status: "second_factor_required"; challenge: Challenge; user: Profile };

/**
 * Makes the first step of a login. Throws `invalid_credentials`, alike for everything that is
 * wrong. After a right password also throws `user_disabled`, `rebinding_required`, `conflict`
 * or what `askHook` throws.
 */
export async function login(deps: Deps, input: LoginInput): Promise<Login> {
  const { client, device, holding, password } = input;
  const name = toLoginName(input.name);
  const account = await findAccount(deps, name, device);
  const deviceId = account && trustedDeviceOf(account, deps.now);
  const needsCode = account !== null && needsSecondFactor(account, deviceId);
  const secrets = await createSecrets(holding);
  const assurance = { aal: 1, passwordAt: deps.now.getTime(), secondFactorAt: null } as const;
  const rebindHashes = await digests(deps.keyring, "rebinding", input.rebindToken ?? "");
  const isNew = await isNewPlace(deps, account, client);
  const place = {
    isNew: isNew && !needsCode,
    actor: ANYBODY.name,
    userId: account?.user.id ?? "",
  };
  await attemptPassword(deps, {
    account,
    name,
    password,
    client,
    actor: ANYBODY,
    rebindHashes,
    deviceId,
    awaitsCode: needsCode,
    effects: [
      beginSession(deps, { secrets, assurance, begin: !needsCode }),
      noteDeviceUse(deviceId),
      noteDevice(deps, place),
    ],
  });
  // A wrong password has thrown before this point.
  if (!account) throw new Error("a password of nobody was accepted");
  if (needsCode) {
    const challenge = await challengeFor(deps, account, isNew);
    return { status: "second_factor_required", challenge, user: toProfile(account) };
  }
  const subject = { ...assurance, userId: account.user.id, boundToEnrol: isBoundToEnrol(account) };
  const credentials = await issueCredentials(deps, secrets, subject);
  return { status: "authenticated", loggedIn: { credentials, user: toProfile(account) } };
}

/** The trusted device, if the app allows such devices and the user is neither locked nor capped. */
function trustedDeviceOf({ app, user, deviceId }: AccountRecord, now: Date): string | null {
  const locked = user.cappedAt !== null || (user.lockedUntil ?? 0) > now.getTime();
  return app.settings.trustedDevices && !locked ? deviceId : null;
}

/**
 * Whether a code is asked for. A reset user has no factor left to ask for; the token of the reset
 * replaces it.
 */
function needsSecondFactor(account: AccountRecord, deviceId: string | null): boolean {
  return hasSecondFactor(account) && !account.user.mustRebind && deviceId === null;
}

async function challengeFor(
  deps: Deps,
  account: AccountRecord,
  fromNewPlace: boolean,
): Promise<Challenge> {
  const { app, user } = account;
  const now = deps.now.getTime();
  const permit = await askHook(deps, account, { purpose: null, actor: ANYBODY.name });
  const terms = {
    id: randomId("chal", bucketOfId(user.id)),
    kind: "login" as const,
    keyId: null,
    purpose: null,
    login: {
      profile: account.account,
      createdAt: user.createdAt,
      passwordAt: now,
      trustedDevices: app.settings.trustedDevices,
      fromNewPlace,
    },
    expiresAt: now + CHALLENGE_LIFE_SECONDS.default * 1000,
  };
  return mintChallenge(deps, account, { permit, terms });
}

/** Opens a login that waits for its code. Throws `invalid_challenge`. */
export function openLogin(deps: Deps, token: string): Promise<ChallengeClaims> {
  return openChallenge(deps, "login", token);
}

export interface LoginAnswer {
  code: string;
  /** Whether this device is asked for no code next time, if the app allows that. */
  trustDevice: boolean;
  holding: Holding;
}

/**
 * Makes the second step. The session begins in the commit that accepts the code. Throws what
 * `answerChallenge` throws: `invalid_code`, `invalid_challenge` or `locked`.
 */
export async function answerLogin(
  deps: Deps,
  claims: ChallengeClaims,
  { code, holding, ...input }: LoginAnswer,
): Promise<LoggedIn & { backupCodes: BackupCodesLeft; deviceToken?: string }> {
  const { userId, login: started } = claims;
  if (!started) throw new Error("a log-in challenge without its log-in");
  const secrets = await createSecrets(holding);
  const device = input.trustDevice && started.trustedDevices ? await createDevice() : null;
  const now = deps.now.getTime();
  const assurance: Assurance = { aal: 2, passwordAt: started.passwordAt, secondFactorAt: now };
  const { backupCodes } = await answerChallenge(deps, claims, {
    code,
    origin: null,
    afterPass: [
      beginSession(deps, { secrets, assurance }),
      noteDevice(deps, { isNew: started.fromNewPlace, actor: `login:${claims.id}`, userId }),
      ...(device ? trustDevice(deps, device, claims) : []),
    ],
  });
  const subject = { ...assurance, userId, boundToEnrol: false };
  const { profile, createdAt } = started;
  return {
    credentials: await issueCredentials(deps, secrets, subject),
    user: { id: userId, ...profile, twoFactor: true, createdAt: new Date(createdAt) },
    backupCodes,
    ...(device && { deviceToken: device.token }),
  };
}
