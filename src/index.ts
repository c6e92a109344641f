import { app } from "./app";
import { archiveEvents } from "./core/upkeep/archive";
import { expireArchive } from "./core/upkeep/archive-retention";
import { sendNotices } from "./core/mail/notices";
import { cleanUpAll } from "./core/upkeep/cleanup";
import { asOfNow, deliver, deliverAll } from "./core/webhook/deliver";
import { loadConfig, type Archive, type Bindings, type Deps, type Wake } from "./env";

/** The trigger of wrangler.toml that delivers events; the other one cleans up. */
const EVERY_MINUTE = "* * * * *";
/** How long each of the two may take in a run: a fifth of the time between two runs. */
const PATIENCE_MS = 60_000;
/** How long new deliveries begin in a run, so that the next run finds nothing of it. */
const DELIVERS_MS = 40_000;

export default {
  fetch: app.fetch,

  async scheduled({ cron }, env, context) {
    const { archive, ...deps } = await prepare("cron", env, context);
    if (cron === EVERY_MINUTE) {
      await Promise.all([deliverAll(deps, DELIVERS_MS), sendNotices(deps, DELIVERS_MS)]);
      return;
    }
    const { deleted, unpublished } = await cleanUpAll(deps, timer(deps));
    log("info", { event: "cleaned_up", deleted });
    if (unpublished > 0) log("error", { event: "apps_unpublished", unpublished });
    await keepArchive(deps, archive);
  },

  /** A message says only where to look, so that none is needed: the run of every minute finds the rest. */
  async queue({ messages }, env, context) {
    const deps = await prepare("queue", env, context);
    const endpoints = new Set(messages.map(({ body }) => body.endpointId));
    const failures: unknown[] = [];
    for (const endpointId of endpoints) {
      try {
        const isMore = await deliver(asOfNow(deps), endpointId);
        if (isMore) await deps.queue?.send({ endpointId });
      } catch (error) {
        failures.push(error);
      }
    }
    // One that fails keeps no other from its turn. All are asked for again, and those that are done have nothing.
    if (failures.length > 0) throw failures[0];
  },
} satisfies ExportedHandler<Bindings, Wake>;

async function prepare(
  id: string,
  env: Bindings,
  context: ExecutionContext,
): Promise<Deps & { archive: Archive }> {
  const config = await loadConfig(env);
  const defer = (work: Promise<unknown>) => context.waitUntil(work);
  const request = {
    id,
    ip: null,
    userAgent: null,
    trace: null,
    trips: [],
    told: new Set<string>(),
  };
  const now = new Date();
  const elapsed = () => Date.now() - now.getTime();
  return { ...config, db: config.shards.control, now, elapsed, request, defer };
}

/** If the archive cannot be reached, the events stay where they are, and the next run tries again. */
async function keepArchive(deps: Deps, archive: Archive): Promise<void> {
  if (archive === null) return;
  try {
    const moved = await archiveEvents(deps, archive, timer(deps));
    const expired = await expireArchive(deps, archive);
    log("info", { event: "archived", moved, expired });
  } catch (error) {
    log("error", { event: "archive_failed", cause: String(error) });
  }
}

/** True for as long as one of the two may take, from here on. */
function timer({ elapsed }: Deps): () => boolean {
  const end = elapsed() + PATIENCE_MS;
  return () => elapsed() < end;
}

function log(level: "info" | "error", line: object): void {
  console.log(JSON.stringify({ level, ...line }));
}
