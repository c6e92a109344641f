/** The Chromium that this machine has. */

import { chromium } from "playwright-core";
import { CHROMIUM_PATH } from "./client-tools.mjs";

/** Starts Chromium with its sandbox, except for root, to whom Chromium gives none. */
export async function withBrowser(use) {
  const chromiumSandbox = process.getuid() !== 0;
  const browser = await chromium.launch({ executablePath: CHROMIUM_PATH, chromiumSandbox });
  try {
    await use(browser);
  } finally {
    await browser.close();
  }
}
