import { integer } from "drizzle-orm/sqlite-core";

/** A column of milliseconds since 1970. */
export const instant = () => integer({ mode: "timestamp_ms" });
