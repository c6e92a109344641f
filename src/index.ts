import { app } from "./app";
import { cleanUpAll } from "./core/upkeep/cleanup";
import { loadConfig } from "./env";

/** How long a run of the clean-up may take: a fifth of the time between two runs. */
const CLEANUP_MS = 60_000;

export default {
  fetch: app.fetch,
  async scheduled(_controller, env, context) {
    const config = await loadConfig(env);
    const defer = (work: Promise<unknown>) => context.waitUntil(work);
    const request = { id: "cron", ip: null, userAgent: null };
    const now = new Date();
    const hasTime = () => Date.now() - now.getTime() < CLEANUP_MS;
    const deps = { ...config, db: config.shards.control, now, request, defer };
    const deleted = await cleanUpAll(deps, hasTime);
    console.log(JSON.stringify({ level: "info", event: "cleaned_up", deleted }));
  },
} satisfies ExportedHandler<Env>;
