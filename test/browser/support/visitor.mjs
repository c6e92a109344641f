/** Somebody in front of a page, with a mouse or with the keyboard alone, who looks at everything on the way. */

import { checkPage } from "./check-page.mjs";
import { screenshot } from "./screenshots.mjs";
import { checkWeight } from "./weight.mjs";

/** More than any page has controls, twice. */
const MAX_TABS = 80;

/**
 * `look` checks the page and keeps a picture, whose name begins with `prefix`. `fill` replaces what is in a field, `tick` is for boxes, and
 * `press` for what leads to another page: it waits for that.
 */
export function visitor(page, { prefix, keyboardOnly = false, javaScript = true }) {
  const hands = keyboardOnly ? keyboard(page) : mouse();
  const look = async (name) => {
    await checkPage(page);
    await screenshot(page, `${prefix}-${name}`);
  };
  return {
    page,
    javaScript,
    fill: (selector, text) => hands.fill(page.locator(selector), text),
    tick: (selector) => hands.tick(page.locator(selector)),
    press: (selector) => arrive(page, () => hands.press(page.locator(selector))),
    look,
    /** Of a page that can be loaded again. */
    async lookAndWeigh(name) {
      await checkWeight(page);
      await look(name);
    },
    /** Digit by digit. The script sends a whole code by itself; without it there is the button. */
    async enterCode(code) {
      const send = async () => {
        await hands.type(page.locator("#code"), code);
        if (!javaScript) await hands.press(page.locator("main form button.main"));
      };
      await arrive(page, send);
    },
  };
}

async function arrive(page, act) {
  await Promise.all([page.waitForEvent("load"), act()]);
}

function mouse() {
  return {
    fill: (locator, text) => locator.fill(text),
    type: (locator, text) => locator.pressSequentially(text),
    tick: (locator) => locator.check(),
    press: (locator) => locator.click(),
  };
}

function keyboard(page) {
  const type = async (locator, text) => {
    await tabTo(page, locator);
    await page.keyboard.type(text);
  };
  const hit = (key) => async (locator) => {
    await tabTo(page, locator);
    await page.keyboard.press(key);
  };
  return { fill: type, type, tick: hit("Space"), press: hit("Enter") };
}

/** Where the focus is not there yet. */
async function tabTo(page, locator) {
  for (let tabs = 0; tabs < MAX_TABS; tabs++) {
    if (await locator.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`The focus does not get to ${locator}.`);
}
