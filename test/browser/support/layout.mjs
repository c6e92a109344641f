/** That a page fits a narrow window: SC 1.4.10, which is also 1280 pixels at 400 %. */

const NARROW = { width: 320, height: 640 };

/** Nothing is wider than 320 pixels or sticks out, and nothing has to be scrolled sideways. What scrolls within itself (a long line of code) may. */
export async function checkFits(page) {
  const before = page.viewportSize();
  await page.setViewportSize(NARROW);
  const { scrolls, elements } = await page.evaluate(findOverflow);
  await page.setViewportSize(before);
  if (scrolls) elements.unshift("the page scrolls sideways");
  if (elements.length === 0) return;
  throw new Error(`${page.url()} does not fit ${NARROW.width} pixels:\n  ${elements.join("\n  ")}`);
}

/** Runs in the page. */
function findOverflow() {
  const { scrollWidth, clientWidth } = document.documentElement;
  const elements = [...document.body.querySelectorAll("*")].filter(sticksOut).map(describe);
  return { scrolls: scrollWidth > clientWidth, elements };

  function sticksOut(element) {
    const { left, right, width } = element.getBoundingClientRect();
    const isMovedOut = right <= 0;
    if (width === 0 || isMovedOut || isInScroller(element)) return false;
    return left < -0.5 || right > clientWidth + 0.5;
  }

  function isInScroller(element) {
    for (let at = element.parentElement; at !== document.body && at; at = at.parentElement) {
      if (["auto", "scroll"].includes(getComputedStyle(at).overflowX)) return true;
    }
    return false;
  }

  function describe(element) {
    const { left, right } = element.getBoundingClientRect();
    const tag = element.cloneNode(false).outerHTML.slice(0, 120);
    return `${tag} from ${Math.round(left)} to ${Math.round(right)}`;
  }
}
