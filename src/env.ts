import { drizzle } from "drizzle-orm/d1";
import { z } from "zod";
import { parseKeyring, type Keyring } from "./crypto/keyring";
import { parseSigningKeys, type SigningKeys } from "./crypto/signing";
import { parseMail, type Mail, type MailVariables } from "./mail-settings";

/** Everything of the outside world that core/ may touch. It is built once per request. */
export interface Deps {
  /**
   * The database of whom the request is about (`core/shard/placement.ts`). With one database, there is no
   * other.
   */
  db: Database;
  shards: Shards;
  kv: KVNamespace;
  keyring: Keyring;
  signingKeys: SigningKeys;
  settings: Settings;
  queue: EventQueue;
  mail: Mail;
  now: Date;
  /** How many milliseconds the clock has gone on since `now`: for durations and time limits, and nothing else. */
  elapsed: () => number;
  request: RequestSource;
  /** Runs work after the answer is out. A failure is logged and has no other consequence. */
  defer: (work: Promise<unknown>) => void;
}

/** The request, as the log lines and the audit trail name it. */
export interface RequestSource {
  /**
   * The request's id, which the answer contains too. It is `cron` if no request caused the work.
   */
  id: string;
  /**
   * The address that the request comes from: the end user's if a back end gave it, otherwise the
   * caller's own.
   */
  ip: string | null;
  userAgent: string | null;
  /** The trace that it belongs to, if its caller says so. */
  trace: Trace | null;
  /** Where D1 answered each read of a user by a key, and each commit of a code. */
  trips: Trip[];
  /** The apps of which events were recorded, whose webhooks are told. */
  told: Set<string>;
}

/** A trace of the caller's (W3C Trace Context). */
export interface Trace {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** Two of them: whether the caller records it. */
  flags: string;
}

/** A round trip to D1. */
export interface Trip {
  /** D1's name of the region, such as `WEUR`. A local database has none. */
  region?: string;
  /** Whether D1 says that the primary answered. Anything else may be behind it. */
  primary: boolean;
  /** What SQLite took, without the way there and back. */
  sqlMilliseconds: number;
}

export type Database = ReturnType<typeof connect>;

/** The databases: `DB`, and `DB1`, `DB2` and so on if there are several. */
export interface Shards {
  /** `DB`, which also has what belongs to no user: apps, keys, the operator's sign-ins, the map. */
  control: Database;
  /** By their number. The first is the control database. */
  all: readonly Database[];
}

export interface Settings {
  /** The origin in `iss`. It is never taken from a request. */
  issuerUrl: string;
  adminToken: string;
  /** With which `/metrics` is read. Null: it is not answered. */
  metricsToken: string | null;
  /** How long events stay in the database, if there is an archive. */
  auditHotDays: number;
  auditRetentionDays: number;
  /** Which of the published APIs are answered (`docs/compat.md`). */
  compat: ReadonlySet<string>;
}

/** The contents of the bindings, parsed once per isolate. */
export interface Config {
  shards: Shards;
  kv: KVNamespace;
  keyring: Keyring;
  signingKeys: SigningKeys;
  settings: Settings;
  archive: Archive;
  queue: EventQueue;
  mail: Mail;
}

/**
 * The bucket of the audit archive. Null if there is none. It is not one of `Deps`, so that nothing
 * but the audit trail can wait for it.
 */
export type Archive = R2Bucket | null;

/** By which deliveries are asked for. Null if there is none: then whoever records an event delivers it. */
export type EventQueue = { send: (wake: Wake) => Promise<unknown> } | null;

/** There may be something to send to this endpoint. */
export interface Wake {
  endpointId: string;
}

/**
 * The bindings. Those of the archive, the queue, mail and monitoring are optional, whether wrangler.toml names them or not.
 */
export type Bindings = Omit<
  Env,
  "ARCHIVE" | "EVENTS" | "ANALYTICS" | "METRICS_TOKEN" | keyof MailVariables
> & {
  ARCHIVE?: R2Bucket;
  EVENTS?: NonNullable<EventQueue>;
  ANALYTICS?: AnalyticsEngineDataset;
  METRICS_TOKEN?: string;
} & MailVariables;

/** The published APIs that can be answered (docs/compat.md). */
const PUBLISHED_APIS = [
  "authenticator-api",
  "appended-otp",
  "django-react",
  "basic-with-otp",
  "django-totp",
] as const;
export type PublishedApi = (typeof PUBLISHED_APIS)[number];

const SettingsSchema = z.object({
  ISSUER_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/$/, ""))
    .refine((url) => URL.parse(url)?.origin === url, "an origin, such as https://2fa.example.com"),
  ADMIN_TOKEN: z.string().min(32),
  METRICS_TOKEN: z.string().min(32).optional(),
  AUDIT_HOT_DAYS: z.coerce.number().int().min(1).max(3650).default(30),
  AUDIT_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650),
  COMPAT: z
    .string()
    .transform((text) => text.split(",").filter((name) => name !== ""))
    .pipe(z.array(z.enum(PUBLISHED_APIS)))
    .transform((names): ReadonlySet<PublishedApi> => new Set(names)),
});

const parsed = new WeakMap<Bindings, Config>();

/**
 * Loads the configuration. Throws an Error that names the variable at fault and never its value.
 */
export async function loadConfig(env: Bindings): Promise<Config> {
  const config = parsed.get(env) ?? (await parseConfig(env));
  parsed.set(env, config);
  return config;
}

async function parseConfig(env: Bindings): Promise<Config> {
  const [keyring, signingKeys] = await Promise.all([
    parseKeyring(env.KEYRING),
    parseSigningKeys(env.SIGNING_KEYS),
  ]);
  const settings = parseSettings(env);
  const archive = env.ARCHIVE ?? null;
  const queue = env.EVENTS ?? null;
  const mail = parseMail(env, settings.issuerUrl);
  return {
    shards: connectAll(env),
    kv: env.KV,
    keyring,
    signingKeys,
    settings,
    archive,
    queue,
    mail,
  };
}

/** Throws for a binding behind a gap: its database would be left out. */
function connectAll(env: Bindings): Shards {
  const control = connect(env.DB);
  const others = Object.entries(env)
    .flatMap(([name, binding]) => {
      return /^DB[1-9]\d*$/.test(name) && isDatabase(binding) ? [{ name, binding }] : [];
    })
    .toSorted((a, b) => numberOf(a.name) - numberOf(b.name));
  others.forEach(({ name }, at) => {
    if (numberOf(name) !== at + 1) throw new Error(`${name}: DB${at + 1} is not bound.`);
  });
  return { control, all: [control, ...others.map(({ binding }) => connect(binding))] };
}

function isDatabase(binding: unknown): binding is D1Database {
  return typeof binding === "object" && binding !== null && "prepare" in binding;
}

function numberOf(name: string): number {
  return Number(name.slice("DB".length));
}

function parseSettings(env: Bindings): Settings {
  const result = SettingsSchema.safeParse(env);
  if (!result.success) throw new Error(result.error.issues.map(explain).join(" "));
  return {
    issuerUrl: result.data.ISSUER_URL,
    adminToken: result.data.ADMIN_TOKEN,
    metricsToken: result.data.METRICS_TOKEN ?? null,
    auditHotDays: result.data.AUDIT_HOT_DAYS,
    auditRetentionDays: result.data.AUDIT_RETENTION_DAYS,
    compat: result.data.COMPAT,
  };
}

function explain({ path, message }: { path: PropertyKey[]; message: string }): string {
  return `${path.map(String).join(".")}: ${message}.`;
}

export function connect(d1: D1Database) {
  return drizzle(d1, { casing: "snake_case" });
}
