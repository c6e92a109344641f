/** That this machine has a font for what a page says. Characters without one all look the same: boxes. */

/** Two characters of each script that people are shown. */
const PAIRS = ["aß", "文字", "عش"];

/** Throws if two characters look the same. What the page showed before is lost. */
export async function checkGlyphs(page, pairs = PAIRS) {
  for (const pair of pairs) {
    const pictures = [];
    for (const character of pair) pictures.push(await draw(page, character));
    const [one, other] = pictures;
    if (one.equals(other)) throw new Error(`There is no font for ${pair}: both look the same.`);
  }
}

/** As large as its place, whatever the character. */
async function draw(page, character) {
  const style = "font: 48px system-ui, sans-serif; width: 100px; height: 100px";
  await page.setContent(`<!doctype html><p style="${style}">${character}</p>`);
  return page.locator("p").screenshot();
}
