import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, vi } from "vitest";
import { setRandomBytes } from "./chance";

// For what a file makes once, while it is loaded.
setRandomBytes("");

// Storage is isolated per file only; every test starts from an empty, migrated database, at a set
// time, mid-step, and with the random bytes of its own.
beforeEach(async ({ task }) => {
  setRandomBytes(task.id);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 9, 1, 12, 0, 10) });
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});
