/** Reads the settings of an app from its row. */

import type { AppSettings } from "../db/app-schema";
import { DEFAULT_SETTINGS } from "./policy";
import { unreadableSettings } from "./unreadable";

/**
 * Reads the settings and adds the defaults of those that are newer than the row. Throws
 * UnreadableData.
 */
export function readSettings(appId: string, json: string): AppSettings {
  const settings = parseObject(json);
  if (!settings) throw unreadableSettings(appId);
  return { ...DEFAULT_SETTINGS, ...settings };
}

/** Parses an object. Null for anything else. */
export function parseObject(json: string): object | null {
  const value = parse(json);
  return typeof value === "object" && !Array.isArray(value) ? value : null;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/**
 * Makes a handler for errors of statements that read an app's settings. D1 says only that some JSON
 * is malformed; the handler throws UnreadableData, which names the app.
 */
export function explainMalformed(appId: string) {
  return (error: unknown): never => {
    const isMalformed = error instanceof Error && error.message.includes("malformed JSON");
    throw isMalformed ? unreadableSettings(appId) : error;
  };
}
