/**
 * `npm run test:browser -- --gallery` pictures every page that the Worker shows, in every language,
 * at two widths, light and dark, and writes test/browser/gallery/index.html to look through them.
 * `--only name` takes the pages whose names have this in them. `--portraits before` (or `after`)
 * writes the six pages that docs/screenshots/ shows instead. A page that cannot be reached fails the
 * run, but not the other pages.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ACCOUNT } from "../test/browser/support/gallery-account.mjs";
import { CONSOLE, UNUSED } from "../test/browser/support/gallery-console.mjs";
import { renderGallery } from "../test/browser/support/gallery-index.mjs";
import { LINKS, PROBLEMS } from "../test/browser/support/gallery-links.mjs";
import { takePictures, takePortrait } from "../test/browser/support/gallery-pictures.mjs";
import { checkGlyphs } from "../test/browser/support/glyphs.mjs";
import { ADDRESS_HEADER, createStage } from "../test/browser/support/gallery-stage.mjs";
import { Refusal } from "./refusal.mjs";
import { withServer } from "./test-server.mjs";
import { ROOT } from "./wrangler.mjs";

const FOLDER = join(ROOT, "test/browser/gallery");
const PORTRAITS = join(ROOT, "docs/screenshots");
/** Before a redesign, and after it. */
const WHEN = ["before", "after"];
/** More than one core has to do: a page that waits for its server leaves the browser to another. */
const AT_ONCE = 3;
/** A page that has been loaded shows at once what it has. */
const SHOWN_MS = 5000;
/** Languages as the foot of every page offers them. */
const LANGUAGE = /\bhreflang="([\w-]+)"/g;

/** The order of the gallery, and of the visits to one server. */
const SECTIONS = [
  { title: "The console before anybody uses it", entries: UNUSED },
  { title: "Account", entries: ACCOUNT },
  { title: "Links", entries: LINKS },
  { title: "The console", entries: CONSOLE },
  { title: "Problems", entries: PROBLEMS },
];

/** Takes the pictures and writes the page to look through them, or those for docs/. */
export async function runGallery(browser, { only, portraits }) {
  if (portraits && !WHEN.includes(portraits))
    throw new Refusal(`--portraits ${WHEN.join(" or ")}.`);
  const sections = chooseEntries({ only, portraits });
  const begun = Date.now();
  const results = portraits
    ? await portrayAll(browser, sections, portraits)
    : await pictureAll(browser, sections);
  const count = results.flatMap(({ pictures }) => pictures).length;
  console.log(`${count} pictures in ${Math.round((Date.now() - begun) / 1000)} s.`);
  const failed = results.filter(({ error }) => error !== undefined);
  if (failed.length > 0) throw new Refusal(`${failed.length} pages could not be pictured.`);
}

function chooseEntries({ only = "", portraits }) {
  const isChosen = ({ name, portrait }) => name.includes(only) && (!portraits || portrait);
  const sections = SECTIONS.map(({ title, entries }) => ({
    title,
    entries: entries.filter(isChosen),
  }));
  if (sections.some(({ entries }) => entries.length > 0)) return sections;
  const names = SECTIONS.flatMap(({ entries }) => entries.map(({ name }) => name));
  throw new Refusal(`--only ${only}: there are ${names.join(", ")}.`);
}

async function pictureAll(browser, sections) {
  await assertNoBoxes(browser);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const languages = await readLanguages();
  const take = (page, name) => takePictures(page, { folder: FOLDER, name });
  const results = await tour(browser, sections, { languages, take });
  const index = join(FOLDER, "index.html");
  writeFileSync(index, renderGallery({ sections, languages, results, commit: readCommit() }));
  console.log(relative(ROOT, index));
  return results;
}

async function portrayAll(browser, sections, when) {
  const folder = join(PORTRAITS, when);
  mkdirSync(folder, { recursive: true });
  const take = (page, name) => takePortrait(page, { folder, name: name.replace("en-", "") });
  return tour(browser, sections, { languages: ["en"], take });
}

/** Pictures without a font for a script would be of no use. */
async function assertNoBoxes(browser) {
  const page = await browser.newPage();
  await checkGlyphs(page);
  await page.close();
}

/** The languages that the pages offer. This also makes the bundle, which the servers then share. */
async function readLanguages() {
  let html;
  await withServer(async ({ baseUrl }) => {
    html = await (await fetch(`${baseUrl}/account/login`)).text();
  });
  const languages = [...new Set(Array.from(html.matchAll(LANGUAGE), ([, code]) => code))];
  if (languages.length === 0) throw new Refusal("The log-in page offers no language.");
  return languages;
}

/** Goes through all pages, in several languages at once. */
async function tour(browser, sections, { languages, take }) {
  const queue = [...languages];
  const results = [];
  const work = async () => {
    for (let language = queue.shift(); language; language = queue.shift()) {
      results.push(...(await goThrough(browser, sections, { language, take })));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

/** Goes through all pages in one language, on a server of its own, which nobody has used before. */
async function goThrough(browser, sections, { language, take }) {
  const results = [];
  const settings = { CLIENT_ADDRESS_HEADER: ADDRESS_HEADER };
  await withServer(async (server) => {
    const stage = createStage(browser, { server, language });
    for (const entry of sections.flatMap(({ entries }) => entries)) {
      results.push(await picture(stage, entry, { language, take }));
    }
    await stage.close();
  }, settings);
  return results;
}

/** Answers the pictures of one page, or the error that kept them from being taken. */
async function picture(stage, entry, { language, take }) {
  const { name, reach, shows } = entry;
  try {
    const { page } = await reach(stage);
    await page.locator(shows).first().waitFor({ timeout: SHOWN_MS });
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    return { name, language, pictures: await take(page, `${language}-${name}`) };
  } catch (error) {
    console.log(`FAILED  ${name} (${language}): ${error.message}`);
    return { name, language, error, pictures: [] };
  } finally {
    await stage.tidy();
  }
}

/** With a plus sign if the files are not those of the commit. */
function readCommit() {
  const isChanged = git("status", "--porcelain") !== "";
  return git("rev-parse", "--short", "HEAD") + (isChanged ? "+" : "");
}

function git(...args) {
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
}
