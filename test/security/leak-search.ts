/** Looking for what must not be found: in the log, the audit trail, D1 and KV. */

import { env } from "cloudflare:workers";
import { afterEach, beforeEach, vi } from "vitest";
import { contents, rows } from "./support";

export interface Hidden {
  what: string;
  value: string;
}

/** Every line that is logged during a test of this file. */
export function captureLog(): () => string[] {
  let lines: string[] = [];
  beforeEach(() => {
    lines = [];
    for (const level of ["log", "info", "warn", "error", "debug", "trace"] as const) {
      vi.spyOn(console, level).mockImplementation((...words: unknown[]) => {
        lines.push(words.map(String).join(" "));
      });
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  return () => lines;
}

/** As it is and as it is commonly encoded; of a token also the parts that are secret. */
function formsOf(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  const whole = [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    value.replaceAll("-", ""),
    bytes.toBase64({ omitPadding: true }),
    bytes.toHex(),
  ];
  const parts = /^sg[rsdlbo]_/.test(value) ? value.split("_").slice(2) : [];
  const signature = value.startsWith("eyJ") ? [value.split(".")[2] ?? value] : [];
  return [...whole, ...parts, ...signature];
}

/** What of it turns up in this text. */
export function leaked(secrets: Hidden[], text: string): string[] {
  return secrets
    .filter(({ value }) => formsOf(value).some((form) => text.includes(form)))
    .map(({ what }) => what);
}

/** Codes between quotes, colons or blanks: six digits also occur inside a random id. */
export function leakedCodes(codes: string[], text: string): string[] {
  return codes.filter((code) => new RegExp(`(?<![\\w.-])${code}(?![\\w.-])`).test(text));
}

/** The audit trail as text, without what is random by itself. */
export async function auditTrail(): Promise<string> {
  const events = await rows("SELECT * FROM audit_events");
  return JSON.stringify(events.map(({ id: _id, request_id: _requestId, ...rest }) => rest));
}

/** All of D1 and KV as text. */
export async function storage(): Promise<string> {
  const { keys } = await env.KV.list();
  const values = await Promise.all(keys.map(({ name }) => env.KV.get(name)));
  return JSON.stringify([await contents(), keys, values]);
}
