/**
 * What a form said when it was shown, in a hidden field of it: so that a page that was open for long
 * sends only what was changed in it, and undoes nothing that somebody else has changed meanwhile.
 */

import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { sha256 } from "../../crypto/sha256";
import { typedIn } from "./form-submission";

const NAME = "shown";

/** The field, with `values` by the names that the form's schema has for them. */
export async function Shown({ c, values }: { c: Context; values: object }) {
  const typed = await typedIn(c);
  const value = typed(NAME) ?? JSON.stringify(await digestsOf(values));
  return <input type="hidden" name={NAME} value={value} />;
}

/** Of a form's schema. */
export const shownField = { [NAME]: z.string().default("{}").transform(readShown) };

/** Nothing, if it is lost: then all of the form counts as changed. */
function readShown(json: string): Map<string, unknown> {
  try {
    return new Map(Object.entries(JSON.parse(json)));
  } catch {
    return new Map();
  }
}

/** What was given, with `undefined` for all that still says what the form showed. */
export async function changesIn<T extends object>({
  shown,
  ...given
}: T & { shown: Map<string, unknown> }) {
  const digests = Object.entries(await digestsOf(given));
  const unchanged = digests.filter(([name, digest]) => digest === shown.get(name));
  return { ...given, ...Object.fromEntries(unchanged.map(([name]) => [name, undefined])) };
}

/** Short: with long lists in it twice, a form would be too large to send. */
async function digestsOf(values: object): Promise<Record<string, string>> {
  const digests = Object.entries(values).map(async ([name, value]) => {
    const digest = await sha256(JSON.stringify(value) ?? "");
    return [name, digest.toBase64({ alphabet: "base64url" })] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
}
