import { expect, it, vi } from "vitest";
import { app as worker } from "../../src/app";
import { call, createApp } from "../service";

it("logs one line of JSON a request, with the route's pattern and not its path", async () => {
  const log = vi.spyOn(console, "log");
  const app = await createApp();
  log.mockClear();
  const response = await app.v1("DELETE", "/users/ada%40example.com");
  const lines = log.mock.calls.flat().map((line) => JSON.parse(String(line)));
  expect(lines).toEqual([
    {
      level: "info",
      requestId: response.headers.get("x-request-id"),
      method: "DELETE",
      route: "/v1/users/:userId",
      status: 404,
      milliseconds: 0,
      d1: [{ primary: true, sqlMilliseconds: expect.any(Number) }],
      code: "not_found",
    },
  ]);
});

it.each([
  ["POST", "/console/sign-in", "/console/sign-in"],
  ["GET", "/console/users/usr_1", "/console/users/:id"],
  ["GET", "/enrol/sgl_x_y", "/enrol/:token"],
  ["GET", "/nope", "/*"],
])("logs a %s of %s as one of %s", async (method, path, route) => {
  const log = vi.spyOn(console, "log");
  await call(method, path);
  expect(JSON.parse(String(log.mock.lastCall))).toMatchObject({ method, route });
});

it("finds every route with one regular expression, because no two patterns overlap", async () => {
  await call("GET", "/v1/time");
  // For patterns that do, such as /keys/new and /keys/:id, Hono walks a tree on every request.
  expect(worker.router.name).toBe("SmartRouter + RegExpRouter");
});
