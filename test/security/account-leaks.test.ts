import { describe, expect, it } from "vitest";
import { accountRun, NOWHERE } from "./account-run";
import { auditTrail, captureLog, leaked, leakedCodes, storage } from "./leak-search";
import { rows } from "./support";

const lines = captureLog();

describe("passwords, tokens, cookies and codes of an account", () => {
  it("are shown by the answer that makes them, and by no other; passwords by none", async () => {
    const { secrets, responses } = await accountRun();
    expect(secrets.length).toBeGreaterThan(45);
    for (const { what, value, shownIn } of secrets) {
      const places = responses.filter(({ text }) => text.includes(value)).map(({ name }) => name);
      const expected = shownIn === NOWHERE ? [] : [shownIn];
      expect({ what, places }).toEqual({ what, places: expected });
    }
  });

  it("are in no header but the cookies'", async () => {
    const { secrets, responses } = await accountRun();
    for (const { name, headers } of responses) {
      const plain = [...headers].filter(([header]) => header !== "set-cookie");
      expect({ name, leaked: leaked(secrets, JSON.stringify(plain)) }).toEqual({
        name,
        leaked: [],
      });
    }
  });

  it("are in no log line, and neither are names, codes that were sent, or any query", async () => {
    const { secrets, codes, responses } = await accountRun();
    expect(lines().length).toBeGreaterThanOrEqual(responses.length);
    const log = lines().join("\n");
    expect(leaked(secrets, log)).toEqual([]);
    expect(leakedCodes(codes, log)).toEqual([]);
    expect(log).not.toMatch(/ada@|\bada\b|limit=100|refreshToken=/);
  });

  it("are in no row of the audit trail", async () => {
    const { secrets, codes } = await accountRun();
    const trail = await auditTrail();
    expect(trail.match(/"type":/g)?.length).toBeGreaterThan(15);
    expect(leaked(secrets, trail)).toEqual([]);
    for (const code of codes) expect(trail).not.toContain(`"${code}"`);
    expect(trail).not.toContain("ada@example.com");
  });

  it("are not in D1 or KV in plain, and a hash of them is none that anybody could compute", async () => {
    const { secrets } = await accountRun();
    const stored = await storage();
    expect(leaked(secrets, stored)).toEqual([]);
    for (const { what, value } of secrets.filter(({ what: kind }) =>
      /password|backup/.test(kind),
    )) {
      for (const form of [value, value.replaceAll("-", ""), value.toLowerCase()]) {
        const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(form));
        const hash = new Uint8Array(digest);
        for (const text of [
          hash.toHex(),
          hash.toBase64({ alphabet: "base64url", omitPadding: true }),
        ]) {
          expect({ what, found: stored.includes(text) }).toEqual({ what, found: false });
        }
      }
    }
  });

  it("name nobody in the counters of wrong passwords", async () => {
    await accountRun();
    const guards = JSON.stringify(await rows("SELECT * FROM password_guards"));
    expect(guards).not.toMatch(/ada|usr_|198\.18|@/);
    expect(guards).toMatch(/"failures":1/);
  });

  it("are never cached: every answer says no-store", async () => {
    const { responses } = await accountRun();
    for (const { name, headers } of responses) {
      expect({ name, cache: headers.get("cache-control") }).toEqual({ name, cache: "no-store" });
    }
  });
});
