/** That a page can be used with the Tab key alone: SC 2.1.1, 2.1.2, 2.4.3, 2.4.7, 2.4.11. */

import { decode } from "fast-png";
import { countContrastingPixels } from "./pixels.mjs";

/** Room around an element for its focus indicator. */
const MARGIN = 6;
/** Of a line of one pixel around it; corners may be round. */
const NEEDED_SHARE = 0.75;
/** Colours in the middle of a transition are neither the old nor the new ones. */
const WHOLE = { fullPage: true, animations: "disabled" };

/**
 * Goes through the whole page with Tab. Every control is reached, in the order of the document, in sight and with an indicator that differs
 * from the unfocused state, in a contrast of 3:1, about as much as a line of one pixel around it would; after the last one the focus leaves the page,
 * or, as this browser without a window of its own sometimes has it, is at the first one again.
 */
export async function checkKeyboard(page) {
  await page.evaluate(goToStart);
  const expected = await page.evaluate(listControls);
  const unfocused = decode(await page.screenshot(WHOLE));
  const reached = [];
  const faults = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(describeFocus);
    const isRound = reached.length > 1 && stop?.index === reached[0];
    if (stop === null || isRound) break;
    const last = reached.at(-1);
    if (stop.index === last && stop.hasParts) continue;
    if (last !== undefined && stop.index <= last) {
      faults.push(`${stop.tag} comes after what is behind it, or the focus cannot leave`);
      break;
    }
    reached.push(stop.index);
    faults.push(...(await findFaults(page, stop, unfocused)));
  }
  const missed = expected.filter(({ index }) => !reached.includes(index));
  faults.push(...missed.map(({ tag }) => `${tag} is not reached`));
  if (faults.length === 0) return;
  throw new Error(`${page.url()} cannot be used with the keyboard:\n  ${faults.join("\n  ")}`);
}

async function findFaults(page, { tag, inSight, boxes }, unfocused) {
  if (!inSight) return [`${tag} has the focus but is out of sight`];
  const clip = around(boxes, unfocused);
  const focused = decode(await page.screenshot({ ...WHOLE, clip }));
  const changed = countContrastingPixels(focused, unfocused, clip);
  const perimeter = boxes.reduce((sum, { width, height }) => sum + 2 * (width + height), 0);
  const needed = Math.ceil(NEEDED_SHARE * perimeter);
  return changed >= needed
    ? []
    : [`${tag} does not show that it has the focus (${changed} of ${needed} pixels)`];
}

/** The rectangle of all boxes and their margin, within the picture. */
function around(boxes, { width, height }) {
  const left = Math.max(0, Math.floor(Math.min(...boxes.map((box) => box.left))) - MARGIN);
  const top = Math.max(0, Math.floor(Math.min(...boxes.map((box) => box.top))) - MARGIN);
  const right = Math.ceil(Math.max(...boxes.map((box) => box.left + box.width))) + MARGIN;
  const bottom = Math.ceil(Math.max(...boxes.map((box) => box.top + box.height))) + MARGIN;
  return {
    x: left,
    y: top,
    width: Math.min(right, width) - left,
    height: Math.min(bottom, height) - top,
  };
}

/** Runs in the page. Where an element with the focus is taken away, the next Tab goes on from there: here, before everything. */
function goToStart() {
  const start = document.createElement("span");
  start.tabIndex = -1;
  document.body.prepend(start);
  start.focus();
  start.remove();
  window.scrollTo(0, 0);
}

/** Runs in the page: what Tab should reach, with its place in the document. */
function listControls() {
  const all = [...document.querySelectorAll("*")];
  const controls = "a[href], button, input, select, textarea, summary, [tabindex]";
  return [...document.querySelectorAll(controls)]
    .filter(isReachable)
    .map((element) => ({ index: all.indexOf(element), tag: element.cloneNode(false).outerHTML }));

  function isReachable(element) {
    if (element.tabIndex < 0 || element.matches(":disabled") || element.closest("[inert]")) {
      return false;
    }
    return element.checkVisibility({ visibilityProperty: true }) && isFirstOfGroup(element);
  }

  /** Of the radio buttons of one name, Tab reaches the chosen one, else the first. */
  function isFirstOfGroup(element) {
    if (element.type !== "radio") return true;
    const group = [...document.getElementsByName(element.name)];
    return element === (group.find((radio) => radio.checked) ?? group[0]);
  }
}

/** Runs in the page. Null when nothing in it has the focus. */
function describeFocus() {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const boxes = [...element.getClientRects()].filter(({ width, height }) => width && height);
  return {
    index: [...document.querySelectorAll("*")].indexOf(element),
    tag: element.cloneNode(false).outerHTML,
    // Day, month, year and a calendar: the focus goes through all of them.
    hasParts: /^(date|time)/.test(element.type),
    inSight: boxes.length > 0 && boxes.every(isInSight),
    boxes: boxes.map(({ left, top, width, height }) => {
      return { left: left + window.scrollX, top: top + window.scrollY, width, height };
    }),
  };

  /** The middle of it, or of as much of it as fits the window, is what one sees there, or its label. */
  function isInSight({ left, top, right, bottom }) {
    const x = (Math.max(left, 0) + Math.min(right, window.innerWidth)) / 2;
    const y = (Math.max(top, 0) + Math.min(bottom, window.innerHeight)) / 2;
    const seen = document.elementFromPoint(x, y);
    if (!seen) return false;
    const labels = [...(element.labels ?? [])];
    return element.contains(seen) || labels.some((label) => label.contains(seen));
  }
}
