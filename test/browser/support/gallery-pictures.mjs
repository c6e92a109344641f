/** Takes the gallery's pictures: one page, as it is, in every width and colour scheme. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { decode, encode } from "fast-png";

const WIDTHS = [
  { width: 360, height: 800 },
  { width: 1280, height: 900 },
];
const SCHEMES = ["light", "dark"];

/** The columns of the gallery. */
export const LOOKS = WIDTHS.flatMap((size) => SCHEMES.map((scheme) => ({ ...size, scheme })));

/** A picture in docs/: a desk's window, in light. */
const PORTRAIT = { width: 1280, height: 900, scheme: "light" };
const PORTRAIT_SCALE = 0.625;
/** So many steps of a channel's 256 become one, which makes the file a quarter smaller. */
const COLOUR_STEP = 8;
const AREA_PIXELS = 500;
const PORTRAIT_LIMIT_BYTES = 60 * 1024;

/** Where the size of a PNG stands (PNG 3rd edition, §11.2.1). */
const WIDTH_AT = 16;
const HEIGHT_AT = 20;

/** Answers the pictures' files and sizes. The page is not loaded again. */
export async function takePictures(page, { folder, name }) {
  const pictures = [];
  for (const look of LOOKS) {
    await wear(page, look);
    const file = `${name}-${look.width}-${look.scheme}.png`;
    const png = await page.screenshot({
      path: join(folder, file),
      fullPage: true,
      animations: "disabled",
    });
    const [width, height] = [png.readUInt32BE(WIDTH_AT), png.readUInt32BE(HEIGHT_AT)];
    pictures.push({ file, width, height, look });
  }
  return pictures;
}

async function wear(page, { width, height, scheme }) {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme });
}

/** Takes a picture for docs/, and refuses one that is too large for that. */
export async function takePortrait(page, { folder, name }) {
  await wear(page, PORTRAIT);
  await page.evaluate(() => window.scrollTo(0, 0));
  const session = await page.context().newCDPSession(page);
  const { width, height } = PORTRAIT;
  const clip = { x: 0, y: 0, width, height, scale: PORTRAIT_SCALE };
  const { data } = await session.send("Page.captureScreenshot", { format: "png", clip });
  const png = encode(withFewColours(decode(Buffer.from(data, "base64"))), { zlib: { level: 9 } });
  const path = join(folder, `${name}.png`);
  writeFileSync(path, png);
  if (png.length > PORTRAIT_LIMIT_BYTES) throw new Error(`${path} has ${png.length} bytes.`);
  return [path];
}

/** Rounds the colours between two others, as at the edges of letters. Those of whole areas stay as they are. */
export function withFewColours({ data, width, height, channels, ...image }) {
  const colours = Array.from({ length: width * height }, (_, at) => colourAt(data, at * channels));
  const counts = new Map();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const rounded = data.map((value, at) => {
    const isOfArea = counts.get(colours[Math.floor(at / channels)]) >= AREA_PIXELS;
    return isOfArea ? value : Math.min(255, Math.round(value / COLOUR_STEP) * COLOUR_STEP);
  });
  return { ...image, width, height, channels, data: rounded };
}

function colourAt(data, at) {
  return (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
}
