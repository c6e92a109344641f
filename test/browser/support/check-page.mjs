/** What holds for every page of ours, as it is now: empty, refused, or filled in. */

import { checkAccessible } from "./accessibility.mjs";
import { checkKeyboard } from "./keyboard.mjs";
import { checkFits } from "./layout.mjs";

/** Changes nothing on the page but the focus. `checkWeight` is apart, because it loads the page again. */
export async function checkPage(page) {
  await checkAccessible(page);
  await checkFits(page);
  await checkKeyboard(page);
}
