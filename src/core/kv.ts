/**
 * Workers KV, which is expendable: it may fail, be slow, be over its quota, or lie. It may speed up
 * an answer or refuse a code as certainly used, but it never makes anything be accepted. A read
 * that fails or takes too long is a miss. Writes happen after the answer.
 */

import type { Deps } from "../env";

/** Longer than KV ever takes when it is healthy. */
const PATIENCE_MS = 500;
/** KV refuses a shorter `expirationTtl`. */
const MIN_TTL_SECONDS = 60;

/** Reads a value. Null for a miss of any kind. */
export async function readKv({ kv }: Deps, key: string): Promise<string | null> {
  return withPatience(kv, key).catch(() => null);
}

/** Whether KV answers in time. */
export async function kvAnswers({ kv }: Deps): Promise<boolean> {
  return withPatience(kv, "health").then(
    () => true,
    () => false,
  );
}

/** Reads a value. Throws what KV throws, and also if KV takes too long. */
async function withPatience(kv: KVNamespace, key: string): Promise<string | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooSlow = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("KV is slow")), PATIENCE_MS);
  });
  try {
    return await Promise.race([kv.get(key), tooSlow]);
  } finally {
    clearTimeout(timer ?? null);
  }
}

/**
 * Writes after the answer. KV's own expiry is coarse, so values contain their own expiry where it
 * matters. `expiresAt` is in milliseconds since 1970.
 */
export function writeKv({ kv, defer, now }: Deps, key: string, value: string, expiresAt: number) {
  const seconds = Math.ceil((expiresAt - now.getTime()) / 1000);
  const expirationTtl = Math.max(MIN_TTL_SECONDS, seconds);
  defer(Promise.try(() => kv.put(key, value, { expirationTtl })));
}
