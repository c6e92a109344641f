/** What the pages of an account share: where they lead, and what stands above them. */

import type { Context } from "hono";
import type { AppEnv } from "../../context";
import { formatTime, textsOf } from "../language";

export const HOME = "/account";

/** Where somebody was on their way to: never out of these pages. */
export function nextOf(c: Context<AppEnv>): string {
  const next = c.req.query("next") ?? "";
  return /^\/account(\/[\w-]+)*$/.test(next) ? next : HOME;
}

/** Home, with a word on what was done. */
export function homeAfter(c: Context<AppEnv>, done: string): Response {
  return c.redirect(`${HOME}?done=${done}`, 303);
}

/** The way out, on every page of somebody who is logged in. */
export function LogOut({ c }: { c: Context<AppEnv> }) {
  return (
    <form class="inline" method="post" action="/account/logout">
      <button class="small">{textsOf(c).account.logOut}</button>
    </form>
  );
}

export function Back({ c }: { c: Context<AppEnv> }) {
  return (
    <p>
      <a href={HOME}>{textsOf(c).cancel}</a>
    </p>
  );
}

export function Time({ c, at }: { c: Context<AppEnv>; at: Date }) {
  return <time datetime={at.toISOString()}>{formatTime(c, at)}</time>;
}
