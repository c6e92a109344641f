/** The settings of an app, as its row holds them. */

import type { AppSettings } from "../db/schema";
import { DEFAULT_SETTINGS } from "./policy";
import { unreadableSettings } from "./unreadable";

/** Rows of before a setting was added do not have it. Throws UnreadableData. */
export function readSettings(appId: string, json: string): AppSettings {
  const settings = parse(json);
  if (typeof settings !== "object" || settings === null || Array.isArray(settings)) {
    throw unreadableSettings(appId);
  }
  return { ...DEFAULT_SETTINGS, ...settings };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** A statement reads the settings too, and D1 says only that some JSON is malformed. */
export function explainMalformed(appId: string) {
  return (error: unknown): never => {
    const isMalformed = error instanceof Error && error.message.includes("malformed JSON");
    throw isMalformed ? unreadableSettings(appId) : error;
  };
}
