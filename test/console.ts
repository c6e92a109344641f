/** The operator's browser at the console: one cookie, forms, and no script. */

import { currentBindings } from "./bindings";
import { app } from "../src/app";
import type { Bindings } from "../src/env";
import { ORIGIN, send } from "./service";
import { TEST_SECRETS } from "./secrets";
import { freshAddress } from "./security/support";

export const COOKIE = "__Host-stepgate-console";

export type Fields = Record<string, string | string[]>;

/** What a request is changed by; an empty header goes. */
export interface Change {
  headers?: Record<string, string>;
  bindings?: Bindings;
}

export interface Operator {
  /** As the browser sends it. */
  cookie: string;
  get: (path: string, change?: Change) => Promise<Response>;
  /** A form of a page of ours. */
  post: (path: string, fields?: Fields, change?: Change) => Promise<Response>;
  /** A form with a file. */
  upload: (path: string, form: FormData) => Promise<Response>;
  /** The page that is shown in the end. */
  read: (path: string) => Promise<string>;
}

export function browser(cookie = ""): Operator {
  const ask = (
    method: string,
    path: string,
    { headers, bindings = currentBindings() }: Change,
    body?: string | Uint8Array<ArrayBuffer>,
  ) => {
    const form = { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN };
    const sent = new Headers({
      ...freshAddress(),
      cookie,
      ...(method === "POST" && form),
      ...headers,
    });
    for (const [name, value] of Object.entries(headers ?? {})) if (value === "") sent.delete(name);
    return send(
      new Request(`${ORIGIN}${path}`, {
        method,
        headers: sent,
        body: body ?? null,
        redirect: "manual",
      }),
      bindings,
    );
  };
  return {
    cookie,
    get: (path, change = {}) => ask("GET", path, change),
    post: (path, fields = {}, change = {}) => ask("POST", path, change, encode(fields)),
    upload: async (path, form) => {
      const sent = new Response(form);
      const headers = { "content-type": sent.headers.get("content-type") ?? "" };
      return ask("POST", path, { headers }, new Uint8Array(await sent.arrayBuffer()));
    },
    read: async (path) => (await ask("GET", path, {})).text(),
  };
}

function encode(fields: Fields): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  return new URLSearchParams(pairs).toString();
}

export function trySignIn(token: string, change?: Change): Promise<Response> {
  return browser().post("/console/sign-in", { token }, change);
}

export async function signedIn(): Promise<Operator> {
  const response = await trySignIn(TEST_SECRETS.ADMIN_TOKEN);
  return browser((response.headers.getSetCookie()[0] ?? "").split(";")[0]);
}

/** Where a redirection leads, without its query. */
export function destination(response: Response): string | undefined {
  return response.headers.get("location")?.split("?")[0];
}

/** An app made in the console. */
export async function newApp(operator: Operator, appName = "Shop"): Promise<string> {
  const made = await operator.post("/console/apps", { appName });
  return destination(made)?.split("/").at(-1) ?? "";
}

/** Every route of the console, as it is registered: `[GET, /console/apps/:id]`. */
export const CONSOLE_ROUTES = app.routes
  .filter(({ method, path }) => method !== "ALL" && path.startsWith("/console"))
  .map(({ method, path }): [string, string] => [method, path])
  .filter(
    ([method, path], at, all) => all.findIndex((one) => one.join() === `${method},${path}`) === at,
  );

/** What a browser would send of the forms of a page, as they were shown. */
export async function fieldsIn(html: string): Promise<Record<string, string>> {
  const fields: Record<string, string> = {};
  let name = "";
  const begin = (element: Element) => {
    name = element.getAttribute("name") ?? "";
    fields[name] = asText(element.getAttribute("value") ?? "");
  };
  const choose = (option: Element) => {
    fields[name] = option.getAttribute("value") ?? "";
  };
  const write = ({ text }: Text) => {
    fields[name] += asText(text);
  };
  const rewriter = new HTMLRewriter()
    .on("main input, main select", { element: begin })
    .on("option[selected]", { element: choose })
    .on("textarea", { element: begin, text: write });
  await rewriter.transform(new Response(html)).text();
  return fields;
}

function asText(markup: string): string {
  return markup.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}
