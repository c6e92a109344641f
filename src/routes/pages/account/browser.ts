/** Describes a browser in words that its user would use. */

/** The first entry that fits counts, because most browsers name others too. */
const BROWSERS: [RegExp, string][] = [
  [/Edg/, "Edge"],
  [/OPR\//, "Opera"],
  [/SamsungBrowser/, "Samsung Internet"],
  [/Firefox|FxiOS/, "Firefox"],
  [/Chrome|CriOS/, "Chrome"],
  [/Safari/, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

/**
 * Gives a text such as `Firefox, Windows`, or another program's own name. Null if there is none.
 */
export function describeBrowser(userAgent: string | null): string | null {
  if (userAgent === null) return null;
  const names = [BROWSERS, SYSTEMS].flatMap((table) => {
    const entry = table.find(([form]) => form.test(userAgent));
    return entry ? [entry[1]] : [];
  });
  return names.length > 0 ? names.join(", ") : (userAgent.split(/[ /]/)[0] ?? null);
}
