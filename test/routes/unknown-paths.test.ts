import { describe, expect, it } from "vitest";
import { admin, call, createApp, problemCode } from "../service";
import { freshAddress } from "../security/support";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/** A browser asks there, before any path is looked up, which origins may call. */
const isPreflight = (method: string, path: string) =>
  method === "OPTIONS" && path.startsWith("/auth/");

const PATHS = [
  "/nope",
  "/v1",
  "/v1/",
  "/v1/v1/users/ada",
  "/v1/user/ada",
  "/v1/users/",
  "/v1/users/ada/",
  "/v1/Users/ada",
  "/v1/users/ada/verify/",
  "/v1/users/ada/authenticators/x/y",
  "/v1/constructor",
  "/auth/logn",
  "/auth/me/",
  "/.well-known/nope",
  "/openapi",
  "/problems",
];

describe("a path that does not exist", () => {
  it.each(PATHS)("is no missing resource, with any method: %s", async (path) => {
    const { v1 } = await createApp();
    for (const method of METHODS.filter((one) => !isPreflight(one, path))) {
      const open = call(method, path, { headers: freshAddress() });
      const answers = [
        await open,
        ...(path.startsWith("/v1") ? [await v1(method, path.slice(3))] : []),
      ];
      for (const response of answers) {
        const { status } = response;
        const code = await problemCode(response);
        expect({ method, status, code }).toEqual({ method, status: 404, code: "unknown_path" });
      }
    }
  });

  it("is told to nobody but the operator below /admin", async () => {
    expect(await problemCode(await admin("GET", "/nope"))).toBe("unknown_path");
    expect(await problemCode(await admin("DELETE", "/users/usr_x/nope"))).toBe("unknown_path");
    expect(await problemCode(await call("GET", "/admin/nope"))).toBe("unauthorized");
  });

  it.each(["/account/nope", "/enrol/a/b/c/d", "/challenge/a/b/c/d"])(
    "is a page for a browser: %s",
    async (path) => {
      const { status, headers } = await call("GET", path, { headers: freshAddress() });
      expect([status, headers.get("content-type")]).toEqual([404, "text/html; charset=UTF-8"]);
    },
  );

  it("is told to nobody below /console who is not signed in", async () => {
    const { status, headers } = await call("GET", "/console/nope", { headers: freshAddress() });
    expect([status, headers.get("location")]).toEqual([
      303,
      "/console/sign-in?next=%2Fconsole%2Fnope",
    ]);
  });

  it("speaks to the clients of a published API in its words", async () => {
    const response = await call("POST", "/api/auth/nope", { headers: freshAddress() });
    expect([response.status, await response.json()]).toEqual([
      404,
      { status: "fail", message: "There is nothing at this path." },
    ]);
  });
});
