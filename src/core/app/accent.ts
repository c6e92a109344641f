/**
 * An app's accent colour, made readable. An operator gives one colour, and pages are light or dark.
 * Each scheme gets the nearest variant of the colour, with the same hue, that can be read as text on
 * its grounds and can carry text itself (WCAG 2.2 §1.4.3).
 */

import {
  clampChroma,
  formatHex,
  modeLrgb,
  modeOklch,
  modeRgb,
  useMode,
  wcagContrast,
} from "culori/fn";

/** WCAG 2.2 §1.4.3, level AA. It is more than §1.4.11 asks of controls and their borders. */
export const MIN_CONTRAST = 4.5;

/** What accents stand on: the page itself, and what is shaded the most, where contrast is lower. */
export const GROUNDS = {
  light: ["#ffffff", "#eef1f4"],
  dark: ["#16181d", "#20252b"],
} as const;

const WHITE = "#ffffff";
const BLACK = "#000000";

/** How far lightness is moved at a time, of the way from black to white. */
const STEP = 0.01;

/** The form of an accent colour. Nothing else ever reaches a stylesheet. */
export const ACCENT_COLOR = /^#[0-9a-fA-F]{6}$/;

export interface AccentOf {
  accent: string;
  /** White or black, for text on the accent. */
  onAccent: string;
}

export interface Accents {
  light: AccentOf;
  dark: AccentOf;
}

useMode(modeRgb);
useMode(modeLrgb);
const toOklch = useMode(modeOklch);

/** Derives what each scheme uses. Null for anything but `#rrggbb`. */
export function deriveAccents(color: string): Accents | null {
  if (!ACCENT_COLOR.test(color)) return null;
  return {
    light: withText(darkened(color.toLowerCase())),
    dark: withText(lightened(color.toLowerCase())),
  };
}

function darkened(color: string): string {
  for (let by = 0; by < 1; by += STEP) {
    const variant = moved(color, -by);
    if (isReadable(variant, GROUNDS.light)) return variant;
  }
  return BLACK;
}

function lightened(color: string): string {
  for (let by = 0; by < 1; by += STEP) {
    const variant = moved(color, by);
    if (isReadable(variant, GROUNDS.dark)) return variant;
  }
  return WHITE;
}

/** Moves the lightness. Where no screen shows so much colour at that lightness, it is less. */
function moved(color: string, by: number): string {
  if (by === 0) return color;
  const from = toOklch(color);
  const l = Math.min(1, Math.max(0, (from?.l ?? 0) + by));
  return formatHex(clampChroma({ ...from, mode: "oklch", c: from?.c ?? 0, l }, "oklch"));
}

function isReadable(color: string, grounds: readonly string[]): boolean {
  return grounds.every((ground) => wcagContrast(color, ground) >= MIN_CONTRAST);
}

/** One of the two always has the contrast, because both together have 21. */
function withText(accent: string): AccentOf {
  return { accent, onAccent: wcagContrast(WHITE, accent) >= MIN_CONTRAST ? WHITE : BLACK };
}
