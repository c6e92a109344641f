/** Which origins an app may register, and that each of them then matches wherever one is compared. */

import { describe, expect, it } from "vitest";
import { auth } from "../account";
import { admin, codeOf, createApp, enrolled, problemCode, send, ORIGIN } from "../service";
import { challengeFor, freshAddress } from "../security/support";

const ORIGINS = [
  "https://example.com",
  "https://example.com:8443",
  "http://localhost:3000",
  "http://[::1]:3000",
  "http://tauri.localhost",
  "tauri://localhost",
  "capacitor://localhost",
  "ionic://localhost",
  "com.example.app://localhost",
  "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
  "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc",
];

const NO_ORIGINS = [
  "*",
  "null",
  "",
  "https://*.example.com",
  "https://*.com",
  "capacitor://*",
  "https://example.com/",
  "https://example.com/path",
  "https://Example.com",
  "https://example.com:443",
  "https://ada@example.com",
  "https://münchen.example",
  "capacitor://localhost/",
  "capacitor://Localhost",
  "Capacitor://localhost",
  "capacitor://",
  "capacitor:localhost",
  "capacitor://localhost:",
  "capacitor://local host",
  "capacitor://localhost?x",
  "file://",
  "file://localhost",
  "ftp://example.com",
  "wss://example.com",
  "blob:https://example.com",
  "data:text/html,x",
  "javascript://example.com",
  `https://${"a".repeat(260)}.example`,
];

const register = (id: string, origins: string[]) =>
  admin("PATCH", `/apps/${id}`, { body: { settings: { allowedOrigins: origins } } });

function answerFrom(origin: string, body: object) {
  const headers = { ...freshAddress(), origin, "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  return send(new Request(`${ORIGIN}/v1/challenges/verify`, init));
}

describe("an origin", () => {
  it.each(ORIGINS)("%s is taken, and may answer a challenge, and no other may", async (origin) => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    expect((await register(app.id, [origin])).status).toBe(200);
    const { token } = await challengeFor(app, "ada");
    const answer = { token, code: codeOf(phone) };
    for (const other of [`${origin}0`, `x${origin}`, "null"]) {
      expect(await problemCode(await answerFrom(other, answer))).toBe("origin_not_allowed");
    }
    expect((await answerFrom(origin, answer)).status).toBe(200);
  });

  it.each(NO_ORIGINS)("%s is refused, because no browser sends it", async (origin) => {
    const { id } = await createApp();
    const response = await register(id, [origin]);
    expect([response.status, await problemCode(response)]).toEqual([422, "invalid_request"]);
  });

  it("with a wildcard is refused in words that say what to do", async () => {
    const { id } = await createApp();
    const response = await register(id, ["https://*.example.com"]);
    expect(await response.json()).toMatchObject({
      detail: expect.stringContaining("no wildcard: name every origin"),
    });
  });
});

it("lets a web view call the user API from where it is registered", async () => {
  await register("accounts", ["capacitor://localhost"]);
  const body = { email: "ada@example.com", password: "wrong horse battery staple" };
  const ask = (origin: string) => auth("POST", "/login", { body, headers: { origin } });
  const allowed = async (origin: string) =>
    (await ask(origin)).headers.get("access-control-allow-origin");
  expect(await allowed("capacitor://localhost")).toBe("capacitor://localhost");
  expect(await allowed("capacitor://localhost.example")).toBeNull();
  expect(await allowed("ionic://localhost")).toBeNull();
});
