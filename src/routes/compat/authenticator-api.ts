/**
 * AuthenticatorAPI.com: pages and a web service that pair a phone and check its codes, with the
 * secret in every request. docs/compat.md#api-0-authenticatorapicom lists the differences.
 */

import { Hono, type Context } from "hono";
import { getPath } from "hono/utils/url";
import { verifyBareSecret } from "../../core/code/bare-secrets";
import { secondsUntil } from "../../core/user/guard";
import { drawQrPng } from "../../crypto/qr-code";
import { Problem } from "../../problem";
import type { AppEnv } from "../context";
import { hasBodyOf, readFields, readJsonFields, type Fields } from "./fields";
import { pairingOf } from "./pairing";
import {
  operationOf,
  readEnvelope,
  toJson,
  toSoap,
  toXml,
  type Operation,
  type Result,
} from "./web-service";

export const AUTHENTICATOR_API_PATHS = [
  "/pair.aspx",
  "/Validate.aspx",
  "/qr.aspx",
  "/API.asmx",
  "/API.asmx/Pair",
  "/API.asmx/ValidatePin",
];

const SPELLINGS = new Map(AUTHENTICATOR_API_PATHS.map((path) => [path.toLowerCase(), path]));

/**
 * IIS ignores case in paths, so these paths are brought to one spelling before anything looks at
 * them.
 */
export function pathOf(request: Request): string {
  const path = getPath(request);
  return SPELLINGS.get(path.toLowerCase()) ?? path;
}

const HTML = { "content-type": "text/html; charset=utf-8" };
const XML = { "content-type": "text/xml; charset=utf-8" };
const JSON_TEXT = { "content-type": "application/json; charset=utf-8" };
/**
 * A longer text does not fit a QR code. If the modules would be too small to read, the code is
 * drawn wider than asked for.
 */
const MAX_QR_LENGTH = 1024;
const QR_SIZE = { min: 100, default: 300, max: 500 } as const;
const utf8 = new TextEncoder();

export const authenticatorApi = new Hono<AppEnv>()
  .on(["GET", "POST"], "/pair.aspx", async (c) => {
    const fields = await readFields(c);
    const missing = findMissing(fields, ["AppName", "AppInfo", "SecretCode"]);
    return c.body(missing ?? pair(c, fields).html, 200, HTML);
  })
  .on(["GET", "POST"], "/Validate.aspx", async (c) => {
    const fields = await readFields(c);
    const missing = findMissing(fields, ["Pin", "SecretCode"]);
    return c.body(missing ?? ((await validate(c, fields)) ? "True" : "False"), 200, HTML);
  })
  .on(["GET", "POST"], "/qr.aspx", async (c) => {
    const fields = await readFields(c);
    const text = toAscii(dataOf(c) ?? fields("data"));
    if (text.length === 0 || text.length > MAX_QR_LENGTH) {
      throw new Problem("invalid_request", { detail: `data: 1 to ${MAX_QR_LENGTH} characters.` });
    }
    return c.body(drawQrPng(text, sizeOf(fields)), 200, { "content-type": "image/png" });
  })
  .on(["GET", "POST"], "/API.asmx/Pair", (c) => answer(c, "Pair"))
  .on(["GET", "POST"], "/API.asmx/ValidatePin", (c) => answer(c, "ValidatePin"))
  .post("/API.asmx", async (c) => {
    const operation = operationOf(c.req.header("soapaction"));
    if (!operation) throw new Problem("invalid_request", { detail: "SOAPAction: unknown." });
    const result = await OPERATIONS[operation](c, readEnvelope(await c.req.text()));
    return c.body(toSoap(operation, result), 200, XML);
  });

type Call = (c: Context<AppEnv>, fields: Fields) => Promise<Result>;

const OPERATIONS: Record<Operation, Call> = {
  Pair: async (c, fields) => {
    assertPresent(fields, ["appName", "appInfo", "secretCode"]);
    return pair(c, fields);
  },
  ValidatePin: async (c, fields) => {
    assertPresent(fields, ["pin", "secretCode"]);
    return validate(c, fields);
  },
};

/** Answers in JSON if the request is JSON, and in XML otherwise. */
async function answer(c: Context<AppEnv>, operation: Operation): Promise<Response> {
  if (c.req.method === "POST" && hasBodyOf(c, "application/json")) {
    const result = await OPERATIONS[operation](c, await readJsonFields(c));
    return c.body(toJson(result), 200, JSON_TEXT);
  }
  const result = await OPERATIONS[operation](c, await readFields(c));
  return c.body(toXml(result), 200, XML);
}

function pair(c: Context<AppEnv>, fields: Fields) {
  const request = {
    appName: fields("appname"),
    appInfo: fields("appinfo"),
    secretCode: fields("secretcode"),
  };
  return pairingOf(request, c.var.config.settings.issuerUrl);
}

/**
 * Checks a code. The key is the ASCII text of the secret. A secret that is not ASCII never
 * validates: the original took such letters for question marks, whose codes anybody can work out.
 */
async function validate(c: Context<AppEnv>, fields: Fields): Promise<boolean> {
  const secret = new Uint8Array(utf8.encode(fields("secretcode")));
  if (secret.some((byte) => byte > 0x7f)) return false;
  const { deps } = c.var;
  const { valid, lockedUntil } = await verifyBareSecret(deps, { secret, code: fields("pin") });
  if (lockedUntil) c.header("retry-after", String(secondsUntil(lockedUntil, deps.now)));
  return valid;
}

/** What the pages say, with status 200, about the first parameter that is missing or empty. */
function findMissing(fields: Fields, names: string[]): string | null {
  const missing = names.find((name) => fields(name.toLowerCase()) === "");
  return missing === undefined ? null : `Pass '${missing}' in QueryString`;
}

function assertPresent(fields: Fields, names: string[]): void {
  const missing = names.find((name) => fields(name.toLowerCase()) === "");
  if (missing) throw new Problem("invalid_request", { detail: `Missing parameter: ${missing}.` });
}

/** The query's `data` if it is not UTF-8. pair.aspx encodes `é` as `%E9`. */
function dataOf(c: Context<AppEnv>): string | null {
  const [, data] = /[?&]data=([^&]*)/i.exec(new URL(c.req.url).search) ?? [];
  if (!data) return null;
  try {
    decodeURIComponent(data);
    return null;
  } catch {
    return data.replaceAll(/\+|%([\da-f]{2})/gi, (_, hex?: string) =>
      hex ? String.fromCharCode(parseInt(hex, 16)) : " ",
    );
  }
}

/**
 * Encodes all letters beyond ASCII. A URI is ASCII, and phones are confused by a QR code with any
 * other.
 */
function toAscii(text: string): string {
  return text.replaceAll(/[^\0-~]+/g, (letters) => encodeURIComponent(letters));
}

/** The size in pixels, from a text such as `300x300`. The image is a square. */
function sizeOf(fields: Fields): number {
  const [, width] = /^(\d{1,4})x\d{1,4}$/.exec(fields("size")) ?? [];
  return Math.min(QR_SIZE.max, Math.max(QR_SIZE.min, Number(width ?? QR_SIZE.default)));
}
