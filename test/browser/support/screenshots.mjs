/** Pictures of pages, for people to look at. Git ignores them. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const SCREENSHOTS = fileURLToPath(new URL("../screenshots", import.meta.url));

/** The whole page, also what is below the window. */
export async function screenshot(page, name) {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
