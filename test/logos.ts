/** Logos as an operator sends them and as a browser gets them, and PNGs made chunk by chunk. */

import { zlibSync } from "fflate";
import { expectJson } from "./account";
import { bearer, call, ORIGIN, send } from "./service";
import { TEST_SECRETS } from "./secrets";

export interface BrandedApp {
  brand: Record<"displayName" | "accentColor" | "supportUrl", string | null> & {
    logo: { mediaType: string; path: string } | null;
  };
}

/** Sends a picture as the body. */
export function putLogo(
  appId: string,
  body: string | Uint8Array<ArrayBuffer>,
  mediaType = typeof body === "string" ? "image/svg+xml" : "image/png",
): Promise<Response> {
  const headers = { ...bearer(TEST_SECRETS.ADMIN_TOKEN), "content-type": mediaType };
  const url = `${ORIGIN}/admin/apps/${appId}/logo`;
  return send(new Request(url, { method: "PUT", headers, body }));
}

/** Stores a picture, and gets what a browser would get. */
export async function stored(
  appId: string,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const { brand } = await expectJson<BrandedApp>(putLogo(appId, body), 200);
  return call("GET", brand.logo?.path ?? "");
}

export const SQUARE =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8H0z"/></svg>';

interface PngKind {
  width: number;
  height: number;
  depth: number;
  colorType: number;
  interlace?: number;
}

/** A PNG of these rows, each without its filter, with more chunks before the pixels or after. */
export function png(
  { width, height, depth, colorType, interlace = 0 }: PngKind,
  rows: number[][],
  { before = [], after = [] }: { before?: Uint8Array[]; after?: Uint8Array[] } = {},
): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  [depth, colorType, 0, 0, interlace].forEach((value, at) => header.setUint8(8 + at, value));
  const pixels = zlibSync(Uint8Array.from(rows.flatMap((row) => [0, ...row])));
  return join([
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    chunk("IHDR", new Uint8Array(header.buffer)),
    ...before,
    chunk("IDAT", pixels),
    ...after,
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** Length, type, data and checksum. */
export function chunk(type: string, data: Uint8Array | number[]): Uint8Array {
  const named = join([new TextEncoder().encode(type), Uint8Array.from(data)]);
  const ends = new DataView(new ArrayBuffer(8));
  ends.setUint32(0, data.length);
  ends.setUint32(4, crc(named));
  const [length, checksum] = [ends.buffer.slice(0, 4), ends.buffer.slice(4)];
  return join([new Uint8Array(length), named, new Uint8Array(checksum)]);
}

function crc(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ~rest >>> 0;
}

function join(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
