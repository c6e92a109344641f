/** Cookies of our manners: no script reads them, no other site sends them along. */

import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { AppEnv } from "./context";

export function setOwnCookie(
  c: Context<AppEnv>,
  name: string,
  value: string,
  maxAge: number,
  sameSite: "Lax" | "Strict" = "Lax",
): void {
  const secure = isSecure(c);
  setCookie(c, nameOf(c, name), value, { path: "/", httpOnly: true, sameSite, secure, maxAge });
}

export function ownCookie(c: Context<AppEnv>, name: string): string | undefined {
  return getCookie(c, nameOf(c, name));
}

/** RFC 6265bis §4.1.3.2: no other host and no plain connection can set it; only where there is TLS. */
function nameOf(c: Context<AppEnv>, name: string): string {
  return isSecure(c) ? `__Host-${name}` : name;
}

function isSecure(c: Context<AppEnv>): boolean {
  return c.var.config.settings.issuerUrl.startsWith("https:");
}
