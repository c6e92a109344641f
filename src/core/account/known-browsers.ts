/**
 * Browsers that somebody has logged in with before (device cookies, as OWASP describes them). If
 * strangers use up the wrong passwords that an account allows, such a browser still has attempts of
 * its own.
 *
 * The cookie holds `<nonce>.<end>.<keyed digest of both and the user>` for each of the last few
 * accounts that were logged in to. It opens nothing and names nobody, and nothing of it is stored.
 */

import { digest, digests } from "../../crypto/keyring";
import { randomBase32 } from "../../crypto/random";
import { timingSafeEqual } from "../../crypto/timing-safe-equal";
import type { Effect } from "../../db/effect";
import type { Deps } from "../../env";
import { recordedWhere } from "../audit/event";
import type { AccountRecord } from "../user/account";
import { counterKey, type Client } from "./attempt-counters";
import { ACCOUNTS_APP, KNOWN_BROWSER_LIFE } from "../policy";

/** Enough for one household. */
const MAX_ACCOUNTS = 4;
const NONCE_BYTES = 16;
const FORM = /^([a-z2-7]{26})\.(\d{13})\.([\w-]{1,32}\.[\w-]{43})$/;
const SEPARATOR = "~";

interface Entry {
  text: string;
  nonce: string;
  end: number;
  mac: string;
}

/**
 * The nonce by which this user's browser is known, or null. It must have logged in at `since` or
 * later. The work depends only on the cookie and not on the user.
 */
export async function knownBrowser(
  deps: Deps,
  cookie: string,
  { userId, since }: { userId: string; since: number },
): Promise<string | null> {
  const known = await entriesOf(deps, cookie, userId);
  const isKnown = ({ isOfUser, end }: (typeof known)[number]) =>
    isOfUser && end - KNOWN_BROWSER_LIFE >= since;
  return known.find(isKnown)?.nonce ?? null;
}

const [recordNewDevice, recordNoDevice] = [recordedWhere("TRUE"), recordedWhere("FALSE")];

/**
 * Whether somebody who has logged in before does so from a browser and a network that are not known. The work
 * is the same for an account that does not exist.
 */
export async function isNewPlace(
  deps: Deps,
  account: Pick<AccountRecord, "user" | "knownNetworks" | "knownSince"> | null,
  { browser, network }: Client,
): Promise<boolean> {
  const { id: userId } = account?.user ?? { id: "" };
  const known = account?.knownNetworks ?? [];
  const nonce = await knownBrowser(deps, browser, { userId, since: account?.knownSince ?? 0 });
  const here = await counterKey(deps, userId, network);
  return known.length > 0 && nonce === null && !known.includes(here);
}

/** The effect that records a new device, in the batch in which its session begins; it may be of no effect. */
export function noteDevice(
  deps: Deps,
  { isNew, actor, userId }: { isNew: boolean; actor: string; userId: string },
): Effect {
  const event = { type: "device.new", actor, appId: ACCOUNTS_APP, userId } as const;
  return (isNew ? recordNewDevice : recordNoDevice)(deps, event);
}

/**
 * The cookie to set after a login. A browser keeps its nonce, and with it the attempts it has used
 * up.
 */
export async function rememberBrowser(
  deps: Deps,
  cookie: string,
  userId: string,
): Promise<{ value: string; maxAgeSeconds: number }> {
  const entries = await entriesOf(deps, cookie, userId);
  const nonce =
    entries.find(({ isOfUser }) => isOfUser)?.nonce ?? randomBase32(NONCE_BYTES).toLowerCase();
  const end = deps.now.getTime() + KNOWN_BROWSER_LIFE;
  const mac = await digest(deps.keyring, "known-browser", message(userId, { nonce, end }));
  const others = entries.filter(({ isOfUser }) => !isOfUser).map(({ text }) => text);
  const value = [`${nonce}.${end}.${mac}`, ...others].slice(0, MAX_ACCOUNTS).join(SEPARATOR);
  return { value, maxAgeSeconds: KNOWN_BROWSER_LIFE / 1000 };
}

async function entriesOf({ keyring, now }: Deps, cookie: string, userId: string) {
  const texts = cookie.split(SEPARATOR).slice(0, MAX_ACCOUNTS);
  const live = texts.flatMap(parse).filter(({ end }) => end > now.getTime());
  return Promise.all(
    live.map(async (entry) => {
      const macs = await digests(keyring, "known-browser", message(userId, entry));
      return { ...entry, isOfUser: macs.some((mac) => timingSafeEqual(mac, entry.mac)) };
    }),
  );
}

function parse(text: string): Entry[] {
  const [, nonce, end, mac] = FORM.exec(text) ?? [];
  return nonce && end && mac ? [{ text, nonce, end: Number(end), mac }] : [];
}

function message(userId: string, { nonce, end }: Pick<Entry, "nonce" | "end">): string {
  return JSON.stringify([userId, nonce, end]);
}
