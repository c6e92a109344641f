/** What the pages of an account share: where they lead, and what stands above their content. */

import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { sendsMail } from "../../../core/mail/send";
import { Problem } from "../../../problem";
import type { AppEnv } from "../../context";
import type { Fault } from "../form-submission";
import { Form } from "../form-fields";
import { Icon } from "../icons";
import { formatTime, textsOf } from "../language";
import { show } from "../layout";

export const HOME = "/account";
export const ACTIVITY = "/account/activity";

/** For pages that are of no use where no mail is sent. */
export const requireMail = createMiddleware<AppEnv>(async (c, next) => {
  if (!sendsMail(c.var.deps)) throw new Problem("mail_off");
  await next();
});

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

/** Links between the pages that show an account. */
export function AccountNav({ c }: { c: Context<AppEnv> }) {
  const { account, activity } = textsOf(c);
  const links = [
    [HOME, account.title, "shield"],
    [ACTIVITY, activity.title, "audit"],
  ] as const;
  return (
    <nav class="tabs" aria-label={activity.nav}>
      {links.map(([to, label, icon]) => (
        <a href={to} aria-current={c.req.path === to ? "page" : undefined}>
          <Icon name={icon} />
          {label}
        </a>
      ))}
    </nav>
  );
}

/** Leads back from a page that asks for something. */
export function Back({ c, to = HOME }: { c: Context<AppEnv>; to?: string }) {
  return (
    <p class="alone">
      <a href={to}>{textsOf(c).cancel}</a>
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
