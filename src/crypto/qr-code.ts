/** QR codes (ISO/IEC 18004) of a text, as SVG and as PNG. */

import { encode } from "fast-png";
import QRCode from "qrcode-svg";

/** The light border that scanners need, in modules. */
const QUIET_ZONE = 4;
const PIXELS_PER_MODULE = 6;
/**
 * The least number of pixels a module may be shown with. Phone cameras do not tell smaller ones
 * apart.
 */
export const MIN_PIXELS_PER_MODULE = 3;

export interface QrCode {
  /** A whole `<svg>` element that scales. */
  svg: string;
  /** A `data:image/png` URI. */
  png: string;
  /** The length of a side in modules, with the border. */
  modules: number;
}

export function drawQrCode(text: string): QrCode {
  const code = fitting(text);
  const { modules } = code.qrcode;
  // One unit a module makes whole coordinates, which are short, and sharp at any size.
  const side = modules.length + 2 * QUIET_ZONE;
  Object.assign(code.options, { width: side, height: side });
  const png = toPng(modules, { size: side * PIXELS_PER_MODULE, scale: PIXELS_PER_MODULE });
  return { svg: code.svg(), png: `data:image/png;base64,${png.toBase64()}`, modules: side };
}

/**
 * Draws a PNG with so many pixels a side, or with more if the code needs them. The text must be
 * ASCII of at most 2,953 characters; the library draws other texts wrongly or not at all.
 */
export function drawQrPng(text: string, size: number): Uint8Array<ArrayBuffer> {
  const { modules } = fitting(text).qrcode;
  const side = modules.length + 2 * QUIET_ZONE;
  const scale = Math.max(MIN_PIXELS_PER_MODULE, Math.floor(size / side));
  return toPng(modules, { size: Math.max(size, side * scale), scale });
}

/**
 * Makes a code with error correction M (15 %) if that fits, as it does for every enrolment, and
 * with L otherwise, because texts of others may be longer.
 */
function fitting(text: string): QRCode {
  const options = {
    content: text,
    padding: QUIET_ZONE,
    join: true,
    // Without this the drawing is mirrored, with columns for rows.
    swap: true,
    xmlDeclaration: false,
  } as const;
  try {
    return new QRCode({ ...options, container: "svg-viewbox", ecl: "M" });
  } catch {
    return new QRCode({ ...options, container: "svg-viewbox", ecl: "L" });
  }
}

/** Pixels a side, and pixels a module. What is left over is the border. */
interface Raster {
  size: number;
  scale: number;
}

/** Each pixel is one bit, and 1 is white. */
function toPng(modules: boolean[][], { size, scale }: Raster): Uint8Array<ArrayBuffer> {
  const border = Math.floor((size - modules.length * scale) / 2);
  const moduleAt = (pixel: number) => Math.floor((pixel - border) / scale);
  const rowBytes = Math.ceil(size / 8);
  const data = new Uint8Array(rowBytes * size).fill(0xff);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dark = modules[moduleAt(y)]?.[moduleAt(x)] === true;
      const at = y * rowBytes + (x >> 3);
      if (dark) data[at] = (data[at] ?? 0) & ~(0x80 >> (x & 7));
    }
  }
  return new Uint8Array(encode({ width: size, height: size, data, depth: 1, channels: 1 }));
}
