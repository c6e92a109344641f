/** The checks themselves: each passes a good page, and fails a page with one fault. A check that cannot fail proves nothing about the others. */

import assert from "node:assert/strict";
import { checkAccessible, checkTargets } from "./support/accessibility.mjs";
import { checkPage } from "./support/check-page.mjs";
import { checkKeyboard } from "./support/keyboard.mjs";
import { checkFits } from "./support/layout.mjs";
import { takeFaults } from "./support/page.mjs";
import { phoneFor } from "./support/phone.mjs";
import { checkWeight } from "./support/weight.mjs";

export const name = "the checks of this test fail where they should";

const STYLE = `
  body { margin: 1rem; color: #111; background: #fff }
  a, button { display: inline-block; min-width: 44px; min-height: 44px }
  :focus-visible { outline: 3px solid #05c; outline-offset: 2px }`;

const GOOD = `<a href="#end">Skip</a><h1>Good</h1>
  <label>Code <input name="code"></label> <button>Verify</button>
  <input type="radio" name="how" aria-label="phone"><input type="radio" name="how" aria-label="code">
  <details><summary>More</summary><a href="#hidden">Hidden</a></details>
  <pre tabindex="0" style="overflow-x: auto">${"x".repeat(300)}</pre><p id="end">End</p>`;

const SMALL_BUTTON = `<button style="all: revert; width: 12px; height: 12px; padding: 0">a</button>`;
const SMALL_BUTTONS = SMALL_BUTTON + SMALL_BUTTON;

/** What to put at the end of the good page, and what must be complained about. */
const FAULTS = [
  { check: checkAccessible, html: `<p style="color: #bbb">Pale</p>`, complaint: /color-contrast/ },
  {
    check: checkAccessible,
    html: `<p style="background: linear-gradient(#fff, #333)">Clever</p>`,
    complaint: /gradient/,
  },
  {
    check: checkAccessible,
    html: `<input name="nameless">`,
    complaint: /Form elements must have labels/,
  },
  { check: checkAccessible, html: `<h3>Deep</h3>`, complaint: /heading-order/ },
  { check: checkAccessible, html: SMALL_BUTTONS, complaint: /target-size/ },
  { check: checkTargets, html: SMALL_BUTTONS, complaint: /target-size/ },
  {
    check: checkFits,
    html: `<p style="width: 400px">Wide</p>`,
    complaint: /sideways\n.*400px.* to 416/,
  },
  {
    check: checkFits,
    html: `<div style="overflow: hidden"><p style="width: 400px">Cut`,
    complaint: /400px/,
  },
  { check: checkKeyboard, html: link("outline: none"), complaint: /outline: none.*does not show/ },
  { check: checkKeyboard, html: link("outline-color: #eee"), complaint: /#eee.*does not show/ },
  { check: checkKeyboard, html: link("opacity: 0"), complaint: /opacity: 0.*does not show/ },
  { check: checkKeyboard, html: link("position: fixed; left: -99px"), complaint: /out of sight/ },
  {
    check: checkKeyboard,
    html: `<a href="#" tabindex="1">1</a>`,
    complaint: /tabindex="1".*is not reached/,
  },
];

/** What only a script can do. */
const SCRIPTED_FAULTS = [
  {
    check: checkKeyboard,
    html: `<button onkeydown="event.preventDefault()">Trap`,
    complaint: /cannot leave/,
  },
  {
    check: checkKeyboard,
    html: `<button onfocus="this.blur()">Shy`,
    complaint: /this\.blur.*is not reached/,
  },
];

const STYLED = `<meta http-equiv="content-security-policy" content="style-src 'none'"><p style="color: red">`;

/** Faults that need no check: every page is watched from the beginning. */
const WATCHED = [
  {
    html: `<img alt="" src="https://elsewhere.example/a.png">`,
    fault: /another origin: https:\/\/else/,
  },
  { html: `<script>console.error("oh")</script>`, fault: /console error: oh/ },
  { html: `<script>console.warn("hm")</script>`, fault: /console warning: hm/ },
  { html: `<script>throw new Error("bug")</script>`, fault: /script error: bug/ },
  { html: `<img alt="" src="/assets/none.png">`, fault: /404: .*none\.png/ },
  { html: STYLED, fault: /Content Security Policy/ },
  { html: STYLED, fault: /Content Security Policy/, javaScript: false },
];

export async function run({ openPage, readQrCode, step }) {
  await tryChecks(await openPage({}), [...FAULTS, ...SCRIPTED_FAULTS], step);
  await tryChecks(await openPage({ javaScript: false }), onePerCheck(FAULTS), step);
  await watch(openPage, step);
  await leave(openPage, step);
  await weigh(openPage, step);
  step("a phone");
  await useUpCodes();
  const page = await openPage({});
  await page.setContent(documentOf(GOOD));
  await assert.rejects(readQrCode(page.getByRole("heading")), /No QR code/);
}

function onePerCheck(faults) {
  return [...new Map(faults.map((fault) => [fault.check, fault])).values()];
}

async function tryChecks(page, faults, step) {
  step("a good page");
  await page.setContent(documentOf(GOOD));
  await checkPage(page);
  for (const { check, html, complaint } of faults) {
    step(`${check.name} of ${html}`);
    await page.setContent(documentOf(GOOD + html));
    await assert.rejects(check(page), complaint);
  }
}

function link(style) {
  return `<a href="#" style="${style}">Link</a>`;
}

function documentOf(content) {
  return `<!doctype html><html lang="en"><title>Harness</title><style>${STYLE}</style><main>${content}</main>`;
}

async function watch(openPage, step) {
  for (const { html, fault, javaScript = true } of WATCHED) {
    step(`watching ${html}`);
    const page = await openPage({ javaScript });
    const body = documentOf(html);
    await page.route("**/harness", (route) => route.fulfill({ contentType: "text/html", body }));
    await page.goto("/harness", { waitUntil: "networkidle" });
    assert.match(takeFaults(page.context()).join("\n"), fault);
  }
}

async function leave(openPage, step) {
  step("a way back to an app");
  const page = await openPage({ mayVisit: ["https://app.example"] });
  await page.goto("https://app.example/return?code=1");
  assert.deepEqual(takeFaults(page.context()), []);
}

async function weigh(openPage, step) {
  step("a page that is too heavy");
  const page = await openPage({});
  await page.goto("/redoc");
  await assert.rejects(checkWeight(page), /Script .*redoc/);
}

async function useUpCodes() {
  const phone = phoneFor("otpauth://totp/Harness:a?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
  const codes = [await phone.code(), await phone.code(), await phone.code()];
  assert.equal(new Set([...codes, phone.wrongCode()]).size, 4);
}
