/** Puts examples into the reference: those of problems by their codes, all others by operation. */

import type { Operation } from "./headers";

/** What an operation is sent, and what it answers by status. Two answers of one status have names. */
export interface Example {
  body?: unknown;
  answers?: Record<number, unknown>;
}

/** Two answers of one status, by name. */
export class Several {
  readonly values: Record<string, unknown>;

  constructor(values: Record<string, unknown>) {
    this.values = values;
  }
}

export function attachExamples(operation: Operation, example: Example = {}): void {
  const { requestBody } = operation;
  const sent = requestBody && "content" in requestBody ? requestBody.content : {};
  for (const [type, media] of Object.entries(sent)) {
    // No text shows a PNG.
    if (type !== "image/png") Object.assign(media, show(example.body));
  }
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    const codes = String(response.description).split(", ");
    for (const [type, media] of Object.entries<object>(response.content ?? {})) {
      const isProblem = type === "application/problem+json";
      Object.assign(
        media,
        isProblem ? refer(codes) : show(example.answers?.[Number(status)], type),
      );
    }
  }
}

function show(value: unknown, type = "application/json"): object {
  if (value === undefined) return {};
  // A stream is shown as the text that it is.
  if (type !== "application/json") return { example: `${JSON.stringify(value)}\n` };
  if (!(value instanceof Several)) return { example: value };
  const entries = Object.entries(value.values);
  return { examples: Object.fromEntries(entries.map(([name, one]) => [name, { value: one }])) };
}

function refer(codes: readonly string[]): object {
  const entries = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]);
  return { examples: Object.fromEntries(entries) };
}
