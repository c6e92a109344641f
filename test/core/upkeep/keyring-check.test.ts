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
    await call("GET", "/healthz", { bindings: { ...env } });
    const bindings = { ...env, KEYRING };
    const response = await app.v1("GET", "/users/ada", { bindings });
    expect([response.status, await problemCode(response)]).toEqual([500, "misconfigured"]);
    expect(logged()).toContain(cause);
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
    for (const path of ["/healthz", "/v1/time", "/openapi.json", "/docs"]) {
      const response = await call("GET", path, { bindings: { ...env, [name]: value } });
      expect([response.status, await problemCode(response)]).toEqual([500, "misconfigured"]);
    }
    expect(logged()).toContain(name);
    expect(logged()).not.toContain(value || '""');
  });
});
