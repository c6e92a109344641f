/** Sets a cookie that no script reads and that other sites do not send along. */

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

/**
 * The cookie's name. With TLS it has a prefix, so that no other host and no plain connection can
 * set it (RFC 6265bis §4.1.3.2).
 */
function nameOf(c: Context<AppEnv>, name: string): string {
  return isSecure(c) ? `__Host-${name}` : name;
}

function isSecure(c: Context<AppEnv>): boolean {
  return c.var.config.settings.issuerUrl.startsWith("https:");
}
