/** The frame of every page: one stylesheet, one small script, and the choice of language. */

import type { Context } from "hono";
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import type { AppEnv } from "../context";
import { Colors, Logo, Support } from "./brand";
import type { Fault } from "./form-submission";
import { FaultSummary } from "./fault-summary";
import { inLanguage, LANGUAGES, textsOf } from "./language";
import type { Texts } from "./texts/en";

export interface Page {
  title: string;
  /** Whose page it is: an app's, or by default the service's own. */
  brand?: string | undefined;
  /** Where the brand leads if it is ours. An app's brand leads nowhere. */
  home?: string;
  /** Links beside the brand to other pages. */
  nav?: Child;
  /** What has to be corrected in the page's form. */
  faults?: Fault[] | undefined;
  /** Set for pages with tables and charts. */
  wide?: boolean;
  content: Child;
}

/** Answers a page, with the status that was set before. */
export function show(c: Context<AppEnv>, page: Page) {
  return c.html(html`<!doctype html>${<Layout c={c} page={page} />}`);
}

function Layout({ c, page }: { c: Context<AppEnv>; page: Page }) {
  const t = textsOf(c);
  const { title, faults = [], content } = page;
  const own = c.get("brand");
  const brand = own?.displayName ?? page.brand ?? "Stepgate";
  const home = page.brand === undefined ? "/" : page.home;
  return (
    <html lang={c.get("language")}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{titleOf(t, page, brand)}</title>
        <link rel="icon" href={assetOf(c, "icon.svg")} />
        <link rel="stylesheet" href={assetOf(c, "pages.css")} />
        <Colors c={c} />
        <script type="module" src={assetOf(c, "pages.js")} />
      </head>
      <body class={page.wide ? "wide" : undefined}>
        <a class="skip" href="#main">
          {t.skip}
        </a>
        <header>
          {home === undefined ? (
            <span class="brand">
              <Logo c={c} />
              {brand}
            </span>
          ) : (
            <a class="brand" href={home}>
              <Logo c={c} />
              {!own?.logo && !own?.displayName && (
                <img src={assetOf(c, "icon.svg")} alt="" width="20" height="20" />
              )}
              {brand}
            </a>
          )}
          {page.nav}
        </header>
        <main id="main" tabindex={-1}>
          <h1>{title}</h1>
          {faults.length > 0 && <FaultSummary t={t} faults={faults} />}
          {content}
          <Support c={c} />
        </main>
        {isLasting(c, page) ? <LanguageSwitch c={c} /> : <footer />}
      </body>
    </html>
  );
}

/** The title in tabs and histories. A fault has to be visible there too, and no word is broken. */
function titleOf(t: Texts, { title, faults = [] }: Page, brand: string): string {
  const words = title.replaceAll("\u00AD", "");
  return `${faults.length > 0 ? `${t.error}: ` : ""}${words} · ${brand}`;
}

/**
 * The URL of an asset. It is particular to this deployment, so that browsers may keep the asset
 * (`public/_headers`).
 */
function assetOf(c: Context<AppEnv>, name: string): string {
  return `/assets/${name}?v=${c.env.VERSION.id}`;
}

/**
 * Whether a GET shows the same page. What a form has made (codes, a key) is shown once, and has no
 * faults.
 */
function isLasting(c: Context<AppEnv>, { faults = [] }: Page): boolean {
  return c.req.method === "GET" || faults.length > 0;
}

/** The choice of language. It consists of links, so that it needs no script. */
function LanguageSwitch({ c }: { c: Context<AppEnv> }) {
  return (
    <footer>
      <nav aria-label={textsOf(c).languages}>
        <ul class="row">
          {LANGUAGES.map(({ code, language }) => (
            <li>
              <a
                href={inLanguage(c, code)}
                lang={code}
                hreflang={code}
                aria-current={code === c.get("language") ? "true" : undefined}
              >
                {language}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </footer>
  );
}
