/**
 * Logos as PNG (W3C PNG, third edition). The picture is decoded and encoded anew, so that nothing
 * but its pixels is left. Before anything is decoded, its header says how large it is, and the
 * chunks that might unpack to more are left out.
 */

import {
  convertIndexedToRgb,
  decode,
  encode,
  hasPngSignature,
  type DecodedPng,
  type ImageData,
} from "fast-png";
import { Unzlib } from "fflate";
import { invalidField, type Problem } from "../../problem";
import { LOGO_BOUNDS } from "../policy";

type Bytes = Uint8Array<ArrayBuffer>;

interface Header {
  width: number;
  height: number;
  depth: number;
  colorType: number;
}

interface Chunk {
  type: string;
  data: Bytes;
  /** With length, type and checksum. */
  whole: Bytes;
}

/** §11.2.1, table 8: how many samples a pixel has, and of how many bits. */
const COLOR_TYPES: Record<number, { samples: number; depths: readonly number[] }> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};
const GREY = 0;
const INDEXED = 3;
/** §5.2. */
const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

/** What is unpacked at a time. Deflate makes at most 1,032 times as much of it. */
const PIECE = 1024;

/** Encodes a PNG anew. Throws `invalid_request` for anything but a PNG within the bounds. */
export function cleanPng(bytes: Bytes): Bytes {
  const chunks = split(bytes);
  const header = readHeader(chunks[0]);
  const needed = chunks.filter(({ type }) => isNeeded(type, header));
  const expected = unpackedLength(header);
  if (measureUnpacked(needed, expected) !== expected) {
    throw refused("must have as many pixels as its header says");
  }
  return encodeAnew(needed, header);
}

function refused(why: string): Problem {
  return invalidField([], `the PNG ${why}`);
}

/** Splits the file (§5.3). What comes after its end is left out. */
function split(bytes: Bytes): Chunk[] {
  if (!hasPngSignature(bytes)) throw refused("does not begin like one");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  let at = 8;
  do {
    if (at + 12 > bytes.length) throw refused("is cut off");
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) throw refused("is cut off");
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) });
    at = end;
  } while (chunks.at(-1)?.type !== "IEND");
  return chunks;
}

/** Reads how the picture is stored (§11.2.1), and refuses what will not be decoded. */
function readHeader(first: Chunk | undefined): Header {
  if (first?.type !== "IHDR" || first.data.length !== 13) throw refused("has no header");
  const view = new DataView(first.data.buffer, first.data.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, colorType = 0, , , interlace = 0] = first.data.subarray(8);
  const { pixels } = LOGO_BOUNDS;
  if (Math.min(width, height) < 1 || Math.max(width, height) > pixels) {
    throw refused(`may have at most ${pixels} × ${pixels} pixels`);
  }
  if (!COLOR_TYPES[colorType]?.depths.includes(depth)) throw refused("is of an unknown kind");
  if (interlace !== 0) throw refused("is interlaced: save it without");
  return { width, height, depth, colorType };
}

/** What the pixels depend on. A palette beside true colour is a suggestion only. */
function isNeeded(type: string, { colorType }: Header): boolean {
  if (type === "PLTE") return colorType === INDEXED;
  if (type === "tRNS") return colorType <= INDEXED;
  return ["IHDR", "IDAT", "IEND"].includes(type);
}

/** How many bytes the pixels are: a row has one byte before them (§7.2). */
function unpackedLength({ width, height, depth, colorType }: Header): number {
  const samples = COLOR_TYPES[colorType]?.samples ?? 0;
  return height * (1 + Math.ceil((width * samples * depth) / 8));
}

/** Unpacks the pixels and counts their bytes. It stops soon after the limit, and keeps nothing. */
function measureUnpacked(chunks: Chunk[], limit: number): number {
  let length = 0;
  const inflator = new Unzlib((part) => {
    length += part.length;
  });
  try {
    for (const piece of piecesOf(chunks)) {
      if (length > limit) return length;
      inflator.push(piece, false);
    }
    inflator.push(new Uint8Array(0), true);
    return length;
  } catch {
    throw refused("is damaged: its pixels do not unpack");
  }
}

function* piecesOf(chunks: Chunk[]) {
  for (const { data } of chunks.filter(({ type }) => type === "IDAT")) {
    for (let at = 0; at < data.length; at += PIECE) {
      yield data.slice(at, at + PIECE);
    }
  }
}

function encodeAnew(chunks: Chunk[], header: Header): Bytes {
  try {
    const decoded = decode(join([SIGNATURE, ...chunks.map(({ whole }) => whole)]), {
      checkCrc: true,
    });
    return new Uint8Array(encode(toPicture(decoded, header), { zlib: { level: 9 } }));
  } catch {
    throw refused("is damaged");
  }
}

function join(parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The picture with eight bits a sample, and with no transparency but that of its pixels. */
function toPicture(decoded: DecodedPng, { colorType, depth }: Header): ImageData {
  const isGrey = colorType === GREY && depth <= 8;
  if (isGrey || colorType === INDEXED) {
    const palette = isGrey ? greys(decoded) : decoded.palette;
    const channels = palette?.[0]?.length ?? 0;
    const data = convertIndexedToRgb({ ...decoded, ...(palette && { palette }) });
    return { ...sizeOf(decoded), data, channels, depth: 8 };
  }
  const { data, channels } = decoded.transparency ? withAlpha(decoded) : decoded;
  const samples = depth === 16 ? Uint8Array.from(data, (value) => value >> 8) : data;
  return { ...sizeOf(decoded), data: samples, channels, depth: 8 };
}

function sizeOf({ width, height }: DecodedPng) {
  return { width, height };
}

/** The greys of a picture as a palette, of which one may be transparent (§11.3.1.1). */
function greys({ depth, transparency }: DecodedPng): number[][] {
  const last = 2 ** depth - 1;
  return Array.from({ length: last + 1 }, (_, level) => {
    const grey = Math.round((level * 255) / last);
    const alpha = level === transparency?.[0] ? 0 : 255;
    return [grey, grey, grey, ...(transparency ? [alpha] : [])];
  });
}

/** Makes one colour transparent, pixel by pixel (§11.3.1.1). */
function withAlpha({ data, channels, depth, transparency = new Uint16Array(0) }: DecodedPng) {
  const pixels = data.length / channels;
  const samples = new Uint16Array(pixels * (channels + 1)).fill(2 ** depth - 1);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const color = data.subarray(pixel * channels, (pixel + 1) * channels);
    samples.set(color, pixel * (channels + 1));
    const isTransparent = color.every((value, index) => value === transparency[index]);
    if (isTransparent) samples[pixel * (channels + 1) + channels] = 0;
  }
  const isWide = depth === 16;
  return { data: isWide ? samples : Uint8Array.from(samples), channels: channels + 1 };
}
