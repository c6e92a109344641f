import { decode } from "fast-png";
import * as fc from "fast-check";
import { URI } from "otpauth";
import { expect, it } from "vitest";
import { decodeSecret, encodeSecret, provisioningUri } from "../../src/crypto/provisioning-uri";
import { drawQrCode } from "../../src/crypto/qr-code";

const SHA1 = { algorithm: "SHA1", digits: 6, period: 30 } as const;

it("writes URIs that a strict parser reads back to the same secret and label", () => {
  const text = (maxLength: number) =>
    fc
      .string({ unit: "grapheme", minLength: 1, maxLength })
      .filter((drawn) => !drawn.includes(":"));
  const secret = fc
    .uint8Array({ minLength: 16, maxLength: 64 })
    .map((bytes) => new Uint8Array(bytes));
  fc.assert(
    fc.property(secret, text(20), text(40), (bytes, issuer, accountName) => {
      const uri = provisioningUri(bytes, { issuer, accountName }, SHA1);
      const read = URI.parse(uri);
      expect(read.secret.bytes).toEqual(bytes);
      expect([read.issuer, read.label]).toEqual([issuer, accountName]);
      // RFC 3986 §2.1 encoding: `+` would be read as a plus by strict apps.
      expect(uri).not.toMatch(/[+\s]/);
    }),
  );
});

it.each([
  ["lower case", "jbswy3dpehpk3pxp"],
  ["groups", "JBSW Y3DP-EHPK 3PXP"],
  ["padding", "JBSWY3DPEHPK3PXP===="],
])("reads a secret with %s", (_, text) => {
  expect(decodeSecret(text)).toEqual(decodeSecret("JBSWY3DPEHPK3PXP"));
});

it.each(["", "JBSWY3DP1", "JBSWÝ3DP", "====", "0189"])("takes %j for no secret", (text) => {
  expect(decodeSecret(text)).toBeNull();
});

it("shows a secret in the Base32 that it reads", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 128 }), (bytes) => {
      expect(decodeSecret(encodeSecret(new Uint8Array(bytes)))).toEqual(bytes);
    }),
  );
});

it("draws the same modules as PNG and as SVG, with a quiet zone of four", () => {
  const { svg, png } = drawQrCode("otpauth://totp/Example:ada?secret=JBSWY3DPEHPK3PXP");
  const image = decode(Uint8Array.fromBase64(png.replace("data:image/png;base64,", "")));
  const [, side] = /viewBox="0 0 (\d+) \1"/.exec(svg) ?? [];
  const pixels = image.width / Number(side);
  const isDark = (x: number, y: number) => {
    const at = y * pixels * Math.ceil(image.width / 8) * 8 + x * pixels;
    return (((image.data[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) === 0;
  };
  const inPng: string[] = [];
  for (let x = 0; x < Number(side); x++) {
    for (let y = 0; y < Number(side); y++) if (isDark(x, y)) inPng.push(`${x},${y}`);
  }
  const inSvg = [...svg.matchAll(/M(\d+),(\d+)/g)].map(([, x, y]) => `${x},${y}`);
  expect(inSvg.toSorted()).toEqual(inPng.toSorted());
  // ISO/IEC 18004 §7.9: one module is always dark; in a mirrored drawing it is elsewhere.
  expect(inSvg).toContain(`12,${Number(side) - 12}`);
  const coordinates = inSvg.flatMap((place) => place.split(",").map(Number));
  expect([Math.min(...coordinates), Math.max(...coordinates)]).toEqual([4, Number(side) - 5]);
});

it("draws the longest label that the API accepts", () => {
  const uri = provisioningUri(
    new Uint8Array(128),
    { issuer: "漢".repeat(64), accountName: "漢".repeat(128) },
    SHA1,
  );
  expect(drawQrCode(uri).svg).toContain("<path");
});
