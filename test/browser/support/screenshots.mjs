/** Pictures of pages, for people to look at. Git ignores them, but for the README's. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decode, encode } from "fast-png";
import { withFewColours } from "./gallery-pictures.mjs";

export const SCREENSHOTS = fileURLToPath(new URL("../screenshots", import.meta.url));
const DOCS = fileURLToPath(new URL("../../../docs/screenshots", import.meta.url));

/** Of a picture in the README. */
const PORTRAIT = { width: 720, height: 960 };
const PORTRAIT_LIMIT_BYTES = 60 * 1024;

/** The whole page, also what is below the window, as it is when nothing moves any more. */
export async function screenshot(page, name) {
  const path = join(SCREENSHOTS, `${name}.png`);
  await page.screenshot({ path, fullPage: true, animations: "disabled" });
}

/** For the README: with `update` in docs/, else only to look at. What it shows differs from run to run, so it is compared with nothing. */
export async function portray(page, name, { update }) {
  const before = page.viewportSize();
  await page.setViewportSize(PORTRAIT);
  await page.evaluate(() => window.scrollTo(0, 0));
  const picture = decode(await page.screenshot({ animations: "disabled" }));
  const png = encode(withFewColours(picture), { zlib: { level: 9 } });
  await page.setViewportSize(before);
  const path = join(update ? DOCS : SCREENSHOTS, `${name}.png`);
  if (png.length > PORTRAIT_LIMIT_BYTES) throw new Error(`${path} would have ${png.length} bytes.`);
  writeFileSync(path, png);
}
