/**
 * Forms whose answer is shown once. A browser that reloads the answer sends the form again, with
 * the same number. Then nothing new replaces what its user has just saved.
 */

import type { Context } from "hono";
import type { IdempotentRequest } from "../../core/change/idempotency";
import type { AppEnv } from "../context";

const FIELD = "once";

/** The field with the number. */
export function Once() {
  return <input type="hidden" name={FIELD} value={crypto.randomUUID()} />;
}

/** The request that the form makes. It is the same one each time that the form is sent. */
export async function requestOf(
  c: Context<AppEnv>,
  route: string,
): Promise<IdempotentRequest | null> {
  const key = (await c.req.parseBody())[FIELD];
  if (typeof key !== "string" || !/^[\da-f-]{36}$/.test(key)) return null;
  return { key, route, content: c.req.path };
}
