/** While a user's bucket moves, nothing of them is answered or changed, by any call there is. */

import { describe, expect, it } from "vitest";
import { everywhere, isMany } from "../databases";
import { operations } from "../operations";
import { contents } from "../security/support";
import { problemCode } from "../service";
import { request, restoreWorld } from "../world";

/** Calls about one user. All others are about apps, keys, lists, or the service. */
const ABOUT_A_USER = [
  /^\/v1\/(users|challenges|enrolment-links|challenge-links)/,
  /^\/auth\//,
  /^\/admin\/users\//,
];

const about = operations.filter(
  ({ method, path }) =>
    ABOUT_A_USER.some((one) => one.test(path)) || `${method} ${path}` === "POST /admin/users",
);

describe.runIf(isMany)("a call about a user whose bucket moves", () => {
  it.each(about)("$method $path is unavailable, and changes nothing", async (operation) => {
    const world = await restoreWorld();
    await everywhere.prepare("UPDATE placements SET state = 'moving', other = 0").run();
    const before = await contents();
    const answer = await request(operation, world);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await problemCode(answer)).toBe("unavailable");
    expect(await contents()).toEqual(before);
  });

  it("is any of these", () => {
    expect(about.length).toBeGreaterThan(40);
  });
});
