/** A log-in in a signed cookie of Hono. The browser keeps it, and cannot change it. */

import type { Context } from "hono";
import { deleteCookie, getSignedCookie, setSignedCookie } from "hono/cookie";
import type { LogIn, Session } from "./log-in.js";
import { isLoopback } from "./parameters.js";

const NAME = "second-factor";
const SHORTEST_SECRET = 32;
/** Half a day. */
const LIFE_SECONDS = 43_200;

export interface CookieSettings {
  /** Known to your servers only; at least 32 random characters. */
  readonly secret: string;
  /** How long a log-in lasts; 12 hours, if it is left out. */
  readonly lifeSeconds?: number | undefined;
}

/** @throws {TypeError} for a secret that could be guessed. */
export function cookieSessions(
  { secret, lifeSeconds = LIFE_SECONDS }: CookieSettings,
  now: () => number,
): (context: Context) => Session {
  if (typeof secret !== "string" || secret.length < SHORTEST_SECRET) {
    throw new TypeError(`The secret has to have at least ${SHORTEST_SECRET} characters.`);
  }
  // A key of its own: a cookie that the app signs with the same secret is never a log-in.
  return (context) => cookieSession(context, `stepgate log-in ${secret}`, lifeSeconds, now);
}

function cookieSession(
  context: Context,
  key: string,
  lifeSeconds: number,
  now: () => number,
): Session {
  const options = optionsFor(context);
  /** What this request has written, which its own cookie does not show. */
  let written: { logIn: LogIn | null } | undefined;
  return {
    async get() {
      if (written) return written.logIn;
      const text = await getSignedCookie(context, key, NAME, options.prefix);
      return text ? openAt(now(), text) : null;
    },
    async set(logIn) {
      written = { logIn };
      const text = JSON.stringify({ logIn, until: now() + lifeSeconds * 1000 });
      const signed = { ...options, httpOnly: true, sameSite: "Lax", maxAge: lifeSeconds } as const;
      await setSignedCookie(context, NAME, text, key, signed);
    },
    clear() {
      written = { logIn: null };
      deleteCookie(context, NAME, options);
    },
  };
}

/** The end is inside the signature: a browser may keep a cookie for longer than it was told. */
function openAt(now: number, text: string): unknown {
  const { logIn, until }: { logIn?: unknown; until?: unknown } = JSON.parse(text);
  return typeof until === "number" && until > now ? logIn : null;
}

/** Only over https, but for this machine, where not every browser keeps such a cookie. */
function optionsFor(context: Context) {
  const isLocal = isLoopback(new URL(context.req.url).hostname);
  if (isLocal) return { path: "/" };
  return { path: "/", secure: true, prefix: "host" } as const;
}
