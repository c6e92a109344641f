/** Whose page it is: the name, the logo, the colour and the way to help of an app. */

import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { raw } from "hono/html";
import { accountsApp } from "../../core/app/accounts-app";
import { deriveAccents, type AccentOf } from "../../core/app/accent";
import type { Brand, Speaker } from "../../core/brand";
import { sha256 } from "../../crypto/sha256";
import type { AppEnv } from "../context";
import { textsOf } from "./language";
import { allowStyle } from "./safety";

/** The style of a brand, and the source by which a content security policy allows it. */
export interface BrandStyle {
  css: string;
  source: string;
}

/** A brand as the page shows it. */
export interface ShownBrand extends Brand {
  css: string | null;
}

/**
 * Writes the style of a brand. Null if it has no colour. Nothing but colours that were computed
 * reaches it, so that nothing else can be in it.
 */
export async function brandStyle(
  { accentColor }: Pick<Brand, "accentColor">,
  of: ":root" | ".preview" = ":root",
): Promise<BrandStyle | null> {
  const accents = deriveAccents(accentColor ?? "");
  if (!accents) return null;
  const light = ruleOf(of, accents.light);
  const css = `${light}@media(prefers-color-scheme:dark){${ruleOf(of, accents.dark)}}`;
  return { css, source: `'sha256-${(await sha256(css)).toBase64()}'` };
}

function ruleOf(of: string, { accent, onAccent }: AccentOf): string {
  return `${of}{--accent:${accent};--on-accent:${onAccent}}`;
}

/** Lets this page look as the app wants it. */
export async function dress(c: Context<AppEnv>, { brand }: Pick<Speaker, "brand">): Promise<void> {
  const style = await brandStyle(brand);
  if (style) allowStyle(c, style.source);
  c.set("brand", { ...brand, css: style?.css ?? null });
}

/** Lets the pages of accounts look as the app `accounts` wants it. */
export const dressAccounts = createMiddleware<AppEnv>(async (c, next) => {
  await dress(c, await accountsApp(c.var.deps));
  await next();
});

/** The colours of the page, after the stylesheet. */
export function Colors({ c }: { c: Context<AppEnv> }) {
  const css = c.get("brand")?.css;
  return css ? <style>{raw(css)}</style> : null;
}

/** The app's logo beside its name, which says the same. */
export function Logo({ c }: { c: Context<AppEnv> }) {
  const logo = c.get("brand")?.logo;
  return logo ? <img src={logo.path} alt="" height="32" /> : null;
}

/** Where to find help. It opens beside the page, which may show something only once. */
export function Support({ c }: { c: Context<AppEnv> }) {
  const url = c.get("brand")?.supportUrl;
  if (!url) return null;
  return (
    <a href={url} target="_blank" rel="noopener">
      {textsOf(c).support}
    </a>
  );
}
