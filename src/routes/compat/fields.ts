/** The parameters of a request to AuthenticatorAPI.com. Their names are in any case. */

import type { Context } from "hono";
import { Problem } from "../../problem";
import { mediaTypeOf } from "../request-body";

/**
 * Gives a parameter by its name in lower case. One that is missing, or is not a text, gives the
 * empty text.
 */
export type Fields = (name: string) => string;

export function fieldsFrom(pairs: Iterable<readonly [string, unknown]>): Fields {
  const values = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (typeof value !== "string") continue;
    const key = name.toLowerCase();
    const earlier = values.get(key);
    // .NET reads a repeated name like this.
    values.set(key, earlier === undefined ? value : `${earlier},${value}`);
  }
  return (name) => values.get(name) ?? "";
}

/**
 * Reads the query. Parameters that it lacks may be in a form in the body, where no log sees them.
 */
export async function readFields(c: Context): Promise<Fields> {
  const query = fieldsFrom(new URL(c.req.url).searchParams);
  if (!hasBodyOf(c, "application/x-www-form-urlencoded")) return query;
  const form = fieldsFrom(new URLSearchParams(await c.req.text()));
  return (name) => query(name) || form(name);
}

export async function readJsonFields(c: Context): Promise<Fields> {
  const body: unknown = await c.req.json().catch(() => {
    throw new Problem("malformed_request", { detail: "The body is not valid JSON." });
  });
  return fieldsFrom(Object.entries(body ?? {}));
}

export function hasBodyOf(c: Context, type: string): boolean {
  return mediaTypeOf(c) === type;
}
