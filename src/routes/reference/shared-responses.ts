/** Answers that many operations share, as components: the document is half as long, and a client has one type for each. */

import type { OpenAPIHono } from "@hono/zod-openapi";
import { PROBLEM_CODES } from "../../problem";
import type { Operation } from "./headers";

type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;
type Responses = NonNullable<NonNullable<Document["components"]>["responses"]>;

/** Those with one code, or with the two that every call may end in. */
const SHARED: readonly string[] = [...PROBLEM_CODES, "internal_error, unreadable_data"];

/** Moves the shared answers of an operation to `responses`. */
export function shareResponses({ responses = {} }: Operation, shared: Responses): void {
  for (const [status, response] of Object.entries(responses)) {
    const codes = String(response.description);
    if (Number(status) < 400 || !SHARED.includes(codes)) continue;
    const name = nameOf(codes);
    shared[name] = response;
    responses[status] = { $ref: `#/components/responses/${name}` };
  }
}

function nameOf(codes: string): string {
  const [first = ""] = codes.split(", ");
  return first.replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
}
