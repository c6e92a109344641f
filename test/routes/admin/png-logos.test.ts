import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { chunk, png, putLogo, stored } from "../../logos";
import { createApp } from "../../service";

const RED = [255, 0, 0];
const OTHER = [0, 128, 255];
const rgb = { width: 2, height: 1, depth: 8, colorType: 2 };

/** The pixels of a PNG that was stored, each with four samples. */
async function pixelsOf(bytes: Uint8Array<ArrayBuffer>): Promise<number[][]> {
  const { id } = await createApp();
  const response = await stored(id, bytes);
  expect(response.headers.get("content-type")).toBe("image/png");
  const { data, channels, width, height, depth } = decode(await response.arrayBuffer());
  expect(depth).toBe(8);
  return Array.from({ length: width * height }, (_, at) => {
    const [first = 0, second = 255, third, alpha = 255] = data.subarray(
      at * channels,
      (at + 1) * channels,
    );
    if (channels < 3) return [first, first, first, second];
    return [first, second, third ?? 0, alpha];
  });
}

const opaque = (color: number[]) => [...color, 255];

describe("a PNG keeps its pixels", () => {
  it.each([
    ["true colour", png(rgb, [[...RED, ...OTHER]]), [opaque(RED), opaque(OTHER)]],
    [
      "true colour with alpha",
      png({ ...rgb, colorType: 6 }, [[...RED, 9, ...OTHER, 0]]),
      [
        [...RED, 9],
        [...OTHER, 0],
      ],
    ],
    [
      "16 bits a sample",
      png({ ...rgb, depth: 16 }, [[...RED, ...OTHER].flatMap((value) => [value, 7])]),
      [opaque(RED), opaque(OTHER)],
    ],
    [
      "a palette of one bit",
      png({ ...rgb, depth: 1, colorType: 3 }, [[0b01000000]], {
        before: [chunk("PLTE", [...RED, ...OTHER])],
      }),
      [opaque(RED), opaque(OTHER)],
    ],
    [
      "a palette with alpha",
      png({ ...rgb, colorType: 3 }, [[1, 0]], {
        before: [chunk("PLTE", [...RED, ...OTHER]), chunk("tRNS", [77])],
      }),
      [opaque(OTHER), [...RED, 77]],
    ],
    [
      "grey of two bits",
      png({ ...rgb, depth: 2, colorType: 0 }, [[0b00110000]]),
      [opaque([0, 0, 0]), opaque([255, 255, 255])],
    ],
    [
      "grey with a transparent one",
      png({ ...rgb, colorType: 0 }, [[10, 20]], { before: [chunk("tRNS", [0, 20])] }),
      [opaque([10, 10, 10]), [20, 20, 20, 0]],
    ],
    [
      "grey with alpha",
      png({ ...rgb, colorType: 4 }, [[10, 1, 20, 2]]),
      [
        [10, 10, 10, 1],
        [20, 20, 20, 2],
      ],
    ],
    [
      "true colour with a transparent one",
      png({ ...rgb, width: 3 }, [[...RED, ...OTHER, ...RED]], {
        before: [chunk("tRNS", [0, 255, 0, 0, 0, 0])],
      }),
      [[...RED, 0], opaque(OTHER), [...RED, 0]],
    ],
    [
      "true colour with a suggested palette",
      png(rgb, [[...RED, ...OTHER]], { before: [chunk("PLTE", OTHER)] }),
      [opaque(RED), opaque(OTHER)],
    ],
  ])("of the kind: %s", async (_, bytes, expected) => {
    expect(await pixelsOf(bytes)).toEqual(expected);
  });

  it("and nothing else", async () => {
    const { id } = await createApp();
    const secret = new TextEncoder().encode("Comment\0made by Ada at home");
    const bytes = png(rgb, [[...RED, ...OTHER]], {
      before: [
        chunk("tEXt", secret),
        chunk("zTXt", secret),
        chunk("iCCP", secret),
        chunk("eXIf", secret),
        chunk("acTL", [0, 0, 0, 2, 0, 0, 0, 0]),
      ],
      after: [chunk("fdAT", [0, 0, 0, 1, 9]), chunk("tIME", [7, 0, 1, 1, 1, 1, 1])],
    });
    const kept = new Uint8Array(await (await stored(id, bytes)).arrayBuffer());
    const text = new TextDecoder("latin1").decode(kept);
    expect(text).not.toMatch(/Ada|tEXt|zTXt|iCCP|eXIf|acTL|fdAT|tIME/);
  });

  it("up to 512 pixels a side", async () => {
    const { id } = await createApp();
    const row = Array.from({ length: 512 }, () => 255);
    const rows = Array.from({ length: 512 }, () => row);
    const large = { width: 512, height: 512, depth: 8, colorType: 0 };
    expect((await stored(id, png(large, rows))).status).toBe(200);
    expect((await putLogo(id, png({ ...large, width: 513 }, rows))).status).toBe(422);
  });
});
