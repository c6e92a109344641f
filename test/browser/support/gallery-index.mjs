/** The gallery's own page: a row for each page of the Worker, a column for each look, and a choice of language without a script. */

import { LOOKS } from "./gallery-pictures.mjs";

/** A desk's page is shown half as wide as it is, if there is room. */
const MAX_SHOWN = 640;

const SHOWN = LOOKS.map(({ width }) => shownWidth(width));

const STYLE = `
  :root { color-scheme: light dark; font: 0.9rem/1.4 system-ui, sans-serif }
  body { margin: 0 1rem 4rem }
  .bar { position: sticky; top: 0; z-index: 1; padding: 0.5rem 0; background: Canvas }
  .bar label { margin-right: 1rem }
  nav { columns: 14rem }
  nav a { display: block }
  section { border-top: 1px solid GrayText; scroll-margin-top: 3rem }
  .looks { display: grid; grid-template-columns: ${SHOWN.map((width) => `minmax(0, ${width}fr)`).join(" ")}; gap: 1rem; max-width: ${SHOWN.reduce((sum, width) => sum + width)}px; align-items: start }
  figure { margin: 0 }
  figcaption { color: GrayText }
  img { display: block; max-width: 100%; height: auto; box-sizing: border-box; border: 1px solid GrayText }
  .failed { grid-column: 1 / -1; color: red; white-space: pre-wrap }`;

/** Writes the page. `results` are the pictures of each page in each language, or the error in their place. */
export function renderGallery({ sections, languages, results, commit }) {
  const count = results.flatMap(({ pictures }) => pictures).length;
  const failures = results.filter(({ error }) => error !== undefined);
  const made = new Date().toISOString().slice(0, 16).replace("T", " ");
  const filled = sections.filter(({ entries }) => entries.length > 0);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gallery of ${commit}</title>
<style>${STYLE}${languages.map(styleOf).join("")}</style>
<h1>Every page of Stepgate</h1>
<p>Commit ${commit}, ${made} UTC, ${count} pictures.</p>
${failures.map(renderFailure).join("\n")}
<p class="bar">${[...languages, "all"].map(renderChoice).join("\n")}</p>
<nav>${filled.map(renderContents).join("\n")}</nav>
${filled.map(({ title, entries }) => `<h2>${title}</h2>\n${entries.map((entry) => renderRow(entry, results)).join("\n")}`).join("\n")}
</html>
`;
}

/** Hides the pictures of a language while another is chosen. Those are then not loaded either. */
function styleOf(code) {
  return `\n  :root:not(:has(#choose-${code}:checked, #choose-all:checked)) [data-language="${code}"] { display: none }`;
}

function renderChoice(code, at) {
  const name = code === "all" ? "All" : new Intl.DisplayNames("en", { type: "language" }).of(code);
  const checked = at === 0 ? " checked" : "";
  return `<label><input type="radio" name="language" id="choose-${code}"${checked}> ${name}</label>`;
}

function renderContents({ title, entries }) {
  const links = entries.map(({ name }) => `<a href="#${name}">${name}</a>`);
  return `<strong>${title}</strong>\n${links.join("\n")}`;
}

function renderRow({ name }, results) {
  const rows = results.filter((result) => result.name === name);
  return `<section id="${name}"><h3><a href="#${name}">${name}</a></h3>\n${rows.map(renderLooks).join("\n")}</section>`;
}

function renderLooks(result) {
  const { language, name, pictures } = result;
  const content = result.error
    ? renderFailure(result)
    : pictures.map(renderPicture(name)).join("\n");
  return `<div class="looks" data-language="${language}">${content}</div>`;
}

function renderPicture(name) {
  return ({ file, width, height, look }) => {
    const shown = shownWidth(width);
    const size = `width="${shown}" height="${Math.round((height * shown) / width)}"`;
    const caption = `${look.width}, ${look.scheme}`;
    return `<figure><figcaption>${caption}</figcaption><a href="${file}"><img src="${file}" ${size} loading="lazy" alt="${name}: ${caption}"></a></figure>`;
  };
}

function renderFailure({ name, language, error }) {
  return `<p class="failed">${name} (${language}) failed: ${escape(error.message)}</p>`;
}

function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function shownWidth(width) {
  return Math.min(width, MAX_SHOWN);
}
