/**
 * Bodies that could be read in two ways, by example, where no route of the OpenAPI document takes
 * them: forms, pages, published APIs. For the others test/bad-texts.test.ts.
 */

import { beforeEach, describe, expect, it } from "vitest";
import { auth, PASSWORD, register } from "../account";
import { bearer, createApp, enrolled, ORIGIN, problemCode, send, type TestApp } from "../service";
import { contents, freshAddress } from "../security/support";

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";

interface Sent {
  path: string;
  type?: string;
  body: BodyInit;
  headers?: Record<string, string>;
}

function post({ path, type = JSON_TYPE, body, headers }: Sent): Promise<Response> {
  const always = { ...freshAddress(), "content-type": type, "sec-fetch-site": "same-origin" };
  const init = { method: "POST", body, headers: { ...always, ...headers } };
  return send(new Request(ORIGIN + path, { ...init, redirect: "manual" }));
}

/** Each letter as the one octet that it is in Latin-1. */
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe("a form that is no UTF-8", () => {
  const fields = (name: string, value: string) => `${name}=ada%40example.com&password=${value}`;
  const FORMS: [string, string, string][] = [
    ["the log-in page", "/account/login", "login"],
    ["the registration page", "/account/register", "email"],
    ["the console's sign-in", "/console/sign-in", "token"],
    ["appended-otp's log-in", "/token", "username"],
    ["django-react's log-in", "/api/auth/login", "email"],
    ["django-totp's log-in", "/api/jwt/create/", "username"],
    ["authenticator-api's validation", "/Validate.aspx", "Pin"],
    ["authenticator-api's web service", "/API.asmx/ValidatePin", "pin"],
  ];

  it.each(FORMS)("is a 400 at %s, percent-encoded or not", async (_what, path, name) => {
    const before = await contents();
    for (const value of ["%FF", "a%e9b", "%C3", "%ED%A0%80", "%C0%AF", "%F4%90%80%80"]) {
      const response = await post({ path, type: FORM, body: fields(name, value) });
      expect([value, response.status]).toEqual([value, 400]);
    }
    const raw = await post({ path, type: FORM, body: latin1(fields(name, "é")) });
    expect(raw.status).toBe(400);
    expect(await contents()).toEqual(before);
  });

  it.each(FORMS)("is a 415 at %s in another charset, or compressed", async (_what, path, name) => {
    const body = fields(name, "x");
    const latin = await post({ path, type: `${FORM}; charset=ISO-8859-1`, body });
    const zipped = await post({ path, type: FORM, body, headers: { "content-encoding": "gzip" } });
    expect([latin.status, zipped.status]).toEqual([415, 415]);
    expect(zipped.headers.get("accept-encoding")).toBe("identity");
  });

  it("is a 400 with several parts too", async () => {
    const type = "multipart/form-data; boundary=x";
    const part = (name: string, value: string) =>
      `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const body = latin1(`${part("username", "ada")}${part("password", "é")}--x--\r\n`);
    expect((await post({ path: "/token", type, body })).status).toBe(400);
  });
});

describe("a form in UTF-8", () => {
  beforeEach(() => register("ada@example.com", { password: "à 100%, naïve und 日本語 🦊" }));

  it.each([
    ["percent-encoded", "%C3%A0+100%25%2C+na%C3%AFve+und+%E6%97%A5%E6%9C%AC%E8%AA%9E+%F0%9F%A6%8A"],
    ["as it is, with a sign that encodes nothing", "à 100%, naïve und 日本語 🦊"],
  ])("logs in where it is %s", async (_how, password) => {
    const body = `username=ada%40example.com&password=${password}`;
    const types = [FORM, `${FORM}; charset=UTF-8`, `${FORM};charset="utf-8"`];
    for (const type of types) expect((await post({ path: "/token", type, body })).status).toBe(200);
  });
});

describe("JSON", () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await createApp();
  });
  const enrol = (body: BodyInit, headers: Record<string, string> = {}) =>
    post({
      path: "/v1/users/ada/authenticators",
      body,
      headers: { ...bearer(app.key), ...headers },
    });

  it.each(["utf-8", "UTF-8", '"utf-8"', "utf8", '"UTF-8"; x=y'])(
    "is taken in the charset %s",
    async (charset) => {
      const response = await enrol("{}", {
        "content-type": `application/json; charset=${charset}`,
      });
      expect(response.status).toBe(201);
    },
  );

  it("is taken with a byte order mark, escapes and the coding that changes nothing", async () => {
    const body = '\ufeff{"accountName":"J\\u00fcrgen \\ud83e\\udd8a \\\\ud800"}';
    const response = await enrol(body, { "content-encoding": "Identity" });
    const { uri } = await response.json<{ uri: string }>();
    expect(decodeURIComponent(uri)).toContain("Jürgen 🦊 \\ud800?");
  });

  it("in UTF-16 is a 400", async () => {
    const units = Uint16Array.from("\ufeff{}", (letter) => letter.charCodeAt(0));
    expect(await problemCode(await enrol(units))).toBe("malformed_request");
  });

  it.each([
    ['{"accountName":"a\\udbff"}', "accountName", "#/accountName"],
    ['{"name":["one",{"a/b~\\u0020":"\\udbff"}]}', "name: 1: a/b~ ", "#/name/1/a~1b~0%20"],
    ['{"a\\udbff":1}', "a\ufffd", "#/a%EF%BF%BD"],
  ])(
    "names the field in which half of a surrogate pair stands: %s",
    async (text, name, pointer) => {
      const response = await enrol(text);
      const detail = "half of a surrogate pair";
      expect([response.status, await response.json()]).toMatchObject([
        422,
        { code: "invalid_request", detail: `${name}: ${detail}`, errors: [{ pointer, detail }] },
      ]);
    },
  );

  it("of another password logs nobody in", async () => {
    const password = "üöäß éèà çñ lang genug";
    await register("ada@example.com", { password });
    const log = (text: string) =>
      post({
        path: "/auth/login",
        body: latin1(`{"email":"ada@example.com","password":"${text}"}`),
      });
    expect(await problemCode(await log("ääää äää ää lang genug"))).toBe("malformed_request");
    const right = await auth("POST", "/login", { body: { email: "ada@example.com", password } });
    expect(right.status).toBe(200);
  });

  it("is one request for an Idempotency-Key only where its octets are the same", async () => {
    const key = { "idempotency-key": "once" };
    const first = await enrol('{"name":"é"}', key);
    expect(first.status).toBe(201);
    for (const body of ['{"name":"è"}', '{"name":"\\ufffd"}']) {
      expect(await problemCode(await enrol(body, key))).toBe("idempotency_mismatch");
    }
    expect(await problemCode(await enrol(latin1('{"name":"é"}'), key))).toBe("malformed_request");
  });

  it("is read once, however it arrives", async () => {
    await enrolled(app, "ada");
    const stream = new Blob(['{"accountName":"Ada"}']).stream();
    expect((await enrol(stream)).status).toBe(201);
    const logIn = { email: "ada@example.com", password: PASSWORD };
    await register(logIn.email);
    const body = new Blob([JSON.stringify(logIn)]).stream();
    expect((await post({ path: "/auth/login", body })).status).toBe(200);
  });
});

describe("a query that is no UTF-8", () => {
  it.each([
    "/Validate.aspx?Pin=123456&SecretCode=%FF",
    "/pair.aspx?AppName=%E9&AppInfo=John&SecretCode=x",
    "/docs?doc=%ff",
    "/console/users?query=%ED%A0%80",
    "/account/login?next=%C0%AF",
  ])("is a 400: %s", async (path) => {
    const response = await send(new Request(ORIGIN + path, { headers: freshAddress() }));
    expect(response.status).toBe(400);
  });

  it("draws an image as the page of authenticator-api asks for it", async () => {
    const address = `${ORIGIN}/qr.aspx?data=otpauth%3A%2F%2Ftotp%2FJos%E9%3Fsecret%3DME`;
    expect((await send(new Request(address, { headers: freshAddress() }))).status).toBe(200);
  });
});

it("takes the end user's address in any spelling, and keeps one", async () => {
  const app = await createApp();
  await enrolled(app, "ada");
  const verify = (ip: unknown) =>
    app.v1("POST", "/users/ada/verify", { body: { code: "000000", ip } });
  for (const ip of ["::ffff:127.0.0.1", "2001:DB8::0:1", null]) {
    expect((await verify(ip)).status).toBe(200);
  }
  const { audit_events: events = [] } = await contents();
  const kept = events.filter((event) => JSON.stringify(event).includes("code.verified"));
  expect(kept).toMatchObject([{ ip: "127.0.0.1" }, { ip: "2001:db8::1" }, { ip: null }]);
  for (const ip of ["fe80::1%eth0", "127.0.0.1:80", "", 1]) {
    expect(await problemCode(await verify(ip))).toBe("invalid_request");
  }
});
