import { createRoute, z } from "@hono/zod-openapi";
import { getObject, listObjects } from "../../core/audit/objects";
import { line } from "../fields";
import { json, problems, router } from "../openapi";
import { ADMIN_PROBLEMS, listing, ListingQuery, security } from "./shared";

const GZIP = "application/gzip";

const ArchiveObject = z
  .object({
    id: z.string().openapi({ description: "The `id` of its first event." }),
    name: z.string().openapi({ description: "Its key in the bucket." }),
    sha256: z.string().openapi({ description: "Of its bytes, in hex." }),
    bytes: z.int(),
    count: z.int().openapi({ description: "How many events it holds." }),
    last: z.int().openapi({ description: "The `id` of its last event." }),
  })
  .openapi("ArchiveObject");

const listRoute = createRoute({
  method: "get",
  path: "/audit/archive",
  operationId: "listArchiveObjects",
  tags: ["Audit"],
  summary: "List the objects of the archive",
  description:
    "The newest come first. They are those that the database knows of, with the SHA-256 that each had when it was written. `npm run audit -- verify` compares that with their bytes.",
  security,
  request: { query: ListingQuery },
  responses: {
    200: json("Newest first", listing("ArchiveObjectList", ArchiveObject)),
    ...problems(...ADMIN_PROBLEMS),
  },
});

/** This is for the reference only, because the type checker knows no answers of bytes. */
const bytes: object = { [GZIP]: { schema: z.string().openapi({ format: "binary" }) } };

const getRoute = createRoute({
  method: "get",
  path: "/audit/archive/{id}",
  operationId: "getArchiveObject",
  tags: ["Audit"],
  summary: "Download an object of the archive",
  description:
    "Its bytes as the bucket has them: gzipped NDJSON. The first line is the object's manifest, and every other line an event, the oldest first. What it says of people is sealed (docs/audit.md).",
  security,
  request: { params: z.object({ id: line(16).openapi({ example: "1803808810123000" }) }) },
  responses: {
    200: { description: "The object", content: { ...bytes } },
    ...problems(...ADMIN_PROBLEMS, "not_found", "archive_unavailable"),
  },
});

export const archiveRoutes = router()
  .openapi(listRoute, async (c) => c.json(await listObjects(c.var.deps, c.req.valid("query")), 200))
  .openapi(getRoute, async (c) => {
    const object = await getObject(c.var.deps, c.var.config.archive, c.req.valid("param").id);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type checker knows no answers of bytes
    return c.body(object, 200, { "content-type": GZIP }) as never;
  });
