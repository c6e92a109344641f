/**
 * The language of a page: the one just asked for, or else the one chosen before, or else the
 * browser's.
 */

import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import { languageDetector } from "hono/language";
import { createMiddleware } from "hono/factory";
import { readCatalogue } from "../../core/catalogue";
import { LANGUAGES as KNOWN, type Language } from "../../core/policy";
import type { AppEnv } from "../context";
import { doneOf } from "./safety";
import ar from "./texts/ar.json";
import de from "./texts/de.json";
import en from "./texts/en.json";
import fr from "./texts/fr.json";
import type { Texts } from "./texts/texts";
import zh from "./texts/zh.json";

const CATALOGUES = { en, de, fr, ar, zh };
export const LANGUAGES = Object.entries(CATALOGUES).map(([code, { language }]) => ({
  code,
  language,
}));

const ENGLISH = readCatalogue<Texts>("en", en);
const TEXTS = new Map([
  ["en", ENGLISH],
  ["de", readCatalogue<Texts>("de", de)],
  ["fr", readCatalogue<Texts>("fr", fr)],
  ["ar", readCatalogue<Texts>("ar", ar)],
  ["zh", readCatalogue<Texts>("zh", zh)],
]);

const RIGHT_TO_LEFT = new Set(["ar"]);
const QUERY = "lang";
const COOKIE = "stepgate-language";
const YEAR_SECONDS = 365 * 86_400;

/** The header is read as RFC 9110 §12.5.4 says. */
export const chooseLanguage = languageDetector({
  order: ["querystring", "cookie", "header"],
  lookupQueryString: QUERY,
  lookupCookie: COOKIE,
  supportedLanguages: Object.keys(CATALOGUES),
  fallbackLanguage: "en",
  caches: false,
});

/** Remembers only a language that somebody chose, and not one that was guessed. */
export const rememberLanguage = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.query(QUERY) !== undefined) {
    const secure = c.var.config.settings.issuerUrl.startsWith("https:");
    const manners = { path: "/", maxAge: YEAR_SECONDS, sameSite: "Lax", secure } as const;
    setCookie(c, COOKIE, c.get("language"), { ...manners, httpOnly: true });
  }
  await next();
});

/** Whether the language is written from left to right or from right to left. */
export function directionOf(c: Context): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(c.get("language")) ? "rtl" : "ltr";
}

/** The language of the page, as mail has it too. */
export function languageOf(c: Context): Language {
  return KNOWN.find((one) => one === c.get("language")) ?? "en";
}

export function textsOf(c: Context): Texts {
  return TEXTS.get(c.get("language")) ?? ENGLISH;
}

/** The URL of this page in another language. */
export function inLanguage(c: Context, code: string): string {
  return withQuery(c, QUERY, code);
}

/**
 * The URL of this page with another value in its query; with null, without one. If a stranger's
 * link says that something was done, that is left out, because coming from here it would be
 * believed.
 */
export function withQuery(c: Context, name: string, value: string | null): string {
  const query = new URLSearchParams(c.req.query());
  if (doneOf(c) === undefined) query.delete("done");
  if (value === null) query.delete(name);
  else query.set(name, value);
  return `?${query.toString()}`;
}

/** The query of a page that asks for a backup code. */
export const BACKUP_CODE = { name: "with", value: "backup_code" } as const;

/** Whether this page asks for a backup code instead of one from the app. */
export function asksForBackupCode(c: Context): boolean {
  return c.req.query(BACKUP_CODE.name) === BACKUP_CODE.value;
}

/** Formats a time in the reader's language and, if the platform knows it, in their time zone. */
export function formatTime(c: Context, time: Date, timeZone = timeZoneOf(c)): string {
  return formatFor(c.get("language"), timeZone, "whole").format(time);
}

/** Formats the day of a time, as a heading. */
export function formatDay(c: Context, time: Date): string {
  return formatFor(c.get("language"), timeZoneOf(c), "day").format(time);
}

/** Formats a time under the heading of its day. */
export function formatClock(c: Context, time: Date): string {
  return formatFor(c.get("language"), timeZoneOf(c), "clock").format(time);
}

/** Formats how much of a time is left, as a stopwatch would: `0:30` or `1:05:00`. */
export function formatLeft(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const parts = [Math.floor((seconds % 3600) / 60), seconds % 60].map(String);
  const [minutes = "", rest = ""] = parts;
  const tail = `${hours > 0 ? minutes.padStart(2, "0") : minutes}:${rest.padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** Formats are expensive to make, so one of each is kept. */
const formats = new Map<string, Intl.DateTimeFormat>();

const CLOCK = { hour: "numeric", minute: "2-digit", timeZoneName: "short" } as const;
const PARTS = {
  clock: CLOCK,
  day: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  whole: { year: "numeric", month: "short", day: "numeric", ...CLOCK },
} as const;

function formatFor(
  language: string,
  timeZone: string,
  parts: keyof typeof PARTS,
): Intl.DateTimeFormat {
  const key = `${language} ${timeZone} ${parts}`;
  const known = formats.get(key);
  if (known) return known;
  const format = new Intl.DateTimeFormat(language, { ...PARTS[parts], timeZone });
  formats.set(key, format);
  return format;
}

/** The time zone that the edge derives from the address. A local server knows none. */
export function timeZoneOf(c: Context): string {
  const zone: unknown = c.req.raw.cf?.["timezone"];
  return typeof zone === "string" ? zone : "UTC";
}

/** Values of a message that says by how much something is ahead or behind. */
export function signed(difference: number) {
  const direction: "ahead" | "other" = difference > 0 ? "ahead" : "other";
  return { amount: Math.abs(difference), direction };
}
