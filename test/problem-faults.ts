/** What is wrong with an answer that should be a certain problem. */

import { currentBindings } from "./bindings";
import { metered } from "./d1-meter";
import { MARKER } from "./bad-bodies";
import type { Operation } from "./operations";
import { contents } from "./security/support";
import { request, type Alteration, type World } from "./world";

/** What nobody should find in an answer: internals, and the value that was sent. */
const INTERNALS =
  /\bat .*\(|\.[jt]s:\d|SELECT|INSERT|UPDATE|D1_|SQLITE|node_modules|KEYRING|\/src\//;

export interface Expected {
  status: number;
  code: string;
  /** False for what no operation documents, because it is no call of any. */
  documented?: boolean;
}

function faultsOf(response: Response, text: string, { status, code }: Expected): string[] {
  const { headers } = response;
  const isProblem = headers.get("content-type")?.includes("application/problem+json") === true;
  if (!isProblem || response.status !== status) return [`${response.status} ${text}`];
  const problem: Record<string, unknown> = JSON.parse(text);
  const checks = {
    [`code ${String(problem["code"])}`]: problem["code"] === code,
    [`status ${String(problem["status"])}`]: problem["status"] === status,
    [`type ${String(problem["type"])}`]: String(problem["type"]).endsWith(`/problems/${code}`),
    "no title": typeof problem["title"] === "string",
    [`names no field: ${text}`]: code !== "invalid_request" || namesFields(problem["errors"]),
    "may be cached": headers.get("cache-control") === "no-store",
    "no WWW-Authenticate": status !== 401 || headers.has("www-authenticate"),
    [`shows internals: ${text}`]: !INTERNALS.test(text),
    [`shows what was sent: ${text}`]: !text.includes(MARKER),
  };
  return Object.entries(checks).flatMap(([fault, holds]) => (holds ? [] : [fault]));
}

/** Whether every entry says where it belongs: in the body, or to a parameter. */
function namesFields(errors: unknown): boolean {
  if (!Array.isArray(errors) || errors.length === 0) return false;
  return errors.every((error: Record<string, unknown>) => {
    const { pointer, parameter, detail } = error;
    const isNamed = String(pointer).startsWith("#") || typeof parameter === "string";
    return isNamed && typeof detail === "string" && detail !== "";
  });
}

export interface Case {
  why: string;
  alteration: Alteration;
}

/**
 * What is wrong with the answers to these calls: each is to be this problem, as documented, and to
 * leave nothing behind.
 */
export async function faultsAt(
  operation: Operation,
  expected: Expected,
  { world, before, cases }: { world: World; before: object; cases: Case[] },
): Promise<string[]> {
  const found: string[] = [];
  const { binding, meter } = metered();
  const bindings = { ...currentBindings(), ...binding };
  for (const { why, alteration } of cases) {
    meter.rowsWritten = 0;
    const response = await request(operation, world, { bindings, ...alteration });
    const text = await response.text();
    // Where no statement wrote a row, there is nothing to look for.
    const written =
      meter.rowsWritten > 0 && JSON.stringify(await contents()) !== JSON.stringify(before);
    const faulty = [
      ...faultsOf(response, text, expected),
      ...(written ? ["something was written"] : []),
    ];
    found.push(...faulty.map((fault) => `${why}: ${fault}`));
  }
  const { status, code, documented = true } = expected;
  if (documented && !operation.problems[status]?.includes(code))
    found.push(`${code}: undocumented`);
  return found;
}
