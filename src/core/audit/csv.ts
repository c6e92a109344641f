/** Events as lines of CSV (RFC 4180), for spreadsheets. */

import type { ExportFormat } from "./export";
import type { AuditRecord } from "./record";

const COLUMNS = [
  "at",
  "type",
  "outcome",
  "reason",
  "appId",
  "userId",
  "actor",
  "authenticatorId",
  "ip",
  "userAgent",
  "note",
  "requestId",
  "id",
] as const satisfies (keyof AuditRecord)[];

/** `urlOf` gives the address of the export that goes on at a cursor. */
export function csv(urlOf: (cursor: string) => string): ExportFormat {
  return {
    header: `${COLUMNS.join(",")}\r\n`,
    line: toCsv,
    more: (nextCursor) => `${cell(`There is more: ${urlOf(nextCursor)}`)}\r\n`,
  };
}

function toCsv(event: AuditRecord): string {
  return `${COLUMNS.map((column) => cell(event[column])).join(",")}\r\n`;
}

function cell(value: Date | string | number | null): string {
  if (value === null) return "";
  const text = value instanceof Date ? value.toISOString() : String(value);
  const safe = BEGINS_A_FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A spreadsheet would compute it. Browsers' names and notes come from anybody. */
const BEGINS_A_FORMULA = /^[=+\-@\t\r]/;
