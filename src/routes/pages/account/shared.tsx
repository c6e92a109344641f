/** What the pages of an account share: where they lead, and what stands above their content. */

import type { Context } from "hono";
import type { AppEnv } from "../../context";
import type { Fault } from "../form-submission";
import { Form } from "../form-fields";
import { Icon } from "../icons";
import { formatTime, textsOf } from "../language";
import { show } from "../layout";

export const HOME = "/account";

/** The page that the user was on the way to. It never leads out of these pages. */
export function nextOf(c: Context<AppEnv>): string {
  const next = c.req.query("next") ?? "";
  return /^\/account(\/[\w-]+)*$/.test(next) ? next : HOME;
}

/** Leads home and says what was done. */
export function homeAfter(c: Context<AppEnv>, done: string): Response {
  return c.redirect(`${HOME}?done=${done}`, 303);
}

/** The button to log out, on every page of a user who is logged in. */
export function LogOut({ c }: { c: Context<AppEnv> }) {
  return (
    <form class="inline" method="post" action="/account/logout">
      <button class="quiet small">
        <Icon name="out" />
        <span class="label">{textsOf(c).account.logOut}</span>
      </button>
    </form>
  );
}

export function Back({ c }: { c: Context<AppEnv> }) {
  return (
    <p class="alone">
      <a href={HOME}>{textsOf(c).cancel}</a>
    </p>
  );
}

/** Asks before something that cannot be undone. */
export function ask(
  c: Context<AppEnv>,
  { title, why, act, faults }: Record<"title" | "why" | "act", string> & { faults?: Fault[] },
) {
  return show(c, {
    title,
    faults,
    content: (
      <>
        <p>{why}</p>
        <Form>
          <button class="danger main">{act}</button>
        </Form>
        <Back c={c} />
      </>
    ),
  });
}

export function Time({ c, at }: { c: Context<AppEnv>; at: Date }) {
  return <time datetime={at.toISOString()}>{formatTime(c, at)}</time>;
}
