import { app } from "./app";
import { cleanUp } from "./core/cleanup";
import { loadConfig } from "./env";

export default {
  fetch: app.fetch,
  async scheduled(_controller, env, context) {
    const config = await loadConfig(env);
    const defer = (work: Promise<unknown>) => context.waitUntil(work);
    const request = { id: "cron", ip: null, userAgent: null };
    const deleted = await cleanUp({ ...config, now: new Date(), request, defer });
    console.log(JSON.stringify({ level: "info", event: "cleaned_up", deleted }));
  },
} satisfies ExportedHandler<Env>;
