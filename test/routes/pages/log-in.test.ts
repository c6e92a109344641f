import { describe, expect, it, vi } from "vitest";
import { protect, register } from "../../account";
import { faultsIn, onlyAtTop } from "../../form-faults";
import { codeOf, wrongCodeOf } from "../../service";
import { visitor, type View } from "../../visitor";
import { words } from "../../words";

let people = 0;
const newEmail = () => `log-in${people++}@example.com`;

/** Of the page of a lock: what counts down, and how long. */
const countdownsIn = ({ html }: View) =>
  [...html.matchAll(/data-(countdown|ring)="(\d+)"/g)].map(([, name, seconds]) => [name, seconds]);

describe("the pages to log in", () => {
  it("lead nowhere else, whatever `next` says", async () => {
    const { email, password } = await register(newEmail());
    for (const next of ["//evil.test", "https://evil.test", "/account/../admin", "/accounts", ""]) {
      const browser = visitor();
      await browser.get(`/account/login?next=${encodeURIComponent(next)}`);
      expect((await browser.submit({ login: email, password })).at).toBe("/account");
    }
  });

  it("say of a code that locks how long the lock lasts and nothing else, for the script to count down", async () => {
    const person = await protect(await register(newEmail()));
    const browser = visitor();
    await browser.get("/account/login");
    await browser.submit({ login: person.email, password: person.password });
    const wrong = { code: wrongCodeOf(person.phone) };
    for (let tries = 0; tries < 4; tries++) await browser.submit(wrong);
    await browser.submit({ login: person.email, password: person.password }, "/account/login");
    const message = words.lockedFor({ time: "0:30" });
    const locks = await browser.submit(wrong);
    const locked = await browser.submit({ code: codeOf(person.phone) });
    expect([locks.status, locked.status]).toEqual([422, 429]);
    for (const view of [locks, locked]) {
      expect(view.response.headers.get("retry-after")).toBe("30");
      expect(countdownsIn(view)).toEqual([
        ["ring", "30"],
        ["countdown", "30"],
      ]);
      expect(await faultsIn(view.html)).toEqual(onlyAtTop(message));
    }
  });

  it("end a log-in that waits too long for its code", async () => {
    const person = await protect(await register(newEmail()));
    const browser = visitor();
    await browser.get("/account/login");
    await browser.submit({ login: person.email, password: person.password });
    vi.setSystemTime(Date.now() + 301_000);
    const late = await browser.submit({ code: codeOf(person.phone) });
    expect(late.html).not.toContain('name="code"');
    expect(await faultsIn(late.html)).toEqual(onlyAtTop(words.problems.invalid_challenge));
    expect((await browser.get("/account/code")).at).toBe("/account/login");
  });
});
