/** The URLs that hosted pages lead back to. */

import { Problem } from "../../problem";
import type { App } from "../user/record";

/** The outcome, which goes into the query of the URL. */
export type Result = { result: "success"; code?: string } | { result: "cancelled" };

/**
 * Gives the URL as it is stored. It must be one of the app's registered URLs, to which only a query
 * may be added. URLs are compared after parsing, as a browser would read them. Throws
 * `return_url_not_registered`.
 */
export function assertRegistered({ settings }: Pick<App, "settings">, text: string): string {
  const url = new URL(text);
  const { href, search } = url;
  url.search = "";
  if (!settings.returnUrls.includes(url.href)) throw new Problem("return_url_not_registered");
  return search === "" ? url.href : href;
}

/** The URL to go back to. The result is added to whatever query it has. */
export function returnTo(returnUrl: string, result: Result): string {
  const query = new URLSearchParams({ ...result });
  return `${returnUrl}${returnUrl.includes("?") ? "&" : "?"}${query.toString()}`;
}
