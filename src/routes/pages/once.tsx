/**
 * Forms whose answer is shown once. A browser that reloads it sends the form again, with the same
 * number: then nothing new is made in the place of what its user has just saved.
 */

import type { Context } from "hono";
import type { IdempotentRequest } from "../../core/change/idempotency";
import type { AppEnv } from "../context";

const FIELD = "once";

/** Stands in the form. */
export function Once() {
  return <input type="hidden" name={FIELD} value={crypto.randomUUID()} />;
}

/** What the form asks for, as the same thing each time that it is sent. */
export async function requestOf(
  c: Context<AppEnv>,
  route: string,
): Promise<IdempotentRequest | null> {
  const key = (await c.req.parseBody())[FIELD];
  if (typeof key !== "string" || !/^[\da-f-]{36}$/.test(key)) return null;
  return { key, route, content: c.req.path };
}
