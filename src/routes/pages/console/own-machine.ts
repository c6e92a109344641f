import type { Context } from "hono";

/** Whether the page is served to the machine that it runs on, where people develop and try things. */
export function isOwnMachine(c: Context): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(c.req.url).hostname);
}
