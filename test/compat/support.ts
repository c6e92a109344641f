/** What the clients of the published APIs send, from an address each. */

import { ORIGIN, send } from "../service";
import { freshAddress } from "../security/support";

export interface Exchange {
  body?: unknown;
  form?: Record<string, string>;
  headers?: Record<string, string>;
}

export function exchange(
  method: string,
  path: string,
  { body, form, headers }: Exchange = {},
  bindings?: Env,
): Promise<Response> {
  const type = form ? "application/x-www-form-urlencoded" : "application/json";
  const content = form ? new URLSearchParams(form).toString() : JSON.stringify(body);
  const request = new Request(`${ORIGIN}${path}`, {
    method,
    redirect: "manual",
    headers: {
      ...freshAddress(),
      ...(content !== undefined && { "content-type": type }),
      ...headers,
    },
    body: content ?? null,
  });
  return send(request, bindings);
}

/** Status and body as a client sees them. */
export async function seen<T = unknown>(answer: Promise<Response>): Promise<[number, T]> {
  const response = await answer;
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  const text = await response.text();
  return [response.status, JSON.parse(isJson ? text : JSON.stringify(text))];
}

/** A browser's cookies: what was set, by name. */
export function cookiesOf(response: Response): string {
  const pairs = response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0] ?? "")
    .filter((pair) => !pair.endsWith("="));
  return pairs.join("; ");
}

export function basic(name: string, password: string): Record<string, string> {
  const bytes = new TextEncoder().encode(`${name}:${password}`);
  return { authorization: `Basic ${bytes.toBase64()}` };
}
