/** What is wrong with an answer that should be a certain problem. */

import { MARKER } from "./bad-bodies";

/** What nobody should find in an answer: internals, and the value that was sent. */
const INTERNALS =
  /\bat .*\(|\.[jt]s:\d|SELECT|INSERT|UPDATE|D1_|SQLITE|node_modules|KEYRING|\/src\//;

export interface Expected {
  status: number;
  code: string;
  /** False for what no operation documents, because it is no call of any. */
  documented?: boolean;
}

export function faultsOf(response: Response, text: string, { status, code }: Expected): string[] {
  const { headers } = response;
  const isProblem = headers.get("content-type")?.includes("application/problem+json") === true;
  if (!isProblem || response.status !== status) return [`${response.status} ${text}`];
  const problem: Record<string, unknown> = JSON.parse(text);
  const checks = {
    [`code ${String(problem["code"])}`]: problem["code"] === code,
    [`status ${String(problem["status"])}`]: problem["status"] === status,
    [`type ${String(problem["type"])}`]: String(problem["type"]).endsWith(`/problems/${code}`),
    "no title": typeof problem["title"] === "string",
    "may be cached": headers.get("cache-control") === "no-store",
    "no WWW-Authenticate": status !== 401 || headers.has("www-authenticate"),
    [`shows internals: ${text}`]: !INTERNALS.test(text),
    [`shows what was sent: ${text}`]: !text.includes(MARKER),
  };
  return Object.entries(checks).flatMap(([fault, holds]) => (holds ? [] : [fault]));
}
