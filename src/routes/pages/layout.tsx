/** The frame of every page: one stylesheet, one small script, and the choice of language. */

import type { Context } from "hono";
import { html, raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { AppEnv } from "../context";
import { Colors, Logo, Support } from "./brand";
import type { Fault } from "./form-submission";
import { FaultSummary, isPlaced } from "./fault-summary";
import { spriteFor } from "./icons";
import { directionOf, inLanguage, LANGUAGES, textsOf } from "./language";
import type { Texts } from "./texts/texts";

export interface Page {
  title: string;
  /**
   * `card` for one thing to do, `roomy` for a larger card, `page` for a column of cards, and `wide`
   * for lists, tables and charts.
   */
  frame?: "card" | "roomy" | "page" | "wide";
  /** Whose page it is: an app's, or by default the service's own. */
  brand?: string | undefined;
  /** Where the brand leads if it is ours. An app's brand leads nowhere. */
  home?: string;
  /** Links to other pages, and at the far end what belongs to the reader. */
  nav?: Child;
  end?: Child;
  /** What can be done here, beside the title. */
  action?: Child;
  /** What has to be corrected in the page's form. */
  faults?: Fault[] | undefined;
  content: Child;
  /** Stands in the footer, before the choice of language. */
  foot?: Child;
}

/** Answers a page, with the status that was set before. */
export async function show(c: Context<AppEnv>, page: Page) {
  const content = String(await html`${page.content}`);
  const document = String(await html`${<Layout c={c} page={page} content={content} />}`);
  const sprite = spriteFor(document);
  return c.html(`<!doctype html>${document.replace("</body>", () => `${sprite}</body>`)}`);
}

function Layout({ c, page, content }: { c: Context<AppEnv>; page: Page; content: string }) {
  const t = textsOf(c);
  const { title, faults = [], frame = "card" } = page;
  const isCard = frame === "card" || frame === "roomy";
  const own = c.get("brand");
  const brand = own?.displayName ?? page.brand ?? "Stepgate";
  return (
    <html lang={c.get("language")} dir={directionOf(c)}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#f6f7f9" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#0d0f13" media="(prefers-color-scheme: dark)" />
        <title>{titleOf(t, page, brand)}</title>
        <link rel="icon" href={assetOf(c, "icon.svg")} type="image/svg+xml" />
        <link rel="apple-touch-icon" href={assetOf(c, "touch-icon.png")} />
        <link rel="stylesheet" href={assetOf(c, "pages.css")} />
        <Colors c={c} />
        <script type="module" src={assetOf(c, "pages.js")} />
      </head>
      <body class={frame === "roomy" ? "card-frame roomy" : `${frame}-frame`}>
        <a class="skip" href="#main">
          {t.skip}
        </a>
        <header class={isCard ? undefined : "bar"}>
          <div>
            <Brand c={c} page={page} name={brand} />
            {page.nav}
            {page.end && <div class="end">{page.end}</div>}
          </div>
        </header>
        <main id="main" tabindex={-1}>
          {page.action ? (
            <div class="heading">
              <h1>{title}</h1>
              {page.action}
            </div>
          ) : (
            <h1>{title}</h1>
          )}
          <FaultSummary t={t} faults={faults} placed={faults.filter(isPlaced(content))} />
          {raw(content)}
        </main>
        <footer>
          {page.foot}
          <Support c={c} />
          {isLasting(c, page) && <LanguageSwitch c={c} />}
        </footer>
      </body>
    </html>
  );
}

/** The app's own name and logo, or ours. The brand leads home where that is a page of this service. */
function Brand({ c, page, name }: { c: Context<AppEnv>; page: Page; name: string }) {
  const own = c.get("brand");
  const home = page.brand === undefined ? "/" : page.home;
  const isOurs = home !== undefined && !own?.logo && !own?.displayName;
  const content = (
    <>
      <Logo c={c} />
      {isOurs && <img src={assetOf(c, "icon.svg")} alt="" width="28" height="28" />}
      {name}
    </>
  );
  if (home === undefined) return <span class="brand">{content}</span>;
  return (
    <a class="brand" href={home}>
      {content}
    </a>
  );
}

/** The title in tabs and histories. A fault has to be visible there too, and no word is broken. */
function titleOf(t: Texts, { title, faults = [] }: Page, brand: string): string {
  const words = title.replaceAll("\u00AD", "");
  const value = `${words} · ${brand}`;
  return faults.length > 0 ? t.pair({ label: t.error, value }) : value;
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
  );
}
