/**
 * Browsers that somebody has logged in with before, after the device cookies of OWASP: strangers may
 * use up what an account allows of wrong passwords, and such a browser still has tries of its own.
 *
 * The cookie holds `<nonce>.<end>.<keyed digest of both and the user>` for each of the last few
 * accounts that were logged in to. It opens nothing, names nobody, and nothing is stored of it.
 */

import { digest, digests } from "../../crypto/keyring";
import { randomBase32 } from "../../crypto/random";
import { timingSafeEqual } from "../../crypto/timing-safe-equal";
import type { Deps } from "../../env";
import { KNOWN_BROWSER_LIFE } from "../policy";

/** Of one household, say. */
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
 * The nonce by which the browser is known to this user; null if it is not. The work depends on the
 * cookie alone, not on the user.
 */
export async function knownBrowser(
  deps: Deps,
  cookie: string,
  userId: string,
): Promise<string | null> {
  const known = await entriesOf(deps, cookie, userId);
  return known.find(({ isOfUser }) => isOfUser)?.nonce ?? null;
}

/** The cookie after a log-in. A browser keeps its nonce, and with it what it has used up. */
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
