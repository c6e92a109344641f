import { app } from "./app";
import { cleanUp } from "./core/upkeep/cleanup";
import { loadConfig } from "./env";

/** How long a run of the clean-up may take: a fifth of the time between two runs. */
const CLEANUP_MS = 60_000;

export default {
  fetch: app.fetch,
  async scheduled(_controller, env, context) {
    const config = await loadConfig(env);
    const defer = (work: Promise<unknown>) => context.waitUntil(work);
    const request = { id: "cron", ip: null, userAgent: null, trips: [] };
    const now = new Date();
    const hasTime = () => Date.now() - now.getTime() < CLEANUP_MS;
    const deleted = await cleanUp({ ...config, now, request, defer }, hasTime);
    console.log(JSON.stringify({ level: "info", event: "cleaned_up", deleted }));
  },
} satisfies ExportedHandler<Env>;
