import { beforeEach } from "vitest";
import { renewBindings } from "./bindings";
import { emptyStorage } from "./storage";

// Isolate and storage are shared by many files; every test starts with new ones, as far as it can see.
beforeEach(async ({ task }) => {
  await Promise.all([renewBindings(task.id), emptyStorage()]);
});
