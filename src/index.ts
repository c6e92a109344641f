import { app } from "./app";
import { archiveEvents } from "./core/upkeep/archive";
import { expireArchive } from "./core/upkeep/archive-retention";
import { cleanUpAll } from "./core/upkeep/cleanup";
import { loadConfig, type Archive, type Bindings, type Deps } from "./env";

/** How long each of the two may take in a run: a fifth of the time between two runs. */
const PATIENCE_MS = 60_000;

export default {
  fetch: app.fetch,
  async scheduled(_controller, env, context) {
    const { archive, ...config } = await loadConfig(env);
    const defer = (work: Promise<unknown>) => context.waitUntil(work);
    const request = { id: "cron", ip: null, userAgent: null, trips: [] };
    const deps = { ...config, db: config.shards.control, now: new Date(), request, defer };
    const { deleted, unpublished } = await cleanUpAll(deps, timer());
    log("info", { event: "cleaned_up", deleted });
    if (unpublished > 0) log("error", { event: "apps_unpublished", unpublished });
    await keepArchive(deps, archive);
  },
} satisfies ExportedHandler<Bindings>;

/** If the archive cannot be reached, the events stay where they are, and the next run tries again. */
async function keepArchive(deps: Deps, archive: Archive): Promise<void> {
  if (archive === null) return;
  try {
    const moved = await archiveEvents(deps, archive, timer());
    const expired = await expireArchive(deps, archive);
    log("info", { event: "archived", moved, expired });
  } catch (error) {
    log("error", { event: "archive_failed", cause: String(error) });
  }
}

function timer(): () => boolean {
  const start = Date.now();
  return () => Date.now() - start < PATIENCE_MS;
}

function log(level: "info" | "error", line: object): void {
  console.log(JSON.stringify({ level, ...line }));
}
