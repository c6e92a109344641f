import { fileURLToPath } from "node:url";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import packageJson from "./package.json" with { type: "json" };
import { TEST_SECRETS } from "./test/secrets.ts";

// Only to keep wrangler from warning that they are missing.
Object.assign(process.env, TEST_SECRETS);

// Set by scripts/test-properties.mjs; else the same for a whole release.
const { TEST_SEED: seed = packageJson.version.replaceAll(/\D/g, ""), TEST_TIMES: times = 1 } =
  process.env;

const ROOT = fileURLToPath(new URL(".", import.meta.url));
const TEST_MIGRATIONS = await readD1Migrations("migrations");

/** How many databases there are. With several, users are spread over them (test/databases.ts). */
const databases = Number(process.env["TEST_DATABASES"] ?? 1);
const d1Databases = Object.fromEntries(
  Array.from({ length: databases }, (_, at) => (at === 0 ? "DB" : `DB${at}`)).map((name) => [
    name,
    name,
  ]),
);

/** All that can be answered (src/env.ts). */
const COMPAT = "authenticator-api,appended-otp,django-react,basic-with-otp,django-totp";

const workerd = () =>
  cloudflareTest({
    wrangler: { configPath: "wrangler.toml" },
    // Bindings given here win over wrangler.toml and a developer's .dev.vars.
    miniflare: {
      bindings: { ...TEST_SECRETS, COMPAT, TEST_MIGRATIONS },
      // What `test/lagging.ts` lets reads see.
      d1Databases: { ...d1Databases, REPLICA: "replica" },
      // No test reaches anybody. Those that want a receiver are one (test/webhooks/receiver.ts).
      outboundService: () => new Response("nobody", { status: 502 }),
      // Optional, and therefore not in wrangler.toml.
      r2Buckets: ["ARCHIVE"],
    },
  });

/** The archive and reads of a copy that is behind: with several databases there are neither. */
const OF_ONE_DATABASE = [
  "test/core/upkeep/archive*.test.ts",
  "test/core/audit/facets.test.ts",
  "test/routes/admin/archive*.test.ts",
  "test/security/replica.test.ts",
  "test/routes/server/server-timing.test.ts",
];

/** What calls no Worker and stores nothing. */
const PURE = [
  "test/crypto/*.test.ts",
  "test/core/account/password-*.test.ts",
  "test/core/app/accent.test.ts",
  "test/routes/address.test.ts",
];

const shared = {
  // Some tests hash hundreds of passwords, and machines differ.
  testTimeout: 30_000 * Number(times),
  hookTimeout: 30_000,
  provide: { chance: { seed: Number(seed), times: Number(times) } },
  // An isolate for many files costs a fifth of one for each. The setup takes away what a test leaves in it.
  isolate: false,
};

export default defineConfig({
  test: {
    maxWorkers: "100%",
    silent: "passed-only",
    projects: [
      {
        plugins: [workerd()],
        test: { ...shared, name: "pure", include: PURE, setupFiles: ["test/setup.ts"] },
      },
      {
        plugins: [workerd()],
        resolve: {
          // The only other way to the hash is test/crypto/password-hash.test.ts, which is not here.
          alias: [{ find: /^\.\/argon2id$/, replacement: `${ROOT}test/argon2id.ts` }],
        },
        test: {
          ...shared,
          name: "service",
          include: ["test/**/*.test.ts", "test/typescript-client.test.mjs"],
          exclude: [...PURE, ...(databases > 1 ? OF_ONE_DATABASE : [])],
          setupFiles: ["test/setup.ts", "test/setup-service.ts"],
        },
      },
    ],
  },
});
