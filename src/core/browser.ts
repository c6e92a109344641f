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

/** What a program calls itself: one word, and no room for a message to whoever reads it. */
const OWN_NAME = /^[\w.-]{1,24}(?=[ /]|$)/;

/**
 * Gives a text such as `Firefox, Windows`, or another program's own name. Null if there is none.
 */
export function describeBrowser(userAgent: string | null): string | null {
  return namesIn(userAgent).join(", ") || null;
}

/** The values of a message that says where something came from. */
export function placeOf(userAgent: string | null) {
  const [browser, system] = namesIn(userAgent);
  if (browser === undefined) return { known: "other", browser: "", system: "" } as const;
  if (system === undefined) return { known: "one", browser, system: "" } as const;
  return { known: "both", browser, system } as const;
}

/** The browser and the system, one of them, another program's own name, or nothing. */
function namesIn(userAgent: string | null): string[] {
  if (userAgent === null) return [];
  const names = [BROWSERS, SYSTEMS].flatMap((table) => {
    const entry = table.find(([form]) => form.test(userAgent));
    return entry ? [entry[1]] : [];
  });
  return names.length > 0 ? names : (OWN_NAME.exec(userAgent) ?? []);
}
