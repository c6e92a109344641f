import { createRoute, z } from "@hono/zod-openapi";
import { AUDIT_TYPES, OUTCOMES } from "../../core/audit/event";
import { exportEvents, NDJSON } from "../../core/audit/export";
import { listEvents } from "../../core/audit/trail";
import { Instant, InstantInput, line } from "../fields";
import { json, problems, router } from "../openapi";
import { ADMIN_PROBLEMS, AppId, listing, ListingQuery, security } from "./shared";

const NDJSON_TYPE = "application/x-ndjson";

const Event = z
  .object({
    id: z.int().openapi({ description: "Newer events have higher ids." }),
    at: Instant,
    appId: z.string().nullable(),
    userId: z
      .string()
      .nullable()
      .openapi({ description: "This service's own id of the user (`usr_…`)." }),
    type: z.string().openapi({ enum: [...AUDIT_TYPES] }),
    outcome: z.enum(OUTCOMES),
    reason: z.string().nullable(),
    actor: z.string().openapi({
      description:
        "Who did it: `key:<id>`, `session:<id>`, `challenge:<id>`, `link:<id>`, `login` or `login:<id>` (of its challenge), `registration`, `admin` or `system`.",
    }),
    authenticatorId: z.string().nullable(),
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    requestId: z.string().nullable(),
    note: z.string().nullable(),
  })
  .openapi("AuditEvent");

/** This is for the reference only, because the type checker knows no streamed answers. */
const lines: object = { [NDJSON_TYPE]: { schema: z.string() } };

const auditRoute = createRoute({
  method: "get",
  path: "/audit",
  operationId: "listAuditEvents",
  tags: ["Audit"],
  summary: "Read the audit trail",
  description: `The newest events come first, in pages. With \`Accept: ${NDJSON_TYPE}\` the trail comes in one stream, one JSON document a line. \
A long one ends with the line \`{"nextCursor":"…"}\`: go on with that \`cursor\`. \
Only \`userId\` and times have an index. A page looks at ten thousand events at most, so it may be empty although \`nextCursor\` leads on. \
Older events come from the archive, if there is one: a page ends where it begins, and only a page of archived events waits for it.`,
  security,
  request: {
    query: ListingQuery.extend({
      appId: AppId.optional(),
      userId: line(64)
        .optional()
        .openapi({ description: "This service's own id of the user (`usr_…`)." }),
      type: z.enum(AUDIT_TYPES).optional(),
      outcome: z.enum(OUTCOMES).optional(),
      since: InstantInput.optional(),
      until: InstantInput.optional(),
      after: z.coerce.number().int().min(1).optional().openapi({
        description: "The `id` of the newest event that you have. Only newer ones are listed.",
      }),
    }),
  },
  responses: {
    200: {
      description: "Newest first",
      content: { ...json("", listing("AuditEventList", Event)).content, ...lines },
    },
    ...problems(...ADMIN_PROBLEMS, "archive_unavailable"),
  },
});

export const auditRoutes = router().openapi(auditRoute, async (c) => {
  const { limit, ...filter } = c.req.valid("query");
  const { archive } = c.var.config;
  if (c.req.header("accept")?.includes(NDJSON_TYPE)) {
    const stream = await exportEvents(c.var.deps, archive, { filter, format: NDJSON });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type checker knows no streamed answers
    return c.body(stream, 200, { "content-type": NDJSON_TYPE }) as never;
  }
  return c.json(await listEvents(c.var.deps, archive, { ...filter, limit }), 200);
});
