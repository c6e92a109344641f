/** A trace of the caller's is logged, and goes on to whatever the service calls (W3C Trace Context). */

import { expect, it, vi } from "vitest";
import { challengeFor } from "../security/support";
import { bearer, call, createApp, enrolled } from "../service";
import { allows, hooked } from "../webhooks/hooks";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

async function loggedTrace(traceparent: string): Promise<unknown> {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  await call("GET", "/v1/time", { headers: { traceparent } });
  const [line] = log.mock.calls.map(([text]) => JSON.parse(String(text)));
  log.mockRestore();
  return line.traceId;
}

it.for([
  [`00-${TRACE}-${PARENT}-01`, TRACE],
  [`00-${TRACE}-${PARENT}-00`, TRACE],
  // A later version may have more at its end.
  [`01-${TRACE}-${PARENT}-01-more`, TRACE],
  [`00-${TRACE}-${PARENT}-01-more`, undefined],
  [`ff-${TRACE}-${PARENT}-01`, undefined],
  [`00-${"0".repeat(32)}-${PARENT}-01`, undefined],
  [`00-${TRACE}-${"0".repeat(16)}-01`, undefined],
  [`00-${TRACE.toUpperCase()}-${PARENT}-01`, undefined],
  [`00-${TRACE}-${PARENT}`, undefined],
  ['"}{"level":"error', undefined],
] as const)("of traceparent %s the log has %s", async ([header, expected]) => {
  expect(await loggedTrace(header)).toBe(expected);
});

it("goes on to a hook with an id of its own, and without one the hook gets none", async () => {
  const app = await createApp();
  await enrolled(app, "ada");
  const { received } = await hooked(app, allows);
  const headers = { ...bearer(app.key), traceparent: `00-${TRACE}-${PARENT}-01` };
  await call("POST", "/v1/challenges", { headers, body: { userId: "ada" } });
  await challengeFor(app, "ada");
  const [traced, untraced] = received.map((one) => one.headers["traceparent"]);
  expect(traced).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  expect(traced).not.toContain(PARENT);
  expect(untraced).toBeUndefined();
});
