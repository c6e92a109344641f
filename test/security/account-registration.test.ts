/** Accounts that one address makes are bounded, and so is what it learns about names. */

import { expect, it } from "vitest";
import { auth, PASSWORD } from "../account";
import { admin, elapse, problemCode } from "../service";
import { rows } from "./support";

const SLOW = 120_000;
const HOUR = 60 * 60;

const signUp = (email: string, address: string) =>
  auth("POST", "/register", {
    body: { email, password: PASSWORD },
    headers: { "cf-connecting-ip": address },
  });

const countAccounts = async () => (await rows("SELECT user_id FROM accounts")).length;

it(
  "an address makes 50 accounts in an hour, or hears so often that one is taken",
  { timeout: SLOW },
  async () => {
    const home = "203.0.113.9";
    for (let at = 0; at < 25; at++) {
      expect((await signUp(`user-${at}@example.com`, home)).status).toBe(201);
      expect(await problemCode(await signUp("user-0@example.com", home))).toBe("email_taken");
    }
    elapse(600);
    const refused = await signUp("user-0@example.com", home);
    expect(refused.headers.get("retry-after")).toBe(String(HOUR - 600));
    expect(await problemCode(refused)).toBe("rate_limited");
    expect(await problemCode(await signUp("new@example.com", home))).toBe("rate_limited");
    expect(await countAccounts()).toBe(25);
    expect((await signUp("other@example.com", "203.0.113.10")).status).toBe(201);
    elapse(HOUR - 600);
    expect((await signUp("new@example.com", home)).status).toBe(201);
  },
);

it("of IPv6 a /48 makes 100, whatever their /64", { timeout: SLOW }, async () => {
  const address = (at: number) => `2001:db8:9:${(at + 1).toString(16)}::1`;
  for (let at = 0; at < 100; at++) await signUp("ada@example.com", address(at));
  expect(await problemCode(await signUp("eve@example.com", address(200)))).toBe("rate_limited");
  expect((await signUp("eve@example.com", "2001:db8:a::1")).status).toBe(201);
});

it("the operator makes as many as they like, and no counter of theirs", async () => {
  for (let at = 0; at < 3; at++) {
    const body = { email: `user-${at}@example.com`, password: PASSWORD };
    expect((await admin("POST", "/users", { body })).status).toBe(201);
  }
  expect(await rows("SELECT key FROM password_guards")).toEqual([]);
});
