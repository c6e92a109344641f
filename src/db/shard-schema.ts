/** The tables that say which database has what, where there are several. */

import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { instant } from "./instant";

/**
 * A range of buckets, and the database that has its users. The control database has all of them: the map.
 * Every other database has its own, which its transactions ask: the fence. With one database nothing reads
 * this. The table is `WITHOUT ROWID`; drizzle cannot express that, so the migration does.
 */
export const placements = sqliteTable("placements", {
  /** The first bucket, and the last. Ranges never overlap. */
  first: text().primaryKey(),
  last: text().notNull(),
  /** The number of the database: 0 is `DB`, 1 is `DB1`. */
  shard: integer().notNull(),
  /** Grows with every move, and whenever the database is restored to the past. */
  epoch: integer().notNull(),
  /** While it is moving, nothing of its users is answered. */
  state: text({ enum: ["live", "moving"] }).notNull(),
  /**
   * While it is moving: the database that its users are copied to. Once it is live: the one that still has to
   * delete its copies of them.
   */
  other: integer(),
});

/** A database besides the first one, from when it was taken in. Kept by the control database. */
export const shards = sqliteTable("shards", {
  number: integer().primaryKey(),
  addedAt: instant().notNull(),
  /** Since when it answers nothing, because it is about to be restored to the past. */
  restoringAt: instant(),
});

/** An app of which not every database has the newest state. Kept by the control database. */
export const unpublished = sqliteTable("unpublished", {
  appId: text().primaryKey(),
  /** The mark of the last change, so that an older publication does not take the row away. */
  change: text().notNull(),
});
