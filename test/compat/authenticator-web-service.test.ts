/** authenticator-api, its web service: XML, JSON and SOAP, byte for byte; and its images. */

import { array, assert, asyncProperty, constantFrom, oneof, string, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../chance";
import { ORIGIN, problemCode } from "../service";
import {
  AJAX,
  answered,
  DATA,
  exchange,
  seen,
  FORM,
  KEY,
  PAIR_QUERY,
  pairedWith,
  PIN,
  SECRET,
  WRONG,
  type Sent,
} from "./authenticator";

const XML = "text/xml; charset=utf-8";
const JSON_TEXT = "application/json; charset=utf-8";
const PROLOGUE = '<?xml version="1.0" encoding="utf-8"?>';
const INSTANCE = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const SCHEMA = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"';
const ENVELOPE = 'soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"';
const ESCAPED = pairedWith(KEY, DATA)
  .replaceAll("&", "&amp;")
  .replaceAll("<", "&lt;")
  .replaceAll(">", "&gt;");
const JSON_ESCAPED = pairedWith(KEY, DATA)
  .replaceAll("&", String.raw`\u0026`)
  .replaceAll("<", String.raw`\u003c`)
  .replaceAll(">", String.raw`\u003e`)
  .replaceAll("'", String.raw`\u0027`);
const CODE = `<ManualSetupCode>${KEY}</ManualSetupCode>`;
const XML_PAIRED = `${PROLOGUE}\n<PairingInfo ${SCHEMA} ${INSTANCE} xmlns="http://authenticatorapi.com/">\n  ${CODE}\n  <Html>${ESCAPED}</Html>\n</PairingInfo>`;

function xmlBoolean(value: boolean): string {
  return `${PROLOGUE}\n<boolean xmlns="http://authenticatorapi.com/">${value}</boolean>`;
}

function soap(operation: string, content: string, quote = '"'): Sent {
  const action = `${quote}http://authenticatorapi.com/${operation}${quote}`;
  return {
    headers: { "content-type": "text/xml; charset=utf-8", soapaction: action },
    body: `${PROLOGUE}<${ENVELOPE}><soap:Body><${operation} xmlns="http://authenticatorapi.com/">${content}</${operation}></soap:Body></soap:Envelope>`,
  };
}

function soapAnswer(operation: string, result: string): string {
  return `${PROLOGUE}<${ENVELOPE} ${INSTANCE} ${SCHEMA}><soap:Body><${operation}Response xmlns="http://authenticatorapi.com/"><${operation}Result>${result}</${operation}Result></${operation}Response></soap:Body></soap:Envelope>`;
}

const ajax = (body: object): Sent => ({ headers: AJAX, body: JSON.stringify(body) });
const right = `pin=${PIN}&secretCode=${SECRET}`;
const wrong = `pin=${WRONG}&secretCode=${SECRET}`;
const soapRight = `<pin>${PIN}</pin><secretCode>${SECRET}</secretCode>`;
const soapDecorated = `<a:pin xmlns:a="x">${PIN}</a:pin><a:secretCode>&#49;2345678BX&#x59;T</a:secretCode>`;
const soapWrong = `<pin>${WRONG}</pin><secretCode>${SECRET}</secretCode>`;
const soapPair = `<appName>MyApp</appName><appInfo>John</appInfo><secretCode>${SECRET}</secretCode>`;

const EXCHANGES: [string, string, Sent, string, string][] = [
  ["Pair", `GET /API.asmx/Pair?${PAIR_QUERY}`, {}, XML, XML_PAIRED],
  ["Pair, a form", "POST /api.asmx/pair", { headers: FORM, body: PAIR_QUERY }, XML, XML_PAIRED],
  [
    "Pair, JSON",
    "POST /API.asmx/Pair",
    ajax({ appName: "MyApp", appInfo: "John", secretCode: SECRET }),
    JSON_TEXT,
    `{"d":{"ManualSetupCode":"${KEY}","Html":"${JSON_ESCAPED}"}}`,
  ],
  [
    "Pair, SOAP",
    "POST /API.asmx",
    soap("Pair", soapPair),
    XML,
    soapAnswer("Pair", `${CODE}<Html>${ESCAPED}</Html>`),
  ],
  ["a right pin", `GET /API.asmx/ValidatePin?${right}`, {}, XML, xmlBoolean(true)],
  ["a wrong pin", `GET /API.asmx/ValidatePin?${wrong}`, {}, XML, xmlBoolean(false)],
  [
    "a right pin, a form",
    "POST /API.asmx/ValidatePin",
    { headers: FORM, body: right },
    XML,
    xmlBoolean(true),
  ],
  [
    "a right pin, JSON",
    "POST /API.asmx/ValidatePin",
    ajax({ pin: PIN, secretCode: SECRET }),
    JSON_TEXT,
    '{"d":true}',
  ],
  [
    "a wrong pin, JSON",
    "POST /API.asmx/ValidatePin",
    ajax({ pin: WRONG, secretCode: SECRET }),
    JSON_TEXT,
    '{"d":false}',
  ],
  [
    "a right pin, SOAP",
    "POST /api.asmx",
    soap("ValidatePin", soapRight),
    XML,
    soapAnswer("ValidatePin", "true"),
  ],
  [
    "a right pin, SOAP with prefixes, entities and an action without quotes",
    "POST /API.asmx",
    soap("ValidatePin", soapDecorated, ""),
    XML,
    soapAnswer("ValidatePin", "true"),
  ],
  [
    "a wrong pin, SOAP",
    "POST /API.asmx",
    soap("ValidatePin", soapWrong),
    XML,
    soapAnswer("ValidatePin", "false"),
  ],
];

describe("API.asmx answers", () => {
  it.each(EXCHANGES)("%s", async (_name, request, sent, type, answer) => {
    expect(await seen(await exchange(request, sent))).toEqual(answered(type, answer));
  });
});

/** The header of a PNG: its signature, and what IHDR says of its size. */
async function image(query: string) {
  const response = await exchange(`GET /qr.aspx?${query}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const view = new DataView(bytes.buffer);
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    signature: bytes.slice(0, 8).toHex(),
    size: bytes.byteLength > 24 ? `${view.getUint32(16)}x${view.getUint32(20)}` : "none",
  };
}

const PNG = { status: 200, type: "image/png", signature: "89504e470d0a1a0a" };

describe("qr.aspx", () => {
  it.each([
    ["what the image of pair.aspx asks for", `size=300x300&data=${DATA}`, "300x300"],
    ["with a second question mark", `?size=300x300&data=${DATA}`, "300x300"],
    ["without a size", `data=${DATA}`, "300x300"],
    ["names in other cases", `SIZE=200x200&DATA=${DATA}`, "200x200"],
    ["a size too small for three pixels a module", `size=1x1&data=${DATA}`, "135x135"],
    ["a size too large", `size=9999x9999&data=${DATA}`, "500x500"],
    ["a size that is none", `size=huge&data=${DATA}`, "300x300"],
    ["the longest text", `data=${"x".repeat(1024)}`, "387x387"],
    [
      "a longer code than the size has room for",
      `size=100x100&data=${"x".repeat(1024)}`,
      "387x387",
    ],
    ["é as pair.aspx encodes it", "data=otpauth%3A%2F%2Ftotp%2FJos%E9%3Fsecret%3DME", "300x300"],
    ["é in UTF-8, and what is beyond 16 bits", "data=%C3%A9%F0%90%80%80", "300x300"],
    ["broken encoding", "data=%ZZ%", "300x300"],
  ])("draws %s", async (_name, query, size) => {
    expect(await image(query)).toEqual({ ...PNG, size });
  });

  it("is where the image of pair.aspx leads, on this service", async () => {
    const html = await (await exchange(`GET /pair.aspx?${PAIR_QUERY}`)).text();
    const url = html.slice(html.indexOf("src='") + 5, html.indexOf("' border=0"));
    const path = `${ORIGIN}/qr.aspx?`;
    expect(url.startsWith(path)).toBe(true);
    expect(await image(url.slice(path.length))).toEqual({ ...PNG, size: "300x300" });
  });

  it.each([
    ["nothing", ""],
    ["an empty text", "data="],
    ["a text too long", `data=${"x".repeat(1025)}`],
    ["a text too long once it is encoded", `data=${"%E9".repeat(200)}`],
  ])("refuses %s", async (_name, query) => {
    expect(await problemCode(await exchange(`GET /qr.aspx?${query}`))).toBe("invalid_request");
  });
});

const { headers: soapHeaders = {} } = soap("ValidatePin", "");

const ODD: [string, string, Sent][] = [
  ["JSON that is none", "POST /API.asmx/ValidatePin", { headers: AJAX, body: "{" }],
  ["a pin that is a number", "POST /API.asmx/ValidatePin", ajax({ pin: 123456, secretCode: "a" })],
  ["JSON null", "POST /API.asmx/Pair", { headers: AJAX, body: "null" }],
  ["a JSON array", "POST /API.asmx/Pair", ajax([[1], "x"])],
  ["no parameters", "GET /API.asmx/ValidatePin", {}],
  ["another media type", "POST /API.asmx/Pair", { headers: { "content-type": "a/b" }, body: "a" }],
  ["SOAP without an action", "POST /API.asmx", { headers: {}, body: "<a/>" }],
  ["an unknown SOAP action", "POST /API.asmx", soap("Reset", soapRight)],
  ["SOAP that is no XML", "POST /API.asmx", { headers: soapHeaders, body: "<<a>&#x110000;</<" }],
  ["SOAP that is empty", "POST /API.asmx", { headers: soapHeaders, body: "" }],
  [
    "SOAP with entities of its own",
    "POST /API.asmx",
    { headers: soapHeaders, body: '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///x">]><pin>&e;</pin>' },
  ],
];

describe("odd input", () => {
  it.each(ODD)("such as %s is a problem of the client", async (_name, request, sent) => {
    const response = await exchange(request, sent);
    expect([400, 422]).toContain(response.status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });

  const value = oneof(
    string({ unit: "binary" }).map(encodeURIComponent),
    constantFrom("%", "%E9", "%ZZ", "%00", "%u0041", "123456", "+", "=", "%C3%28"),
  );
  const name = constantFrom("Pin", "SecretCode", "AppName", "AppInfo", "data", "size", "x");
  const query = array(tuple(name, value)).map((pairs) =>
    pairs.map((one) => one.join("=")).join("&"),
  );
  const pages = [
    "/pair.aspx",
    "/Validate.aspx",
    "/qr.aspx",
    "/API.asmx/Pair",
    "/API.asmx/ValidatePin",
  ];

  it("of any kind is no fault of the server", async () => {
    await assert(
      asyncProperty(constantFrom(...pages), query, async (page, text) => {
        expect((await exchange(`GET ${page}?${text}`)).status).toBeLessThan(500);
      }),
      { numRuns: runs(200) },
    );
  });

  it("in SOAP is no fault of the server", async () => {
    const xml = oneof(string({ unit: "binary" }), constantFrom("<pin>", "</", "&#", ";", "&amp;"));
    await assert(
      asyncProperty(array(xml), async (parts) => {
        const sent = soap("ValidatePin", parts.join(""));
        expect((await exchange("POST /API.asmx", sent)).status).toBeLessThan(500);
      }),
      { numRuns: runs(100) },
    );
  });
});
