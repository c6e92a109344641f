import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { call, codeOf, createApp, enrolled, problemCode } from "../../service";
import { TEST_SECRETS } from "../../secrets";

const newer = `new:${"B".repeat(42)}A`;

function watchLog(): () => string {
  const log = vi.spyOn(console, "log");
  return () => log.mock.calls.flat().join("\n");
}

describe("rotating KEYRING", () => {
  it("goes on verifying what was sealed and hashed before", async () => {
    const app = await createApp();
    const { phone, backupCodes } = await enrolled(app, "ada");
    const bindings = { ...env, KEYRING: `${newer},${TEST_SECRETS.KEYRING}` };
    for (const code of [codeOf(phone), backupCodes[0]]) {
      const options = { body: { code }, bindings };
      const response = await app.v1("POST", "/users/ada/verify", options);
      expect(await response.json()).toMatchObject({ valid: true });
    }
  });

  it.each([
    ["a key is missing that rows refer to", newer, "key test, which is missing"],
    ["a known id has another key", `test:${"B".repeat(42)}A`, "key test is not the one"],
  ])("is refused when %s", async (_, KEYRING, cause) => {
    const logged = watchLog();
    const app = await createApp();
    await call("GET", "/readyz", { bindings: { ...env } });
    const bindings = { ...env, KEYRING };
    const response = await app.v1("GET", "/users/ada", { bindings });
    expect([response.status, await problemCode(response)]).toEqual([500, "misconfigured"]);
    expect(logged()).toContain(cause);
  });
});

/** As a Worker that has the first database alone. */
const alone = { ...env, DB1: undefined, DB2: undefined, DB3: undefined };

describe("a database that users were moved to", () => {
  it("is missed by a Worker that has only the first one: nobody passes for a user without a second factor", async () => {
    const logged = watchLog();
    const { v1 } = await createApp();
    await env.DB.batch([
      env.DB.prepare("UPDATE placements SET last = 'yzz' WHERE last = 'zzz'"),
      env.DB.prepare("INSERT INTO placements VALUES ('z22', 'zzz', 1, 1, 'live', NULL)"),
    ]);
    const bindings = { ...alone };
    for (const response of [
      await v1("GET", "/users/ada", { bindings }),
      await call("GET", "/readyz", { bindings }),
    ]) {
      expect([response.status, await problemCode(response)]).toEqual([500, "misconfigured"]);
    }
    expect(logged()).toMatch(/DB1 has users .* and is not bound/);
  });
});

describe("a setting that is missing or wrong", () => {
  it.each([
    ["KEYRING", ""],
    ["KEYRING", "k1:c2hvcnQ"],
    ["SIGNING_KEYS", ""],
    ["SIGNING_KEYS", "s1:AAAA"],
    ["ADMIN_TOKEN", "too-short-a-token"],
    ["ISSUER_URL", "not a url"],
    ["AUDIT_RETENTION_DAYS", "never"],
  ])("%s=%j refuses every request, and the log names it without its value", async (name, value) => {
    const logged = watchLog();
    for (const path of ["/readyz", "/v1/time", "/openapi.json", "/docs"]) {
      const response = await call("GET", path, { bindings: { ...env, [name]: value } });
      expect([response.status, await problemCode(response)]).toEqual([500, "misconfigured"]);
    }
    expect(logged()).toContain(name);
    expect(logged()).not.toContain(value || '""');
  });
});
