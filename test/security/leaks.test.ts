import { describe, expect, it } from "vitest";
import { codeOf, createApp, createKey, enrol, phoneWith } from "../service";
import { TEST_SECRETS } from "../secrets";
import { fullRun } from "./full-run";
import { auditTrail, captureLog, leaked, leakedCodes, storage } from "./leak-search";
import { rows } from "./support";

const lines = captureLog();

describe("secrets, codes, tokens and keys", () => {
  it("are shown by the response that creates them, and by no other", async () => {
    const { secrets, responses } = await fullRun();
    expect(secrets.length).toBeGreaterThan(25);
    for (const { what, value, shownIn } of secrets) {
      const places = responses
        .filter(({ text }) => leaked([{ what, value }], text).length > 0)
        .map(({ name }) => name);
      expect({ what, places }).toEqual({ what, places: [shownIn] });
    }
  });

  it("are in no log line, and neither are the codes that were sent, the user's name or any query", async () => {
    const { secrets, codes, responses } = await fullRun();
    expect(lines().length).toBeGreaterThanOrEqual(responses.length);
    const log = lines().join("\n");
    expect(leaked(secrets, log)).toEqual([]);
    expect(leakedCodes(codes, log)).toEqual([]);
    expect(log).not.toMatch(/\bada\b|limit=100|Lost phone/);
    expect(log).not.toContain(TEST_SECRETS.ADMIN_TOKEN);
  });

  it("are in no row of the audit trail, neither are the codes", async () => {
    const { secrets, codes } = await fullRun();
    const trail = await auditTrail();
    expect(trail.match(/"type":/g)?.length).toBeGreaterThan(15);
    expect(leaked(secrets, trail)).toEqual([]);
    for (const code of codes) expect(trail).not.toContain(`"${code}"`);
  });

  it("are not in D1 or KV in plain, as a whole or as bytes in any common encoding", async () => {
    const app = await createApp();
    const { secret } = await enrol(app, "ada");
    const user = await enrol(app, "bob", { secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" });
    const { secrets } = await fullRun();
    const stored = await storage();
    const lower = stored.toLowerCase();
    expect(leaked(secrets, stored)).toEqual([]);
    for (const text of [secret, user.secret]) {
      const { bytes } = phoneWith(text).secret;
      const url = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
      for (const form of [text.toLowerCase(), bytes.toHex()]) expect(lower).not.toContain(form);
      for (const form of [bytes.toBase64().replace(/=+$/, ""), url])
        expect(stored).not.toContain(form);
    }
  });

  it("are never cached: every answer says no-store", async () => {
    const { responses } = await fullRun();
    for (const { name, headers } of responses) {
      expect({ name, cache: headers.get("cache-control") }).toEqual({ name, cache: "no-store" });
    }
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
