/** Where hosted pages lead back to. */

import { Problem } from "../../problem";
import type { App } from "../user/record";

/** How it went, in the query of the URL. */
export type Result = { result: "success"; code?: string } | { result: "cancelled" };

/**
 * The URL as it is kept: one of the app's registered ones, to which only a query may be added. What
 * is compared is what a browser would make of it. Throws `return_url_not_registered`.
 */
export function assertRegistered({ settings }: Pick<App, "settings">, text: string): string {
  const url = new URL(text);
  const { href, search } = url;
  url.search = "";
  if (!settings.returnUrls.includes(url.href)) throw new Problem("return_url_not_registered");
  return search === "" ? url.href : href;
}

/** The URL to go back to, with the result behind whatever query it has. */
export function returnTo(returnUrl: string, result: Result): string {
  const query = new URLSearchParams({ ...result });
  return `${returnUrl}${returnUrl.includes("?") ? "&" : "?"}${query.toString()}`;
}
