import { afterEach, beforeEach, vi } from "vitest";
import { setRandomBytes } from "./chance";

// For what a file makes once, while it is loaded.
setRandomBytes("");

// Every test has random bytes of its own, and starts at a set time, mid-step.
beforeEach(({ task }) => {
  setRandomBytes(task.id);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 9, 1, 12, 0, 10) });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});
