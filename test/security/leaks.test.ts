import { describe, expect, it } from "vitest";
import { codeOf, createApp, createKey, enrol, phoneWith } from "../service";
import { TEST_SECRETS } from "../secrets";
import { accountRun, NOWHERE } from "./account-run";
import { fullRun } from "./full-run";
import { auditTrail, captureLog, leaked, leakedCodes, storage } from "./leak-search";
import { rows } from "./support";

const lines = captureLog();

/** Everything that there is to do, once by a back end and once by a person, and what must not be seen of it. */
const RUNS = [
  {
    of: "secrets, codes, tokens and keys of an app's users",
    run: fullRun,
    secretsAtLeast: 26,
    shows: (text: string, secret: Parameters<typeof leaked>[0][number]) =>
      leaked([secret], text).length > 0,
    names: /\bada\b|limit=100|Lost phone/,
  },
  {
    of: "passwords, tokens, cookies and codes of an account",
    run: accountRun,
    secretsAtLeast: 46,
    // All refresh tokens of a session share a part.
    shows: (text: string, { value }: { value: string }) => text.includes(value),
    names: /ada@|\bada\b|limit=100|refreshToken=/,
  },
];

describe.each(RUNS)("$of", ({ run, secretsAtLeast, shows, names }) => {
  it("are shown by the answer that makes them, and by no other; passwords by none", async () => {
    const { secrets, responses } = await run();
    expect(secrets.length).toBeGreaterThanOrEqual(secretsAtLeast);
    for (const { what, value, shownIn } of secrets) {
      const places = responses
        .filter(({ text }) => shows(text, { what, value }))
        .map(({ name }) => name);
      const expected = shownIn === NOWHERE ? [] : [shownIn];
      expect({ what, places }).toEqual({ what, places: expected });
    }
  });

  it("are in no header but the cookies'", async () => {
    const { secrets, responses } = await run();
    for (const { name, headers } of responses) {
      const plain = [...headers].filter(([header]) => header !== "set-cookie");
      expect({ name, leaked: leaked(secrets, JSON.stringify(plain)) }).toEqual({
        name,
        leaked: [],
      });
    }
  });

  it("are in no log line, and neither are names, codes that were sent, or any query", async () => {
    const { secrets, codes, responses } = await run();
    expect(lines().length).toBeGreaterThanOrEqual(responses.length);
    const log = lines().join("\n");
    expect(leaked(secrets, log)).toEqual([]);
    expect(leakedCodes(codes, log)).toEqual([]);
    expect(log).not.toMatch(names);
    expect(log).not.toContain(TEST_SECRETS.ADMIN_TOKEN);
  });

  it("are in no row of the audit trail, neither are the codes", async () => {
    const { secrets, codes } = await run();
    const trail = await auditTrail();
    expect(trail.match(/"type":/g)?.length).toBeGreaterThan(15);
    expect(leaked(secrets, trail)).toEqual([]);
    for (const code of codes) expect(trail).not.toContain(`"${code}"`);
    expect(trail).not.toContain("ada@example.com");
  });

  it("are not in D1 or KV in plain", async () => {
    const { secrets } = await run();
    expect(leaked(secrets, await storage())).toEqual([]);
  });

  it("are never cached: every answer says no-store", async () => {
    const { responses } = await run();
    for (const { name, headers } of responses) {
      expect({ name, cache: headers.get("cache-control") }).toEqual({ name, cache: "no-store" });
    }
  });
});

describe("of a secret", () => {
  it("nothing is in D1 or KV as bytes in any common encoding", async () => {
    const app = await createApp();
    const { secret } = await enrol(app, "ada");
    const user = await enrol(app, "bob", { secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" });
    const stored = await storage();
    const lower = stored.toLowerCase();
    for (const text of [secret, user.secret]) {
      const { bytes } = phoneWith(text).secret;
      const url = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
      for (const form of [text.toLowerCase(), bytes.toHex()]) expect(lower).not.toContain(form);
      for (const form of [bytes.toBase64().replace(/=+$/, ""), url])
        expect(stored).not.toContain(form);
    }
  });
});

describe("of an account", () => {
  it("passwords and backup codes are kept as no hash that anybody could compute", async () => {
    const { secrets } = await accountRun();
    const stored = await storage();
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

  it("nobody is named in the counters of wrong passwords", async () => {
    await accountRun();
    const guards = JSON.stringify(await rows("SELECT * FROM password_guards"));
    expect(guards).not.toMatch(/ada|usr_|198\.18|@/);
    expect(guards).toMatch(/"failures":1/);
  });
});

describe("of a backup code or a key", () => {
  it("only a hash is kept, which is no plain hash of a backup code", async () => {
    const app = await createApp();
    const key = await createKey(app.id, {});
    const { id, secret } = await enrol(app, "ada");
    const body = { code: codeOf(phoneWith(secret)) };
    const confirmed = await app.v1("POST", `/users/ada/authenticators/${id}/confirm`, { body });
    const { backupCodes } = await confirmed.json<{ backupCodes: string[] }>();
    const stored = await storage();
    for (const code of backupCodes) {
      for (const form of [code, code.replaceAll("-", ""), code.toLowerCase()]) {
        const bytes = new TextEncoder().encode(form);
        const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
        expect(stored).not.toContain(hash.toHex());
        expect(stored).not.toContain(hash.toBase64({ alphabet: "base64url", omitPadding: true }));
      }
    }
    expect(stored).not.toContain(key.split("_")[2]);
  });

  it("of the same secret or code of two users nothing stored is the same", async () => {
    const app = await createApp();
    const shared = { secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" };
    await enrol(app, "ada", shared);
    await enrol(app, "bob", shared);
    const sealed = await rows<{ secret: string; last_step: number }>(
      "SELECT secret, last_step FROM authenticators",
    );
    expect(new Set(sealed.map(({ secret }) => secret)).size).toBe(2);
  });
});
