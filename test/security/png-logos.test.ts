/** Logos in PNG that are damaged, or larger than they say, and whoever may not set one. */

import { zlibSync } from "fflate";
import { describe, expect, it } from "vitest";
import { everywhere } from "../databases";
import { bearer, call, createApp } from "../service";
import { chunk, png, putLogo, SQUARE } from "../logos";
import { contents } from "./support";

const grey = { width: 2, height: 2, depth: 8, colorType: 0 };
const rows = [
  [1, 2],
  [3, 4],
];
const good = png(grey, rows);
const damaged = (at: number) => good.map((byte, index) => (index === at ? byte ^ 1 : byte));

/** Unpacks to sixty megabytes, of which the header says nothing. */
function bomb(): Uint8Array<ArrayBuffer> {
  const whole = png(grey, []);
  const zeros = chunk("IDAT", zlibSync(new Uint8Array(60_000_000), { level: 9 }));
  return new Uint8Array([...whole.subarray(0, 33), ...zeros, ...whole.subarray(-12)]);
}

describe("a PNG is refused, and nothing is stored, for", () => {
  it.each([
    ["a wrong checksum of its header", damaged(29), /damaged/],
    ["a wrong checksum of its pixels", damaged(good.length - 13), /damaged/],
    ["a flipped bit in its pixels", damaged(45), /damaged|pixels/],
    ["a missing end", good.subarray(0, -12), /cut off/],
    ["missing pixels", png(grey, [[1, 2]]), /as many pixels/],
    ["pixels too many", png(grey, [...rows, [5, 6]]), /as many pixels/],
    ["a cut in the middle", good.subarray(0, 50), /cut off/],
    ["20000 × 20000 pixels", png({ ...grey, width: 20_000, height: 20_000 }, rows), /512 × 512/],
    ["no pixels", png({ ...grey, width: 0 }, rows), /512 × 512/],
    ["2³² − 1 pixels", png({ ...grey, height: 0xffffffff }, rows), /512 × 512/],
    ["a kind that there is not", png({ ...grey, colorType: 5 }, rows), /unknown kind/],
    [
      "a depth that its kind has not",
      png({ ...grey, depth: 4, colorType: 2 }, rows),
      /unknown kind/,
    ],
    ["interlacing", png({ ...grey, interlace: 1 }, rows), /interlaced/],
    ["a palette that is missing", png({ ...grey, colorType: 3 }, rows), /damaged/],
    [
      "a palette that is too short",
      png({ ...grey, colorType: 3 }, rows, { before: [chunk("PLTE", [1, 2, 3])] }),
      /damaged/,
    ],
    ["a chunk longer than the file", png(grey, rows).fill(0xff, 33, 37), /cut off/],
    ["pixels that unpack to megabytes", bomb(), /as many pixels/],
    ["being an SVG", new TextEncoder().encode(SQUARE), /begin like one/],
    ["being a GIF", new TextEncoder().encode("GIF89a".padEnd(99, "\0")), /begin like one/],
    ["being nothing but a signature", good.subarray(0, 8), /cut off/],
  ])("%s", async (_, bytes, named) => {
    const { id } = await createApp();
    const before = await contents();
    const response = await putLogo(id, new Uint8Array(bytes));
    expect(response.status).toBe(422);
    expect((await response.json<{ detail: string }>()).detail).toMatch(named);
    expect(await contents()).toEqual(before);
  });

  it("a profile that unpacks to megabytes never does", async () => {
    const { id } = await createApp();
    const profile = zlibSync(new Uint8Array(40_000_000), { level: 9 });
    const before = [chunk("iCCP", [65, 0, 0, ...profile])];
    expect((await putLogo(id, png(grey, rows, { before }))).status).toBe(200);
  });
});

it("a logo is set and removed by nobody but the operator", async () => {
  const { id, key } = await createApp();
  for (const headers of [{}, bearer(key)]) {
    for (const method of ["PUT", "DELETE"]) {
      const sent = { "content-type": "image/svg+xml", ...headers };
      expect((await call(method, `/admin/apps/${id}/logo`, { headers: sent })).status).toBe(401);
    }
  }
  expect(await everywhere.prepare("SELECT count(*) AS n FROM app_logos").first("n")).toBe(0);
});
