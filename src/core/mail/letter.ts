/** A letter to a person: its words in plain text and in HTML, without anything that somebody else may have typed. */

import { html } from "hono/html";
import type { Language } from "../../db/account-schema";
import { readCatalogue } from "../catalogue";
import ar from "./texts/ar.json";
import de from "./texts/de.json";
import en from "./texts/en.json";
import fr from "./texts/fr.json";
import type { Texts } from "./texts/texts";
import zh from "./texts/zh.json";

export interface Letter {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** What a letter says: a heading, which is its subject too, and paragraphs. */
export interface Content {
  subject: string;
  /** A code that is to be typed, on a line of its own. */
  code?: string;
  paragraphs: string[];
}

/** Whom a letter goes to. */
export interface Recipient {
  /** In the spelling of the DNS, which all mail software knows. */
  to: string;
  language: Language | null;
  /** What the service calls itself. */
  service: string;
}

const TEXTS: Record<Language, Texts> = {
  en: readCatalogue("en", en),
  de: readCatalogue("de", de),
  fr: readCatalogue("fr", fr),
  ar: readCatalogue("ar", ar),
  zh: readCatalogue("zh", zh),
};

export function textsFor({ language }: Pick<Recipient, "language">): Texts {
  return TEXTS[language ?? "en"];
}

/** Writes a letter. It ends with why it was sent. */
export async function write(recipient: Recipient, content: Content): Promise<Letter> {
  const { to, service, language } = recipient;
  const { subject, code, paragraphs } = content;
  const end = textsFor(recipient).end({ service });
  const lines = [subject, ...(code === undefined ? [] : [code]), ...paragraphs, `-- \n${end}`];
  const page = { subject, code, paragraphs, end, language: language ?? "en" };
  return { to, subject, text: `${lines.join("\n\n")}\n`, html: await render(page) };
}

const BODY =
  "margin:0;padding:24px;background:#f4f5f7;color:#1c1e21;font:16px/1.5 sans-serif;overflow-wrap:anywhere";
const CARD =
  "max-width:36em;margin:0 auto;padding:24px;background:#fff;border:1px solid #d9dce1;border-radius:8px";
const CODE = "font:700 28px/1.4 monospace;letter-spacing:.15em;margin:16px 0";
const END = "color:#5b6069;font-size:14px;margin:24px 0 0";

/** Mail software knows no stylesheets, so every style is in its element. */
async function render(page: {
  subject: string;
  code: string | undefined;
  paragraphs: string[];
  end: string;
  language: Language;
}): Promise<string> {
  const { subject, code, paragraphs, end, language } = page;
  const direction = language === "ar" ? "rtl" : "ltr";
  const number = code === undefined ? "" : html`<p dir="ltr" style="${CODE}">${code}</p>`;
  const document = await html`<html lang="${language}" dir="${direction}">
    <head>
      <meta charset="utf-8" />
      <title>${subject}</title>
    </head>
    <body style="${BODY}">
      <div style="${CARD}">
        <h1 style="font-size:20px;margin:0 0 16px">${subject}</h1>
        ${number}
        ${paragraphs.map((paragraph) => html`<p style="margin:0 0 16px;white-space:pre-line">${paragraph}</p>`)}
        <p style="${END}">${end}</p>
      </div>
    </body>
  </html>`;
  return `<!doctype html>\n${document}`;
}
