/** The tables of apps, their keys and their logos. */

import { blob, index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { instant } from "./instant";

/** What an operator can choose per app. Defaults and bounds are in `core/policy.ts`. */
export interface AppSettings {
  /** How many time steps are accepted on either side of the current one. */
  window: 0 | 1 | 2;
  /** How many consecutive failures there may be before the first lock. */
  failuresBeforeLock: number;
  /** How many strikes cap the user. */
  strikeCap: number;
  /**
   * The browser origins that may answer challenges; if there are none, all may. For the app
   * `accounts`: the origins that may call the user API across origins; if there are none, no other
   * may.
   */
  allowedOrigins: string[];
  /**
   * Whether anybody may make an account. This and the next three settings matter to the app
   * `accounts` alone.
   */
  registration: "open" | "closed";
  /** If `required`, a user without a second factor can do nothing but enrol one. */
  secondFactor: "optional" | "required";
  /** In code points. If left out, it is 15, or 8 where a second factor is required. */
  minPasswordLength?: number;
  /** Whether users may trust a device, so that it is asked for no code at login. */
  trustedDevices: boolean;
  /** The URLs that hosted pages may lead back to. A link may add a query. */
  returnUrls: string[];
  /**
   * Whether a key needs a proof of an active factor to add, replace or remove one, to make new
   * backup codes, or to delete its user.
   */
  requireProof: boolean;
}

/** How the hosted pages look on which an app speaks to its users. */
export interface StoredBrand {
  /** What the pages call the app. If left out, it is the app's name or issuer. */
  displayName?: string;
  /** `#rrggbb`. Pages derive a readable colour for light and for dark from it. */
  accentColor?: string;
  /** Where users find help: an `https` or a `mailto` URL. */
  supportUrl?: string;
  /** Which logo `app_logos` has. Written together with it. */
  logo?: StoredLogo;
}

export interface StoredLogo {
  mediaType: "image/png" | "image/svg+xml";
  /** The first 16 hexadecimal digits of its SHA-256, which are in its URL. */
  tag: string;
}

/** What a hook that fails does to a challenge: refuses it, or lets it pass. */
export const FAILURE_MODES = ["closed", "open"] as const;
export type FailureMode = (typeof FAILURE_MODES)[number];

/** The hook of an app: whom the service asks before it makes a challenge (`core/hook/`). */
export interface StoredHook {
  url: string;
  failureMode: FailureMode;
  /** The sealed secrets that questions are signed with. */
  secret: string;
  previousSecret: string | null;
  /** Milliseconds since 1970. Until then both secrets sign. */
  previousExpiresAt: number | null;
}

/**
 * Where the users of an app are kept, as D1 names its locations. It has an effect if there are databases in
 * several places.
 */
export const REGIONS = ["wnam", "enam", "weur", "eeur", "apac", "oc"] as const;
export type Region = (typeof REGIONS)[number];

/** A tenant: one application, whose users are kept apart from all others. */
export const apps = sqliteTable("apps", {
  id: text().primaryKey(),
  name: text().notNull(),
  issuer: text().notNull(),
  settings: text({ mode: "json" }).$type<AppSettings>().notNull(),
  /** A change of it ends nothing, unlike one of the settings. */
  brand: text({ mode: "json" }).$type<StoredBrand>().notNull().default({}),
  /**
   * Grows with every change of settings and with deletion. What was minted under an older epoch is
   * dead.
   */
  epoch: integer().notNull().default(0),
  /** Grows with every change of the row, so that an older copy of it never replaces a newer one. */
  revision: integer().notNull().default(0),
  createdAt: instant().notNull(),
  /** Where its users are kept. Never changed after creation. Null: anywhere. */
  region: text({ enum: REGIONS }),
  /** In this row, so that a challenge costs no further read. */
  hook: text({ mode: "json" }).$type<StoredHook>(),
  /** Set at once by a deletion. The rows of the app's users are deleted in the background. */
  deletedAt: instant(),
});

/** The logo of an app, as anybody may fetch it. It is vetted before it is stored. */
export const appLogos = sqliteTable("app_logos", {
  appId: text().primaryKey(),
  mediaType: text({ enum: ["image/png", "image/svg+xml"] }).notNull(),
  bytes: blob({ mode: "buffer" }).notNull(),
  /** Of the bytes, in hexadecimal digits. */
  sha256: text().notNull(),
  updatedAt: instant().notNull(),
});

/** A key with which one app's back end calls the server API. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text().primaryKey(),
    appId: text().notNull(),
    name: text(),
    /** Whether calls carry the key, or are signed with it. */
    kind: text({ enum: ["bearer", "signing"] })
      .notNull()
      .default("bearer"),
    /** SHA-256 of the key. 256 random bits need no pepper. */
    hash: text().notNull(),
    /** Separated by spaces: `verify enrol users import`. Never changed after creation. */
    scopes: text().notNull(),
    /**
     * Where calls may come from, as JSON: of each range the first and the last address as 32
     * hexadecimal digits, and its text. Null: from anywhere. Never changed after creation.
     */
    addresses: text({ mode: "json" }).$type<(readonly [string, string, string])[]>(),
    createdAt: instant().notNull(),
    expiresAt: instant(),
    revokedAt: instant(),
    /** Accurate to the hour: it is written at most once an hour, after an answer. */
    lastUsedAt: instant(),
  },
  (t) => [index("api_keys_app").on(t.appId)],
);
