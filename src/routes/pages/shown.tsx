/**
 * Notes in a hidden field what a form said when it was shown. A page that was open for long thus
 * sends only what was changed in it, and undoes nothing that somebody else has changed meanwhile.
 */

import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { sha256 } from "../../crypto/sha256";
import { typedIn } from "./form-submission";

const NAME = "shown";

/** The hidden field, with `values` by the names that the form's schema has for them. */
export async function Shown({ c, values }: { c: Context; values: object }) {
  const typed = await typedIn(c);
  const value = typed(NAME) ?? JSON.stringify(await digestsOf(values));
  return <input type="hidden" name={NAME} value={value} />;
}

/** The field in a form's schema. */
export const shownField = { [NAME]: z.string().default("{}").transform(readShown) };

/** Reads the field. If it is lost, the result is empty, and all of the form counts as changed. */
function readShown(json: string): Map<string, unknown> {
  try {
    return new Map(Object.entries(JSON.parse(json)));
  } catch {
    return new Map();
  }
}

/** Gives what was entered, with `undefined` for everything that still says what the form showed. */
export async function changesIn<T extends object>({
  shown,
  ...given
}: T & { shown: Map<string, unknown> }) {
  const digests = Object.entries(await digestsOf(given));
  const unchanged = digests.filter(([name, digest]) => digest === shown.get(name));
  return { ...given, ...Object.fromEntries(unchanged.map(([name]) => [name, undefined])) };
}

/**
 * Digests of the values. They are short: with long lists in it twice, a form would be too large to
 * send.
 */
async function digestsOf(values: object): Promise<Record<string, string>> {
  const digests = Object.entries(values).map(async ([name, value]) => {
    const digest = await sha256(JSON.stringify(value) ?? "");
    return [name, digest.toBase64({ alphabet: "base64url" })] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
}
