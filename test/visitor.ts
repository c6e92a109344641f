/** Somebody with a browser that runs no script: a cookie jar, links, forms, redirects. */

import { ORIGIN, send } from "./service";
import { freshAddress } from "./security/support";

export interface View {
  status: number;
  /** Path and query, after all redirects. */
  at: string;
  html: string;
  title: string;
  response: Response;
}

export interface Visitor {
  get: (path: string, headers?: Record<string, string>) => Promise<View>;
  /** A form of the page that was seen last, unless `path` names another. */
  submit: (fields: Record<string, string>, path?: string) => Promise<View>;
  cookies: Map<string, string>;
}

/** `headers` come with every request; a form says by itself that it is from a page of ours. */
export function visitor(headers: Record<string, string> = {}): Visitor {
  const cookies = new Map<string, string>();
  const always = { ...freshAddress(), ...headers };
  let last = "/";

  async function ask(path: string, init: RequestInit): Promise<View> {
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const given = new Headers({ ...always, cookie });
    for (const [name, value] of new Headers(init.headers)) given.set(name, value);
    const request = new Request(ORIGIN + path, { ...init, headers: given, redirect: "manual" });
    const response = await send(request);
    for (const line of response.headers.getSetCookie()) keep(cookies, line);
    const location = response.headers.get("location");
    if (location?.startsWith("/")) return ask(location, { headers: siteOf(given) });
    last = path;
    const html = await response.clone().text();
    const title = /<title>(.*?)<\/title>/.exec(html)?.[1] ?? "";
    return { status: response.status, at: path, html, title, response };
  }

  return {
    cookies,
    get: (path, more = {}) => ask(path, { headers: more }),
    submit: (fields, path = last) =>
      ask(path, {
        method: "POST",
        body: new URLSearchParams(fields),
        headers: { "sec-fetch-site": "same-origin", origin: "null" },
      }),
  };
}

/** A redirect is from whom the request was. */
function siteOf(headers: Headers): Record<string, string> {
  const site = headers.get("sec-fetch-site");
  return site === null ? {} : { "sec-fetch-site": site };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  if (/max-age=0/i.test(line)) cookies.delete(name);
  else cookies.set(name, value);
}

/** What people read: without tags, with entities as characters. */
export function textOf(html: string): string {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  const bare = html.replaceAll(/<[^>]+>/g, " ");
  const text = bare.replaceAll(/&(\w+|#39);/g, (whole, name: string) => entities[name] ?? whole);
  return text.replaceAll(/\s+/g, " ");
}

/** The key beside the QR code of a set-up page; nothing where none is shown. */
export function keyOf({ html }: { html: string }): string {
  return /data-text="([A-Z2-7]{32})"/.exec(html)?.[1] ?? "";
}
