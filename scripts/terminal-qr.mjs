/**
 * Draws a QR code (ISO/IEC 18004) in half blocks: one character is two modules, one above the
 * other.
 */

import QRCode from "qrcode-svg";

/** The light border that scanners need: four modules (§5.3.8). */
const QUIET_ZONE = 4;
const [NONE, UPPER, LOWER, BOTH] = [" ", "▀", "▄", "█"];

/**
 * Draws dark on light, whatever the terminal's theme is. Without colours, blocks are the light
 * modules of a dark terminal.
 */
export function drawInTerminal(text, { colours }) {
  const { modules } = new QRCode({ content: text, ecl: "L" }).qrcode;
  const isDark = (row, column) => modules[row]?.[column] ?? false;
  const rows = halfRows(modules.length, (row, column) => isDark(row, column) === colours);
  return rows.map((row) => (colours ? `\u001B[30;107m${row}\u001B[0m` : row)).join("\n");
}

function halfRows(size, isInk) {
  const rows = [];
  for (let row = -QUIET_ZONE; row < size + QUIET_ZONE; row += 2) {
    let line = "";
    for (let column = -QUIET_ZONE; column < size + QUIET_ZONE; column++) {
      line += block(isInk(row, column), isInk(row + 1, column));
    }
    rows.push(line);
  }
  return rows;
}

function block(upper, lower) {
  if (upper && lower) return BOTH;
  if (upper) return UPPER;
  return lower ? LOWER : NONE;
}
