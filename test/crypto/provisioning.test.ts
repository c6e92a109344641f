import { decode } from "fast-png";
import * as fc from "fast-check";
import { URI } from "otpauth";
import { expect, it } from "vitest";
import { provisioningUri } from "../../src/crypto/provisioning-uri";
import { decodeSecret, encodeBase32 } from "../../src/crypto/shared-secret";
import { drawQrCode, drawQrPng } from "../../src/crypto/qr-code";

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
  expect(decodeSecret(text, "base32")).toEqual(decodeSecret("JBSWY3DPEHPK3PXP", "base32"));
});

it.each(["", "JBSWY3DP1", "JBSWÝ3DP", "====", "0189"])("takes %j for no secret", (text) => {
  expect(decodeSecret(text, "base32")).toBeNull();
});

it("shows a secret in the Base32 that it reads", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 128 }), (bytes) => {
      expect(decodeSecret(encodeBase32(new Uint8Array(bytes)), "base32")).toEqual(bytes);
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

it.each([
  ["of 33 symbols, which is no whole number of bytes", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQA"],
  ["of 1, 3 or 6 symbols in the last group", "JBSWY3DPEHPK3PXPABC"],
  ["whose last symbol has bits that are not zero", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJRAB"],
])("takes a secret %s for one that was cut off", (_, text) => {
  expect(decodeSecret(text, "base32")).toBeNull();
});

/** "12345678901234567890", the secret of RFC 6238's appendix B. */
const KNOWN = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

it.each([
  ["base32", "gezd gnbv-gy3t\u2013qojq gezd\u200bgnbv gy3t qojq"],
  ["hex", "31323334 35363738-39303132 33343536 37383930"],
  ["hex", "3132333435363738393031323334353637383930".toUpperCase()],
  ["base64", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="],
  ["base64", " MTIzNDU2Nzg5MDEyMzQ1Njc4OTA"],
  ["text", "12345678901234567890"],
] as const)("reads the same secret in %s: %s", (encoding, text) => {
  expect(decodeSecret(text, encoding)).toEqual(decodeSecret(KNOWN, "base32"));
});

it.each([
  ["hex", "313"],
  ["hex", "31 3g"],
  ["base64", "MTIzN"],
  ["base64", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTB="],
  ["base64", "M*IzNDU2"],
  ["text", "half \ud83d"],
] as const)("takes for no secret in %s: %j", (encoding, text) => {
  expect(decodeSecret(text, encoding)).toBeNull();
});

it("reads any secret back from Base64, of either alphabet", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 128 }), (bytes) => {
      for (const alphabet of ["base64", "base64url"] as const) {
        const text = new Uint8Array(bytes).toBase64({ alphabet });
        expect(decodeSecret(text, "base64")).toEqual(bytes);
      }
    }),
  );
});

/** The most that the API lets a URI hold. */
const LONGEST = provisioningUri(
  new Uint8Array(128),
  { issuer: "%".repeat(64), accountName: "x".repeat(336) },
  { algorithm: "SHA512", digits: 8, period: 120 },
);

it("keeps the longest URI within what a phone reads: 125 modules, with error correction M", () => {
  expect(LONGEST).toHaveLength(994);
  const { svg, modules } = drawQrCode(LONGEST);
  expect(modules).toBe(125);
  expect(svg).toContain(`viewBox="0 0 125 125"`);
  // One character more, and it is a version wider: so it is M that just fits (ISO/IEC 18004, table 7).
  expect(drawQrCode(`${LONGEST}x`).modules).toBe(129);
});

it("draws a PNG of the size it is asked for, or with three pixels a module if that is more", () => {
  const sizeOf = (text: string, size: number) => decode(drawQrPng(text, size)).width;
  expect(sizeOf("otpauth://totp/a:b?secret=JBSWY3DPEHPK3PXP", 300)).toBe(300);
  expect(sizeOf(LONGEST, 300)).toBe(375);
});
