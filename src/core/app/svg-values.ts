/** What the attributes of a vetted SVG may say. None of it leads out of the picture. */

import { invalidField, type Problem } from "../../problem";
import {
  ATTRIBUTES,
  FUNCTIONS,
  PRESENTATION,
  SILENT_ATTRIBUTES,
  XLINK,
  type Scope,
} from "./svg-vocabulary";

const LOCAL_URLS = /url\(\s*(["']?)#[^\s"'()\\]+\1\s*\)/gi;
const FRAGMENT = /^#[^\s"'()\\]+$/;
const NAME = /^[^\s"'()\\]+$/;

/** Refuses an SVG. */
export function refused(why: string): Problem {
  return invalidField([], `the SVG ${why}`);
}

/** The prefix of a name, and what follows it. Throws `invalid_request` for two prefixes. */
export function splitName(name: string): [prefix: string, local: string] {
  const [first = "", second, ...more] = name.split(":");
  if (more.length > 0) throw refused(`has the name ${name}`);
  return second === undefined ? ["", first] : [first, second];
}

/**
 * Reads the attributes that are kept, and makes single ones of `style`, which has the last word.
 * Throws `invalid_request` for any that is neither known nor without an effect.
 */
export function readAttributes(
  given: Readonly<Record<string, string>>,
  { element, scope }: { element: string; scope: Scope },
): Map<string, string> {
  const kept = new Map<string, string>();
  for (const [written, value] of Object.entries(given)) {
    const name = nameOf(written, scope);
    if (name === null || name === "style") continue;
    if (name === "id" && !NAME.test(value)) continue;
    assertAllowed(name, value, element);
    kept.set(name, value.trim());
  }
  for (const [name, value] of readStyle(given["style"] ?? "")) kept.set(name, value);
  return kept;
}

/** The name without its prefix. Null for what a picture does not need. */
function nameOf(written: string, scope: Scope): string | null {
  const [prefix, local] = splitName(written);
  if (prefix === "") return isSilent(local) ? null : local;
  if (prefix === "xmlns") return null;
  const namespace = scope[prefix];
  if (namespace === undefined) throw refused(`does not declare the prefix ${prefix}`);
  return namespace === XLINK && local === "href" ? local : null;
}

function isSilent(name: string): boolean {
  return name === "xmlns" || /^(data|aria)-/.test(name) || SILENT_ATTRIBUTES.has(name);
}

function assertAllowed(name: string, value: string, element: string): void {
  if (name === "id") return;
  if (name === "href") {
    if (FRAGMENT.test(value.trim())) return;
    throw refused(`has a link out of it at <${element}>: only #… is allowed`);
  }
  if (!ATTRIBUTES.has(name)) throw refused(`has the attribute ${name} at <${element}>`);
  assertInside(name, value);
}

/** Throws `invalid_request` for a value that calls what might fetch something. */
function assertInside(name: string, value: string): void {
  // An escape in CSS could spell any name.
  if (value.includes("\\")) throw refused(`has an escape in ${name}`);
  for (const called of calledIn(value)) {
    if (!FUNCTIONS.has(called.toLowerCase())) throw refused(`has ${called}() in ${name}`);
  }
  if (/url\s*\(/i.test(value.replaceAll(LOCAL_URLS, ""))) {
    throw refused(`has a link out of it in ${name}: only url(#…) is allowed`);
  }
}

/** What stands right before each parenthesis. */
function calledIn(value: string): string[] {
  const before = value.split("(").slice(0, -1);
  return before.map(
    (text) =>
      text
        .trimEnd()
        .split(/[\s),;:]/)
        .at(-1) ?? "",
  );
}

/** The declarations of a style that an attribute can say too. The others are left out. */
function readStyle(style: string): [name: string, value: string][] {
  return style.split(";").flatMap((declaration): [string, string][] => {
    const [before = "", ...after] = declaration.split(":");
    const name = before.trim().toLowerCase();
    const value = after
      .join(":")
      .replace(/!\s*important\s*$/i, "")
      .trim();
    assertInside(name, declaration);
    return PRESENTATION.has(name) && value !== "" ? [[name, value]] : [];
  });
}
