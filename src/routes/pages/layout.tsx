/** The frame of every page: one stylesheet, one small script, and the choice of language. */

import type { Context } from "hono";
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import type { AppEnv } from "../context";
import type { Fault } from "./faults";
import { FaultSummary } from "./forms";
import { inLanguage, LANGUAGES, textsOf } from "./language";

export interface Page {
  title: string;
  /** Whose page it is: an app's, or by default the service's own. */
  brand?: string | undefined;
  /** Beside the brand: where else to go from here. */
  nav?: Child;
  /** What has to be mended in its form. */
  faults?: Fault[] | undefined;
  /** For tables and charts. */
  wide?: boolean;
  content: Child;
}

/** Answers a page, with the status that was set before. */
export function show(c: Context<AppEnv>, page: Page) {
  return c.html(html`<!doctype html>${<Layout c={c} page={page} />}`);
}

function Layout({ c, page }: { c: Context<AppEnv>; page: Page }) {
  const t = textsOf(c);
  const { title, brand = "Stepgate", faults = [], content } = page;
  return (
    <html lang={c.get("language")}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${faults.length > 0 ? `${t.error}: ` : ""}${title} · ${brand}`}</title>
        <link rel="icon" href="/assets/icon.svg" />
        <link rel="stylesheet" href="/assets/pages.css" />
        <script type="module" src="/assets/pages.js" />
      </head>
      <body class={page.wide ? "wide" : undefined}>
        <a class="skip" href="#main">
          {t.skip}
        </a>
        <header>
          {page.brand === undefined ? (
            <a class="brand" href="/">
              <img src="/assets/icon.svg" alt="" width="20" height="20" />
              {brand}
            </a>
          ) : (
            <span class="brand">{brand}</span>
          )}
          {page.nav}
        </header>
        <main id="main" tabindex={-1}>
          <h1>{title}</h1>
          {faults.length > 0 && <FaultSummary t={t} faults={faults} />}
          {content}
        </main>
        <LanguageSwitch c={c} />
      </body>
    </html>
  );
}

/** Links, so that it needs no script; none where a reload would lose what is shown. */
function LanguageSwitch({ c }: { c: Context<AppEnv> }) {
  if (c.req.method !== "GET") return <footer />;
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
