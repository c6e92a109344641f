/**
 * How the service sends mail: the variables `MAIL` and `MAIL_…` (docs/mail.md). The address, the headers and
 * the body of a request to a provider are templates, so that any provider with an HTTP API will do.
 */

import { z } from "zod";

/** What a template may name in braces, such as `{to}`. */
export const FIELDS = ["from", "to", "subject", "text", "html", "token"] as const;
export type Field = (typeof FIELDS)[number];

/** The values of a JSON document, in which texts are templates. */
export type Template = string | number | boolean | null | Template[] | { [name: string]: Template };

export type Mail =
  /** None is sent. */
  | { way: "off" }
  /** It stays in the database, where `/console/outbox` shows it. */
  | { way: "outbox"; from: string }
  | { way: "cloudflare"; from: string; binding: SendEmail }
  | {
      way: "http";
      from: string;
      url: string;
      headers: Record<string, string>;
      /** A JSON document, or a text for a form. */
      body: Template;
      token: string;
    };

export interface MailVariables {
  MAIL?: string;
  MAIL_FROM?: string;
  MAIL_URL?: string;
  MAIL_HEADERS?: string;
  MAIL_BODY?: string;
  MAIL_TOKEN?: string;
  /** The `send_email` binding. */
  EMAIL?: SendEmail;
}

const LOCAL_SENDER = "Stepgate <stepgate@localhost>";
const BEARER = '{"authorization":"Bearer {token}"}';
/** As Resend takes it, and others after it. */
const PLAIN_BODY =
  '{"from":"{from}","to":["{to}"],"subject":"{subject}","text":"{text}","html":"{html}"}';

/** `Name <address>`, or an address. */
const Sender = z.string().regex(/^(?:[^<>\r\n]+ <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/);
const Headers = z
  .string()
  .default(BEARER)
  .transform(parseJson)
  .pipe(z.record(z.string().regex(/^[\w-]+$/), z.string().regex(/^[ -~]*$/)));

const MailSchema = z.discriminatedUnion("MAIL", [
  z.object({ MAIL: z.literal("off") }),
  z.object({ MAIL: z.literal("outbox"), MAIL_FROM: Sender.default(LOCAL_SENDER) }),
  z.object({
    MAIL: z.literal("cloudflare"),
    MAIL_FROM: Sender,
    EMAIL: z.custom<SendEmail>((value) => typeof value === "object" && value !== null),
  }),
  z.object({
    MAIL: z.literal("http"),
    MAIL_FROM: Sender,
    MAIL_URL: z.url({ protocol: /^https?$/ }),
    MAIL_HEADERS: Headers,
    MAIL_BODY: z
      .string()
      .default(PLAIN_BODY)
      .refine((text) => !isJson(text) || parseJson(text) !== null, "not JSON")
      .transform((text) => (isJson(text) ? parseJson(text) : text)),
    MAIL_TOKEN: z.string().default(""),
  }),
]);

/** Reads the variables. Throws an Error that names the one at fault and never its value. */
export function parseMail(env: MailVariables, issuerUrl: string): Mail {
  const { MAIL } = env;
  // A variable that is left empty is one that is left out.
  const named = Object.entries(env).filter(([, value]) => value !== "");
  const result = MailSchema.safeParse({ ...Object.fromEntries(named), MAIL: MAIL || "off" });
  if (!result.success) throw new Error(result.error.issues.map(explain).join(" "));
  const { data } = result;
  if (data.MAIL === "off") return { way: "off" };
  const from = data.MAIL_FROM;
  if (data.MAIL === "cloudflare") return { way: "cloudflare", from, binding: data.EMAIL };
  if (data.MAIL === "outbox") {
    if (!isLocal(issuerUrl)) throw new Error("MAIL: outbox is for a service on localhost.");
    return { way: "outbox", from };
  }
  const { MAIL_URL: url, MAIL_HEADERS: headers, MAIL_BODY: body, MAIL_TOKEN: token } = data;
  return { way: "http", from, url, headers, body, token };
}

/** Whoever sees the outbox could take over every account, which only a developer's own machine may allow. */
function isLocal(issuerUrl: string): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(issuerUrl).hostname);
}

function isJson(text: string): boolean {
  return /^\s*[{[]/.test(text);
}

function parseJson(text: string): Template {
  try {
    const value: Template = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}

function explain({ path, message }: { path: PropertyKey[]; message: string }): string {
  return `${path.map(String).join(".")}: ${message}.`;
}
