import { createRoute, z } from "@hono/zod-openapi";
import { stepMove } from "../../core/upkeep/move";
import { addShard, fenceShard, loadShards, numberOf, reopenShard } from "../../core/upkeep/shards";
import { InstantOrNull, line } from "../fields";
import { body, BODY_PROBLEMS, json, nothing, problems, router } from "../openapi";
import { ADMIN_PROBLEMS, security } from "./shared";

const Bucket = z
  .string()
  .regex(/^[a-z2-7]{3}$/)
  .openapi({ description: "Three symbols of Base32, in the order of ASCII.", example: "2aa" });
const Range = z.object({ first: Bucket, last: Bucket }).openapi("BucketRange");
const params = z.object({
  database: line(16).openapi({
    description: "What it is called in wrangler.toml: `DB`, `DB1` and so on.",
    example: "DB1",
  }),
});

const Status = z
  .object({
    databases: z.array(
      z.object({
        name: z.string(),
        addedAt: InstantOrNull,
        restoring: z.boolean().openapi({
          description:
            "Its restoration to the past has begun. It answers nothing until that is finished.",
        }),
        buckets: z.int().openapi({ description: "How many of the 32,768 buckets it has." }),
        users: z
          .int()
          .nullable()
          .openapi({ description: "A million at most are counted. Null if it does not answer." }),
      }),
    ),
    placements: z.array(
      Range.extend({
        shard: z.int(),
        state: z.enum(["live", "moving"]),
        other: z.int().nullable().openapi({
          description:
            "While the range is moving: where to. Once it is live: where copies still have to be deleted.",
        }),
      }),
    ),
    unpublished: z
      .int()
      .openapi({ description: "Apps of which not every database has the newest state." }),
  })
  .openapi("Databases");

const statusRoute = createRoute({
  method: "get",
  path: "/shards",
  operationId: "getDatabases",
  tags: ["Databases"],
  summary: "See what is in which database",
  description: "`npm run shards -- status` shows it. With one database there is one range.",
  security,
  responses: { 200: json("The databases", Status), ...problems(...ADMIN_PROBLEMS) },
});

const addRoute = createRoute({
  method: "put",
  path: "/shards/{database}",
  operationId: "addDatabase",
  tags: ["Databases"],
  summary: "Take in a database",
  description:
    "A database that is bound and migrated. It gets all apps and keys. Users can be moved to it ten minutes later. Taking it in again does no harm.",
  security,
  request: { params },
  responses: { 204: nothing, ...problems(...ADMIN_PROBLEMS, "not_found") },
});

const Step = z
  .object({
    state: z.enum(["copying", "comparing", "deleting", "given_up", "done"]),
    first: Bucket.nullable().openapi({ type: ["string", "null"] }),
    last: Bucket.nullable().openapi({ type: ["string", "null"] }),
    rows: z.int(),
    cursor: z.string().nullable().openapi({ description: "For the next step." }),
  })
  .openapi("MoveStep");

const moveRoute = createRoute({
  method: "post",
  path: "/shards/{database}/moves",
  operationId: "moveBuckets",
  tags: ["Databases"],
  summary: "Move users to a database, by one step",
  description:
    "Ask again, with the `cursor` of the answer, until the state is `done`; `npm run shards -- move` does that. Until the range has been copied, its users get `unavailable`. " +
    "A step that failed can be asked for again, also without a cursor: then the copy begins anew. " +
    "A move whose target fails is given up by a move of the same range to the database that it leaves. That one answers again at once, and what was copied is deleted when the target answers. It is `conflict` if the target has taken over already.",
  security,
  request: {
    params,
    body: body(
      z
        .strictObject({
          first: Bucket,
          last: Bucket,
          cursor: z.string().min(1).max(2000).optional(),
        })
        .refine(({ first, last }) => first <= last, "first, then last"),
    ),
  },
  responses: {
    200: json("What the step did", Step),
    ...problems(...ADMIN_PROBLEMS, ...BODY_PROBLEMS, "not_found", "conflict"),
  },
});

const restoreRoute = createRoute({
  method: "post",
  path: "/shards/{database}/restoration",
  operationId: "restoreDatabase",
  tags: ["Databases"],
  summary: "Restore a database to the past",
  description:
    "First `begin`: the database answers nothing any more. Ten minutes later restore it, and then `finish`: it answers again for what it has now, and for nothing that has been moved away since. Not for the first database, nor for one that was not added. To finish what has not begun is `conflict`, and changes nothing.",
  security,
  request: { params, body: body(z.strictObject({ phase: z.enum(["begin", "finish"]) })) },
  responses: {
    204: nothing,
    ...problems(...ADMIN_PROBLEMS, ...BODY_PROBLEMS, "not_found", "conflict"),
  },
});

export const shardRoutes = router()
  .openapi(statusRoute, async (c) => c.json(await loadShards(c.var.deps), 200))
  .openapi(addRoute, async (c) => {
    await addShard(c.var.deps, numberOf(c.req.valid("param").database));
    return c.body(null, 204);
  })
  .openapi(moveRoute, async (c) => {
    const target = numberOf(c.req.valid("param").database);
    const { range, ...step } = await stepMove(c.var.deps, { ...c.req.valid("json"), target });
    return c.json({ ...step, first: range?.first ?? null, last: range?.last ?? null }, 200);
  })
  .openapi(restoreRoute, async (c) => {
    const act = c.req.valid("json").phase === "begin" ? fenceShard : reopenShard;
    await act(c.var.deps, numberOf(c.req.valid("param").database));
    return c.body(null, 204);
  });
