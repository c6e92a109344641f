import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import packageJson from "./package.json" with { type: "json" };
import { TEST_SECRETS } from "./test/secrets.ts";

// Only to keep wrangler from warning that they are missing.
Object.assign(process.env, TEST_SECRETS);

// Set by scripts/test-properties.mjs; else the same for a whole release.
const { TEST_SEED: seed = packageJson.version.replaceAll(/\D/g, ""), TEST_TIMES: times = 1 } =
  process.env;

export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: "wrangler.toml" },
      // Bindings given here win over wrangler.toml and a developer's .dev.vars.
      miniflare: {
        bindings: {
          ...TEST_SECRETS,
          COMPAT: "0,1,2,3,4",
          TEST_MIGRATIONS: await readD1Migrations("migrations"),
        },
      },
    }),
  ],
  // Some tests hash hundreds of passwords, and machines differ; the hooks make a database.
  test: {
    testTimeout: 30_000 * Number(times),
    hookTimeout: 30_000,
    provide: { chance: { seed: Number(seed), times: Number(times) } },
    maxWorkers: "100%",
    setupFiles: ["test/setup.ts"],
    include: ["test/**/*.test.ts"],
    silent: "passed-only",
  },
});
