/** What the console's pages share: who may see them, and what stands around their content. */

import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Child } from "hono/jsx";
import { checkSignIn } from "../../../core/operator/sessions";
import type { AppEnv } from "../../context";
import { ownCookie } from "../../cookies";
import { Notice } from "../card";
import { CopyButton } from "../copy-button";
import { Icon } from "../icons";
import { textsOf, withQuery } from "../language";
import { show, type Page } from "../layout";
import { doneOf } from "../safety";
import { Palette, PaletteButton } from "./palette";
import { HOME } from "./paths";
import { zoneOf } from "./zone";

/** A cookie of its own, so that the cookie of an account makes nobody an operator. */
export const OPERATOR_COOKIE = "stepgate-console";

/** How many items one page of a list has. All of a page has to fit in 30 KiB. */
export const PAGE_LIMIT = 30;

export function requireOperator(by: "operator" | "page" = "operator") {
  return createMiddleware<AppEnv>(async (c, next) => {
    await checkSignIn(c.var.deps, ownCookie(c, OPERATOR_COOKIE) ?? "", by);
    await next();
  });
}

/** Answers a page of the console. */
export function showConsole(c: Context<AppEnv>, { content, ...page }: Page) {
  return show(c, {
    frame: "wide",
    brand: textsOf(c).console.brand,
    home: HOME,
    nav: <Nav c={c} />,
    end: (
      <>
        <PaletteButton c={c} />
        <SignOut c={c} />
      </>
    ),
    foot: <Zone c={c} />,
    ...page,
    content: (
      <>
        <Done c={c} />
        {content}
        <Palette c={c} />
      </>
    ),
  });
}

function Nav({ c }: { c: Context<AppEnv> }) {
  const { console: t } = textsOf(c);
  const { path } = c.req;
  const links = [
    [HOME, t.overview, "chart"],
    [`${HOME}/apps`, t.apps, "apps"],
    [`${HOME}/users`, t.users, "users"],
    [`${HOME}/audit`, t.audit, "audit"],
    [`${HOME}/outbox`, t.mail.title, "mail"],
  ] as const;
  const isHere = (to: string) => path === to || (to !== HOME && path.startsWith(`${to}/`));
  return (
    <nav class="tabs" aria-label={t.nav}>
      {links.map(([to, label, icon]) => (
        <a href={to} aria-current={isHere(to) ? "page" : undefined}>
          <Icon name={icon} />
          {label}
        </a>
      ))}
    </nav>
  );
}

/** Names the time zone of the page, once. */
function Zone({ c }: { c: Context<AppEnv> }) {
  const { zone: t } = textsOf(c).console;
  return (
    <span class="hint">
      {t.named({ zone: zoneOf(c).replaceAll("_", " ") })}{" "}
      <a href={`${HOME}/time-zone`}>{t.change}</a>
    </span>
  );
}

function SignOut({ c }: { c: Context<AppEnv> }) {
  return (
    <form class="inline" method="post" action={`${HOME}/sign-out`}>
      <button class="quiet small">
        <Icon name="out" />
        <span class="label">{textsOf(c).console.signOut}</span>
      </button>
    </form>
  );
}

/** Says what was just done. */
function Done({ c }: { c: Context<AppEnv> }) {
  const done = new Map(Object.entries(textsOf(c).console.done));
  const message = c.req.method === "GET" ? done.get(doneOf(c) ?? "") : undefined;
  return message === undefined ? null : <Notice kind="good">{message}</Notice>;
}

/** Leads to a page and says what was done. */
export function goTo(c: Context<AppEnv>, path: string, done: string): Response {
  return c.redirect(`${HOME}${path}?done=${done}`, 303);
}

/** Links to the next page of a list, and back to the first one. */
export function ListingLinks({ c, nextCursor }: { c: Context<AppEnv>; nextCursor: string | null }) {
  const { console: t } = textsOf(c);
  return (
    <p class="row">
      {c.req.query("cursor") !== undefined && <a href={withQuery(c, "cursor", null)}>{t.newest}</a>}
      {nextCursor !== null && <a href={withQuery(c, "cursor", nextCursor)}>{t.older}</a>}
    </p>
  );
}

/** Shows a secret that is shown once, with a button to copy it. */
export function ShownOnce({
  c,
  secret,
  children,
}: {
  c: Context;
  secret: string;
  children: Child;
}) {
  const { console: t } = textsOf(c);
  return (
    <Notice kind="warn">
      <p>
        <strong>{t.shownOnce}</strong> {children}
      </p>
      <code class="key secret" id="secret">
        {secret}
      </code>
      <CopyButton c={c} of="secret" />
    </Notice>
  );
}

/** A page with what is shown once: what it is for, perhaps what else to know, and where to go on. */
export function showOnce(
  c: Context<AppEnv>,
  page: { title: string; secret: string; use: string; more?: Child; to: string; back: string },
) {
  const { title, secret, use, more, to, back } = page;
  return showConsole(c, {
    title,
    content: (
      <>
        <ShownOnce c={c} secret={secret}>
          {use}
        </ShownOnce>
        {more && <p>{more}</p>}
        <p>
          <a class="button main" href={`${HOME}${to}`}>
            {back}
          </a>
        </p>
      </>
    ),
  });
}

/** A field that may be left empty. */
export function optional<T extends z.ZodType>(schema: T) {
  return z.union([z.literal("").transform(() => undefined), schema]).optional();
}

/** Boxes that were ticked: one is sent as text, several as an array. */
export const ticked = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/** A field that has one item a line. */
export const lines = z.string().transform((text) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean),
);
