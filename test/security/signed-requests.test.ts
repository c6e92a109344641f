/** Requests that are signed (RFC 9421): each works as it was signed, once a key made it, and for a minute. */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { TEST_SECRETS } from "../secrets";
import {
  admin,
  codeOf,
  createApp,
  elapse,
  enrolled,
  ORIGIN,
  problemCode,
  send,
  useKey,
  type EnrolledUser,
  type TestApp,
} from "../service";
import { contents } from "./support";

const utf8 = new TextEncoder();
const VERIFY = "/v1/users/ada/verify";

let app: TestApp;
let ada: EnrolledUser;
let key: string;
let keyId: string;
beforeEach(async () => {
  app = await createApp();
  ada = await enrolled(app, "ada");
  const body = { kind: "signing", scopes: ["verify"] };
  const created = await admin("POST", `/apps/${app.id}/keys`, { body });
  ({ key, id: keyId } = await created.json<{ key: string; id: string }>());
});

interface Signing {
  method?: string;
  path?: string;
  body?: string;
  covered?: string[];
  parameters?: string;
  secret?: string;
}

const created = (secondsFromNow = 0) => Math.floor(Date.now() / 1000) + secondsFromNow;

/** The signed request, made from the RFC by hand: no library that the service uses. */
async function signed({
  method = "POST",
  path = VERIFY,
  body = JSON.stringify({ code: codeOf(ada.phone) }),
  covered = ["@method", "@target-uri", "content-digest"],
  parameters = `created=${created()};keyid="${keyId}";alg="hmac-sha256"`,
  secret = key,
}: Signing = {}): Promise<Request> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(body)));
  const digest = `sha-256=:${hash.toBase64()}:`;
  const values = new Map([
    ["@method", method],
    ["@target-uri", ORIGIN + path],
    ["content-digest", digest],
  ]);
  const input = `(${covered.map((name) => `"${name}"`).join(" ")});${parameters}`;
  const lines = covered.map((name) => `"${name}": ${values.get(name)}`);
  const base = [...lines, `"@signature-params": ${input}`].join("\n");
  const headers = {
    "content-type": "application/json",
    "content-digest": digest,
    "signature-input": `sig=${input}`,
    signature: `sig=:${(await hmac(secret, base)).toBase64()}:`,
  };
  return new Request(ORIGIN + path, { method, headers, body: method === "GET" ? null : body });
}

async function hmac(secret: string, text: string): Promise<Uint8Array> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", utf8.encode(secret), algorithm, false, [
    "sign",
  ]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8.encode(text)));
}

async function refusalOf(request: Request): Promise<unknown[]> {
  const response = await send(request);
  return [response.status, await problemCode(response)];
}

const REFUSED = [401, "invalid_signature"];
const question = {
  method: "GET",
  path: "/v1/users/ada",
  body: "",
  covered: ["@method", "@target-uri"],
};

describe("a signed request", () => {
  it("asks and verifies as a key does", async () => {
    expect((await send(await signed(question))).status).toBe(200);
    const response = await send(await signed());
    expect(await response.json()).toMatchObject({ valid: true });
  });

  it("has the scopes of its key", async () => {
    const request = await signed({ path: "/v1/users/ada/unlock", body: "{}" });
    expect(await refusalOf(request)).toEqual([403, "insufficient_scope"]);
  });

  it.each([-60, 60])("is good %i seconds from the service's clock", async (seconds) => {
    const parameters = `created=${created(seconds)};keyid="${keyId}"`;
    expect((await send(await signed({ ...question, parameters }))).status).toBe(200);
  });

  it.each([-61, 61])("is refused %i seconds from the service's clock", async (seconds) => {
    const parameters = `created=${created(seconds)};keyid="${keyId}"`;
    expect(await refusalOf(await signed({ ...question, parameters }))).toEqual(REFUSED);
  });

  it("is worth nothing a little later, whoever has read it", async () => {
    const request = await signed(question);
    expect((await send(request.clone())).status).toBe(200);
    elapse(61);
    expect(await refusalOf(request)).toEqual(REFUSED);
  });
});

describe("what is not as it was signed", () => {
  it.each<[string, (request: Request) => Promise<Request> | Request]>([
    ["the body", (one) => new Request(one, { method: "POST", body: '{"code":"000000"}' })],
    ["no body", (one) => new Request(one.url, { method: "POST", headers: one.headers })],
    ["the path", (one) => new Request(one.url.replace("ada", "bob"), one)],
    ["a query", (one) => new Request(`${one.url}?status=1`, one)],
  ])("is refused: %s", async (_what, change) => {
    expect(await refusalOf(await change(await signed()))).toEqual(REFUSED);
    // The code was not spent by it.
    expect(await (await app.verify("ada", codeOf(ada.phone))).json()).toMatchObject({
      valid: true,
    });
  });

  it("is refused: a question that was made a deletion", async () => {
    const { url, headers } = await signed(question);
    expect(await refusalOf(new Request(url, { method: "DELETE", headers }))).toEqual(REFUSED);
  });

  it.each<[string, () => Signing]>([
    ["a body that is not signed", () => ({ covered: ["@method", "@target-uri"] })],
    ["a method that is not signed", () => ({ covered: ["@target-uri", "content-digest"] })],
    ["a target that is not signed", () => ({ covered: ["@method", "content-digest"] })],
    ["no time", () => ({ parameters: `keyid="${keyId}"` })],
    ["no key", () => ({ parameters: `created=${created()}` })],
    [
      "another algorithm",
      () => ({ parameters: `created=${created()};keyid="${keyId}";alg="ed25519"` }),
    ],
    [
      "a key that nobody has",
      () => ({ parameters: `created=${created()};keyid="aaaaaaaaaaaaaaaa"` }),
    ],
    ["a key id of another form", () => ({ parameters: `created=${created()};keyid="../x"` })],
    ["the secret of somebody else", () => ({ secret: "sgh_guess" })],
    ["an empty secret", () => ({ secret: "\0" })],
    ["an API key as the secret", () => ({ secret: app.key })],
  ])("is refused: %s", async (_what, options) => {
    expect(await refusalOf(await signed(options()))).toEqual(REFUSED);
  });

  it.each(["sig=garbage", "sig=:AAAA:", "", "other=:AAAA:"])(
    "is refused: %j",
    async (signature) => {
      const request = await signed(question);
      request.headers.set("signature", signature);
      expect(await refusalOf(request)).toEqual(REFUSED);
    },
  );
});

describe("a key for signing", () => {
  it("is never taken as a bearer", async () => {
    const response = await useKey(app.id, key).v1("GET", "/users/ada");
    expect([response.status, await problemCode(response)]).toEqual([401, "unauthorized"]);
  });

  it("ends with its revocation", async () => {
    await admin("DELETE", `/apps/${app.id}/keys/${keyId}`);
    expect(await refusalOf(await signed(question))).toEqual([401, "unauthorized"]);
  });

  it("is bound to addresses like any other", async () => {
    const body = { kind: "signing", addresses: ["192.0.2.0/24"] };
    const made = await admin("POST", `/apps/${app.id}/keys`, { body });
    ({ key, id: keyId } = await made.json<{ key: string; id: string }>());
    const inside = await signed(question);
    inside.headers.set("cf-connecting-ip", "192.0.2.1");
    expect((await send(inside)).status).toBe(200);
    expect(await refusalOf(await signed(question))).toEqual([403, "address_not_allowed"]);
  });

  it("stays good when a new key of the ring is put in front", async () => {
    const added = `new:${new Uint8Array(32).fill(7).toBase64({ alphabet: "base64url" })}`;
    const withBoth = { ...env, KEYRING: `${added},${TEST_SECRETS.KEYRING}` };
    expect((await send(await signed(question), withBoth)).status).toBe(200);
  });

  it("lies nowhere in the database", async () => {
    await send(await signed(question));
    const secret = key.slice(`sgh_${keyId}_`.length);
    expect(secret).toHaveLength(43);
    expect(JSON.stringify(await contents())).not.toContain(secret);
  });

  it("is listed with its kind and beginning", async () => {
    const response = await admin("GET", `/apps/${app.id}/keys`);
    const { items } = await response.json<{ items: object[] }>();
    expect(items).toContainEqual(
      expect.objectContaining({ id: keyId, kind: "signing", prefix: `sgh_${keyId}` }),
    );
  });
});
