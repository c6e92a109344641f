/** How much of a picture looks different in another. */

/** SC 2.4.13 and 1.4.11. */
const CONTRAST = 3;

/** The pixels of a cut-out that have a contrast of 3:1 to the same place in the whole picture. Both as fast-png decodes them, 8 bits a channel. */
export function countContrastingPixels(cutOut, whole, { x, y }) {
  let count = 0;
  for (let row = 0; row < cutOut.height; row++) {
    for (let column = 0; column < cutOut.width; column++) {
      const [before, after] = [pixel(whole, x + column, y + row), pixel(cutOut, column, row)];
      if (before.some((channel, at) => channel !== after[at])) {
        if (contrast(before, after) >= CONTRAST) count++;
      }
    }
  }
  return count;
}

function pixel({ data, channels, width }, x, y) {
  const at = (y * width + x) * channels;
  return [data[at], data[at + 1], data[at + 2]];
}

/** WCAG 2.2, "contrast ratio". */
function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG 2.2, "relative luminance". */
function luminance(channels) {
  const [red, green, blue] = channels.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
