import { describe, expect, it } from "vitest";
import { digest, digests, open, parseKeyring, seal } from "../../src/crypto/keyring";

const old = `2026-01:${"A".repeat(43)}`;
const rotated = `2026-07:${"B".repeat(42)}A,${old}`;
const secret = new TextEncoder().encode("secret");

describe("sealing", () => {
  it("opens what it sealed, also after rotation", async () => {
    const sealed = await seal(await parseKeyring(old), secret, "row-1");
    expect(await open(await parseKeyring(rotated), sealed, "row-1")).toEqual(secret);
  });

  it("seals under the newest key", async () => {
    expect(await seal(await parseKeyring(rotated), secret, "row-1")).toMatch(/^2026-07\./);
  });

  it("never seals to the same text twice", async () => {
    const ring = await parseKeyring(old);
    expect(await seal(ring, secret, "row-1")).not.toBe(await seal(ring, secret, "row-1"));
  });

  it("does not open in another row", async () => {
    const ring = await parseKeyring(old);
    const sealed = await seal(ring, secret, "row-1");
    await expect(open(ring, sealed, "row-2")).rejects.toThrow("Decryption failed");
  });

  it("does not open when a single character was altered", async () => {
    const ring = await parseKeyring(old);
    const sealed = await seal(ring, secret, "row-1");
    for (let at = sealed.indexOf(".") + 1; at < sealed.length - 1; at++) {
      const other = sealed[at] === "A" ? "B" : "A";
      const altered = sealed.slice(0, at) + other + sealed.slice(at + 1);
      await expect(open(ring, altered, "row-1")).rejects.toThrow("Decryption failed");
    }
  });

  it("does not open without its key", async () => {
    const sealed = await seal(await parseKeyring(rotated), secret, "row-1");
    await expect(open(await parseKeyring(old), sealed, "row-1")).rejects.toThrow("no key 2026-07");
  });
});

describe("digests", () => {
  it("are looked for under every key, newest first", async () => {
    const before = await digest(await parseKeyring(old), "backup-code", "x");
    const after = await digests(await parseKeyring(rotated), "backup-code", "x");
    expect(after).toHaveLength(2);
    expect(after[1]).toBe(before);
  });

  it("mean nothing for another purpose", async () => {
    const ring = await parseKeyring(old);
    const purposes = ["backup-code", "secret", "used-code", "request", "rebinding"] as const;
    const all = await Promise.all(purposes.map((purpose) => digest(ring, purpose, "x")));
    expect(new Set(all).size).toBe(purposes.length);
  });
});

it.each([
  ["nothing", undefined, "missing"],
  ["an empty one", "", "missing"],
  ["one without a key", "k1", "expected id:key"],
  ["one with an empty key", "k1:", "expected id:key"],
  ["a short key", "k1:AAAA", "not 256 bits"],
  ["a long key", `k1:${"A".repeat(86)}`, "not 256 bits"],
  ["what is not base64url", `k1:${"+".repeat(43)}`, "expected id:key"],
  ["base64url that does not decode", `k1:${"A".repeat(41)}`, "not 256 bits"],
  ["one id twice", `k1:${"A".repeat(43)},k1:${"B".repeat(42)}A`, "same id"],
  ["a trailing comma", `k1:${"A".repeat(43)},`, "expected id:key"],
])("refuses %s as a ring", async (_, text, message) => {
  await expect(parseKeyring(text)).rejects.toThrow(message);
});
