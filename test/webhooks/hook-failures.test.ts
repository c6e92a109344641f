import { beforeEach, describe, expect, it, vi } from "vitest";
import { createApp, enrolled, problemCode, type EnrolledUser, type TestApp } from "../service";
import { challengeFor, contents } from "../security/support";
import { hooked, questionOf, requires, says } from "./hooks";
import type { Receiver } from "./receiver";

let app: TestApp;
let user: EnrolledUser;
beforeEach(async () => {
  app = await createApp();
  user = await enrolled(app, "ada");
});

const ask = () => app.v1("POST", "/challenges", { body: { userId: "ada" } });

const stuck: Receiver["answer"] = (_, signal) =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(new Error("aborted")));
  });

const FAILURES: [string, Receiver["answer"]][] = [
  ["cannot be reached", () => Promise.reject(new Error("refused"))],
  ["does not answer in time", stuck],
  [
    "stops in the middle of its answer",
    () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) })),
  ],
  ["answers with a redirect", () => Response.redirect("https://shop.example.com/", 307)],
  ["answers 201", says({ decision: "allow" }, 201)],
  ["answers 500", says({ decision: "allow" }, 500)],
  ["answers with no JSON", () => new Response("allow")],
  ["answers with nothing", () => new Response(null)],
  ["answers with a list", says([{ decision: "allow" }])],
  ["answers with an unknown decision", says({ decision: "Allow" })],
  ["allows, and names methods", says({ decision: "allow", methods: ["totp"] })],
  ["requires nothing", says({ decision: "require" })],
  ["requires no method", requires()],
  ["requires an unknown method", requires("totp", "sms")],
  [
    "answers with too much",
    () => new Response(`${JSON.stringify({ decision: "allow" })}${" ".repeat(4096)}`),
  ],
];

describe("a hook that fails", () => {
  beforeEach(() => {
    const start = setTimeout;
    vi.spyOn(globalThis, "setTimeout").mockImplementation((run, delay) =>
      start(run, delay === 2000 ? 20 : delay),
    );
  });

  it.each(FAILURES)("because it %s, refuses if it is closed", async (_, answer) => {
    await hooked(app, answer);
    const before = await contents();
    const refused = await ask();
    expect([refused.status, await problemCode(refused)]).toEqual([503, "hook_failed"]);
    expect(await contents()).toEqual(before);
  });

  it.each(FAILURES)("because it %s, lets pass if it is open, and is logged", async (_, answer) => {
    const log = vi.spyOn(console, "log");
    await hooked(app, answer, { failureMode: "open" });
    const { methods } = await challengeFor(app, "ada");
    expect(methods).toEqual(["totp", "backup_code"]);
    expect(log).toHaveBeenCalledWith(expect.stringContaining("hook_failed_open"));
  });

  it("has two seconds for all of its answer", async () => {
    await hooked(app, stuck);
    await ask();
    expect(setTimeout).toHaveBeenCalledWith(expect.anything(), 2000);
  });

  it("because it requires what the user does not have, refuses", async () => {
    await app.verify("ada", user.backupCodes[0]);
    for (const code of user.backupCodes.slice(1)) await app.verify("ada", code);
    const { received } = await hooked(app, requires("backup_code"));
    expect(await problemCode(await ask())).toBe("hook_failed");
    expect(questionOf(received[0]).data.methods).toEqual(["totp"]);
  });
});
