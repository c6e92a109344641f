/** The ways in which mail goes out, and what is said of a setting that is wrong. */

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { addBindings, currentBindings } from "../bindings";
import { as, register, tokensOf } from "../account";
import { call } from "../service";
import { PROVIDER, receiveMail, type Mailbox } from "./mailbox";

const EMAIL = "ada@example.com";

async function sendCode(): Promise<void> {
  const tokens = await tokensOf(await register(EMAIL));
  expect((await as(tokens, "POST", "/email/code")).status).toBe(204);
}

async function requestWith(settings: object): Promise<Mailbox["requests"][number]> {
  const mailbox = receiveMail(settings);
  await sendCode();
  const [request] = mailbox.requests;
  if (!request) throw new Error("nothing was sent");
  return request;
}

describe("a provider with an HTTP API", () => {
  it("gets the letter as JSON with a bearer token, if nothing else is said", async () => {
    const { url, headers, body } = await requestWith({});
    expect(url).toBe(PROVIDER);
    expect(headers).toMatchObject({
      authorization: "Bearer token-of-the-provider",
      "content-type": "application/json",
    });
    expect(JSON.parse(body)).toMatchObject({
      from: "Stepgate <no-reply@example.com>",
      to: [EMAIL],
      subject: "Your code to confirm your email address",
    });
  });

  it("gets another document and other headers if templates say so", async () => {
    const { headers, body } = await requestWith({
      MAIL_HEADERS: '{"X-Postmark-Server-Token":"{token}"}',
      MAIL_BODY:
        '{"From":"{from}","To":"{to}","Subject":"{subject}","TextBody":"{text}","Tags":["{a}",1,null]}',
    });
    expect(headers["x-postmark-server-token"]).toBe("token-of-the-provider");
    expect(headers["authorization"]).toBeUndefined();
    const sent = JSON.parse(body);
    expect(sent).toMatchObject({ To: EMAIL, Tags: ["{a}", 1, null] });
    expect(sent.TextBody).toMatch(/^\d{8}$/m);
  });

  it("gets a form, in which every value is encoded, and a URL with the address in it", async () => {
    const { url, headers, body } = await requestWith({
      MAIL_URL: `${PROVIDER}?for={to}`,
      MAIL_BODY: "to={to}&subject={subject}&text={text}&html={html}",
    });
    expect(url).toBe(`${PROVIDER}?for=ada%40example.com`);
    expect(headers["content-type"]).toBe("application/x-www-form-urlencoded");
    const fields = new URLSearchParams(body);
    expect(fields.get("to")).toBe(EMAIL);
    expect(fields.get("html")).toMatch(/^<!doctype html>/);
    expect([...fields.keys()]).toEqual(["to", "subject", "text", "html"]);
  });

  it("may be on a private network, because the configuration names it and no caller does", async () => {
    const { url } = await requestWith({ MAIL_URL: "http://mailpit:8025/api/v1/send" });
    expect(url).toBe("http://mailpit:8025/api/v1/send");
  });
});

it("Cloudflare's binding gets the letter", async () => {
  const sent: unknown[] = [];
  const send = async (letter: unknown) => {
    sent.push(letter);
    return { messageId: "1" };
  };
  addBindings({ MAIL: "cloudflare", MAIL_FROM: "no-reply@example.com", EMAIL: { send } });
  await sendCode();
  expect(sent).toMatchObject([
    { from: "no-reply@example.com", to: EMAIL, subject: "Your code to confirm your email address" },
  ]);
});

it("the outbox keeps the newest hundred letters", async () => {
  addBindings({ MAIL: "outbox", ISSUER_URL: "http://localhost:8000" });
  const many = `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100)
    INSERT INTO outbox (id, at, recipient, subject, text, html) SELECT i, 0, 'a', 'b', 'c', 'd' FROM n`;
  await env.DB.prepare(many).run();
  await sendCode();
  const { results } = await env.DB.prepare("SELECT id, recipient FROM outbox ORDER BY id").all<{
    id: number;
    recipient: string;
  }>();
  expect(results).toHaveLength(100);
  expect(results.at(-1)).toEqual({ id: 101, recipient: EMAIL });
});

const FROM = { MAIL_FROM: "no-reply@example.com" };
const HTTP = { MAIL: "http", ...FROM, MAIL_URL: PROVIDER };

describe("a wrong setting stops the Worker, and the log names it without its value", () => {
  it.for([
    ["MAIL", { MAIL: "smtp" }],
    ["MAIL", { MAIL: "outbox" }],
    ["MAIL_FROM", { MAIL: "http", MAIL_URL: PROVIDER }],
    ["MAIL_FROM", { ...HTTP, MAIL_FROM: "a@b.c\r\nBcc: x@y.z" }],
    ["MAIL_URL", { MAIL: "http", ...FROM }],
    ["MAIL_URL", { ...HTTP, MAIL_URL: "ftp://secret.example" }],
    ["MAIL_HEADERS", { ...HTTP, MAIL_HEADERS: "Authorization: secret" }],
    ["MAIL_HEADERS", { ...HTTP, MAIL_HEADERS: '{"a b":"secret"}' }],
    ["MAIL_BODY", { ...HTTP, MAIL_BODY: '{"to":"secret' }],
    ["EMAIL", { MAIL: "cloudflare", ...FROM }],
  ] as const)("%s %o", async ([name, settings]) => {
    const { loadConfig } = await import("../../src/env");
    const fault = await loadConfig({ ...currentBindings(), ...settings }).catch(String);
    expect(fault).toMatch(new RegExp(`^Error: ${name}[.:]`));
    expect(fault).not.toMatch(/secret|Bcc/);
  });

  it("answers nothing then", async () => {
    addBindings({ MAIL: "smtp" });
    expect((await call("GET", "/readyz")).status).toBe(500);
  });
});
