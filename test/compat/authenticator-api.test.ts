/**
 * authenticator-api, its pages: recorded exchanges, byte for byte. What differs from the original on purpose
 * (window, single use, limits, the image) is tested below them and in security/bare-secrets.test.ts.
 */

import { env } from "cloudflare:workers";
import { assert, asyncProperty, string } from "fast-check";
import { Secret } from "otpauth";
import { describe, expect, it } from "vitest";
import { runs } from "../chance";
import { codeOf, elapse, problemCode } from "../service";
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
  phoneOf,
  PIN,
  SECRET,
  validate,
  WRONG,
  type Sent,
} from "./authenticator";

const HTML = "text/html; charset=utf-8";
const PAIRED = pairedWith(KEY, DATA);
const FULL_WIDTH = PIN.replaceAll(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
const otpauth = (rest: string) => `otpauth%3A%2F%2Ftotp%2F${rest}`;

const PAIRINGS: [string, string, string, Sent?][] = [
  ["a query", `GET /pair.aspx?${PAIR_QUERY}`, PAIRED],
  [
    "names in other cases",
    `GET /PAIR.ASPX?appname=MyApp&APPINFO=John&secretcode=${SECRET}`,
    PAIRED,
  ],
  [
    "POST with a query, whose body counts for nothing",
    `POST /pair.aspx?${PAIR_QUERY}`,
    PAIRED,
    { headers: FORM, body: "AppName=Other" },
  ],
  [
    "POST with a query and broken JSON",
    `POST /pair.aspx?${PAIR_QUERY}`,
    PAIRED,
    { headers: AJAX, body: "{" },
  ],
  ["POST of a form", "POST /pair.aspx", PAIRED, { headers: FORM, body: PAIR_QUERY }],
  [
    "a secret of one letter",
    "GET /pair.aspx?AppName=A&AppInfo=b&SecretCode=a",
    pairedWith("ME", otpauth("b%3Fsecret%3DME%26issuer%3DA")),
  ],
  [
    "a secret in Base32, which is not decoded",
    "GET /pair.aspx?AppName=A&AppInfo=b&SecretCode=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    pairedWith(
      "JJBFGV2ZGNCFARKIKBFTGUCYKBFEEU2XLEZUIUCFJBIEWM2QLBIA",
      otpauth("b%3Fsecret%3DJJBFGV2ZGNCFARKIKBFTGUCYKBFEEU2XLEZUIUCFJBIEWM2QLBIA%26issuer%3DA"),
    ),
  ],
  [
    "blanks, signs and é",
    `GET /pair.aspx?AppName=My+App%26Co&AppInfo=Jos%C3%A9%20P%40x.com&SecretCode=${SECRET}`,
    pairedWith(KEY, otpauth(`Jos%E9P%40x.com%3Fsecret%3D${KEY}%26issuer%3DMy%2520App%2526Co`)),
  ],
  [
    "what looks like HTML",
    "GET /pair.aspx?AppName=%3Cb%3E%27&AppInfo=%3Cscript%3E%27&SecretCode=%3C",
    pairedWith("HQ", otpauth("%3Cscript%3E%27%3Fsecret%3DHQ%26issuer%3D%253Cb%253E%2527")),
  ],
  [
    "a secret that is not ASCII",
    "GET /pair.aspx?AppName=A&AppInfo=b&SecretCode=%C3%A9",
    pairedWith("YOUQ", otpauth("b%3Fsecret%3DYOUQ%26issuer%3DA")),
  ],
  ["nothing", "GET /pair.aspx", "Pass 'AppName' in QueryString"],
  [
    "an empty AppInfo",
    "GET /pair.aspx?AppName=MyApp&AppInfo=&x=1",
    "Pass 'AppInfo' in QueryString",
  ],
  [
    "no SecretCode",
    "GET /pair.aspx?AppName=MyApp&AppInfo=John",
    "Pass 'SecretCode' in QueryString",
  ],
];

describe("pair.aspx answers", () => {
  it.each(PAIRINGS)("%s", async (_name, request, answer, sent) => {
    expect(await seen(await exchange(request, sent))).toEqual(answered(HTML, answer));
  });
});

const right = `Pin=${PIN}&SecretCode=${SECRET}`;

const VALIDATIONS: [string, string, string, Sent?][] = [
  ["a right pin", `GET /Validate.aspx?${right}`, "True"],
  ["names in other cases", `GET /validate.ASPX?PIN=${PIN}&secretCODE=${SECRET}`, "True"],
  ["POST with a query", `POST /Validate.aspx?${right}`, "True"],
  ["POST of a form", "POST /Validate.aspx", "True", { headers: FORM, body: right }],
  ["a wrong pin", `GET /Validate.aspx?Pin=${WRONG}&SecretCode=${SECRET}`, "False"],
  [
    "the secret in another case",
    `GET /Validate.aspx?Pin=${PIN}&SecretCode=${SECRET.toLowerCase()}`,
    "False",
  ],
  ["a blank before the pin", `GET /Validate.aspx?Pin=%20${PIN}&SecretCode=${SECRET}`, "False"],
  ["a line end after it", `GET /Validate.aspx?Pin=${PIN}%0A&SecretCode=${SECRET}`, "False"],
  ["full-width digits", `GET /Validate.aspx?Pin=${FULL_WIDTH}&SecretCode=${SECRET}`, "False"],
  ["the pin twice", `GET /Validate.aspx?Pin=${PIN}&${right}`, "False"],
  ["any text", `GET /Validate.aspx?Pin=%3Cb%3E&SecretCode=${SECRET}`, "False"],
  ["nothing", "GET /Validate.aspx", "Pass 'Pin' in QueryString"],
  [
    "an empty SecretCode",
    "GET /Validate.aspx?Pin=123456&SecretCode=",
    "Pass 'SecretCode' in QueryString",
  ],
];

describe("Validate.aspx answers", () => {
  it.each(VALIDATIONS)("%s", async (_name, request, answer, sent) => {
    expect(await seen(await exchange(request, sent))).toEqual(answered(HTML, answer));
  });

  it.each([
    [-2, "False"],
    [-1, "True"],
    [0, "True"],
    [1, "True"],
    [2, "False"],
  ])("the pin of step %i: %s", async (step, answer) => {
    expect(await validate(codeOf(phoneOf(SECRET), step))).toBe(answer);
  });

  it("a pin for ASCII text of any length", async () => {
    for (const secret of ["a", " ", "A".repeat(64), "B".repeat(65), "C~!+/&=?%#".repeat(50)]) {
      expect(await validate(codeOf(phoneOf(secret)), secret)).toBe("True");
    }
  });

  it("False for a secret that is not ASCII, also to the pins of as many question marks", async () => {
    for (const secret of ["é", "пароль", "naïve"]) {
      const questionMarks = secret.replaceAll(/[^\0-~]/g, "?");
      const phone = phoneOf("");
      for (const bytes of [Secret.fromUTF8(secret), Secret.fromLatin1(questionMarks)]) {
        phone.secret = bytes;
        expect(await validate(codeOf(phone), secret)).toBe("False");
      }
    }
  });

  it("a pin once, and then the next one", async () => {
    expect([await validate(PIN), await validate(PIN)]).toEqual(["True", "False"]);
    elapse(30);
    expect(await validate(codeOf(phoneOf(SECRET)))).toBe("True");
  });
});

const KEPT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";

/** The published encoding, as the contract says it and in other words than the Worker's. */
function encoded(text: string): string {
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const [unit, code] = [text.charAt(at), text.charCodeAt(at)];
    let hex = "";
    for (let rest = code; rest > 0; rest >>= 4) hex = "0123456789ABCDEF".charAt(rest & 15) + hex;
    while (hex.length < 2) hex = `0${hex}`;
    out += KEPT.includes(unit) ? unit : `%${hex}`;
  }
  return out;
}

function published(appName: string, appInfo: string, secret: string): string {
  const key = Secret.fromUTF8(secret).base32;
  const label = appInfo.split(" ").join("");
  const uri = `otpauth://totp/${label}?secret=${key}&issuer=${encoded(appName)}`;
  return pairedWith(key, encoded(uri));
}

function pairing(appName: string, appInfo: string, secret: string): Promise<Response> {
  const [name, info, code] = [appName, appInfo, secret].map((text) => encodeURIComponent(text));
  return exchange(`GET /pair.aspx?AppName=${name}&AppInfo=${info}&SecretCode=${code}`);
}

describe("pair.aspx", () => {
  it("encodes any text as published", async () => {
    const text = string({ unit: "binary", minLength: 1, maxLength: 40 });
    await assert(
      asyncProperty(text, text, text, async (appName, appInfo, secret) => {
        const body = await (await pairing(appName, appInfo, secret)).text();
        expect(body).toBe(published(appName, appInfo, secret));
      }),
      { numRuns: runs(200) },
    );
  });

  it("lets nothing of a parameter out of its attribute", async () => {
    const nasty = `'"><script>&lt;`;
    const body = await (await pairing(nasty, nasty, nasty)).text();
    expect(body.match(/[<>'"]/g)?.join("")).toBe("<''''><''><>");
  });
});

const ALL_PATHS = [`/Validate.aspx?${right}`, "/PAIR.aspx", "/qr.aspx?data=x", "/api.asmx/pair"];

describe("authenticator-api", () => {
  it.each(["", "appended-otp,django-react,basic-with-otp,django-totp"])(
    "is not there where COMPAT is '%s'",
    async (COMPAT) => {
      for (const path of ALL_PATHS) {
        const response = await exchange(`GET ${path}`, { bindings: { ...env, COMPAT } });
        expect(await problemCode(response)).toBe("unknown_path");
      }
      expect(await validate(PIN)).toBe("True");
    },
  );

  it("is limited by address in front of everything", async () => {
    const ADDRESS_LIMIT = { limit: () => Promise.resolve({ success: false }) };
    for (const path of ALL_PATHS) {
      const response = await exchange(`GET ${path}`, { bindings: { ...env, ADDRESS_LIMIT } });
      expect([response.status, response.headers.get("retry-after")]).toEqual([429, "60"]);
    }
  });

  it("takes no other method, and no longer path", async () => {
    const response = await exchange("PUT /Pair.aspx");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, POST"]);
    expect((await exchange("GET /pair.aspx/x")).status).toBe(404);
  });

  it("reads no body of any length", async () => {
    const body = `Pin=${PIN}&SecretCode=${"x".repeat(20_000)}`;
    const response = await exchange("POST /Validate.aspx", { headers: FORM, body });
    expect(await problemCode(response)).toBe("request_too_large");
  });
});
