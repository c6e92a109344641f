import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { runs } from "../chance";
import { argon2id } from "../../src/crypto/argon2id";
import {
  DUMMY_HASH,
  hashPassword,
  isHashable,
  needsRehash,
  verifyPassword,
} from "../../src/crypto/password-hash";

const PHRASE = "correct horse battery staple";
const TODAY = "$argon2id$v=19$m=19456,t=2,p=1$";

// Made with `argon2Sync` of node:crypto, Node 24.21.0, which is OpenSSL's own implementation and
// gives the tag of RFC 9106 §5.3 for its input; that one has a secret and associated data. Debian's
// `argon2 -id -e` gives the same strings, but for the empty and the longest password, which it refuses.
const MADE_ELSEWHERE = [
  [PHRASE, `${TODAY}c2FsdHNhbHRzYWx0c2FsdA$QKHrg5tayLGcN+Y0HVPNaBqykOVLUxlMkZycXE1uWRM`],
  ["", `${TODAY}MDEyMzQ1Njc4OWFiY2RlZg$p9c4ucO/R2KPDN+PkWHKJ8BFh72sWSAvoB5iH9pNqCY`],
  [
    "Grüße, 日本語, 🔑",
    `${TODAY}MDEyMzQ1Njc4OWFiY2RlZg$HdwG++Yy/M11/pwroIaPhY6QS+/mPRepWO37LOupoKE`,
  ],
  ["🔑".repeat(128), `${TODAY}MDEyMzQ1Njc4OWFiY2RlZg$mlFeaTEfjXMI97mLh3ZeMUlh6sQPZCa1FnPtSExz13A`],
] as const;

const OF_OTHER_PARAMETERS = [
  "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$opK/12lewr2z5YpUKucJCUXASikIGYN+qjR3vL2e8go",
  "$argon2id$v=19$m=47104,t=1,p=1$c2FsdCBvZiAyNCBieXRlcywgbG9uZ2Vy$IIoT0QcwOp6ezlQUWlzdlvwNFKqgF45VE1ukCJxQYGU7AolYZ1BWmOiLOd69rsQRAt7Xped113TIJkNEOpy5Rg",
  "$argon2id$v=19$m=12289,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$SuRV6U5joxOg9F4eJePskQqiVDaClXKT",
  "$argon2id$v=19$m=32,t=3,p=4$c2FsdHNhbHQ$K2b0rBb63NWT/1dENTgNlg",
];

describe("a hash that another implementation made", () => {
  it.each(MADE_ELSEWHERE)("verifies the password %j, and none that is longer", async (...row) => {
    const [password, hash] = row;
    expect(await verifyPassword(hash, password)).toBe(true);
    expect(await verifyPassword(hash, `${password}x`)).toBe(false);
    expect(needsRehash(hash)).toBe(false);
  });

  it.each(OF_OTHER_PARAMETERS)(
    "verifies at its own parameters, and is to be made anew: %s",
    async (hash) => {
      expect(await verifyPassword(hash, PHRASE)).toBe(true);
      expect(await verifyPassword(hash, PHRASE.toUpperCase())).toBe(false);
      expect(needsRehash(hash)).toBe(true);
    },
  );
});

describe("a new hash", () => {
  it("is a PHC string with today's parameters and a salt of its own", async () => {
    const hashes = [await hashPassword(PHRASE), await hashPassword(PHRASE)];
    const [first, second] = hashes.map((hash) => hash.split("$")[4]);
    expect(first).not.toBe(second);
    for (const hash of hashes) {
      expect(hash.startsWith(TODAY)).toBe(true);
      expect(hash).toMatch(/\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
      expect(needsRehash(hash)).toBe(false);
    }
  });

  it("verifies its password and no other", async () => {
    const text = fc.string({ unit: "binary", maxLength: 128 });
    await fc.assert(
      fc.asyncProperty(text.filter(isHashable), text, async (password, other) => {
        const hash = await hashPassword(password);
        expect(await verifyPassword(hash, password)).toBe(true);
        expect(await verifyPassword(hash, other)).toBe(
          password.normalize("NFC") === other.normalize("NFC"),
        );
      }),
      { numRuns: runs(12) },
    );
  });

  it("tells passwords apart that differ at the end only, also beyond ASCII", async () => {
    const stem = "é".repeat(100);
    const hash = await hashPassword(`${stem}1234`);
    expect(await verifyPassword(hash, `${stem}1235`)).toBe(false);
    expect(await verifyPassword(hash, stem)).toBe(false);
  });

  it("takes the composed and the decomposed form for the same password", async () => {
    const composed = "Ünïcödé \u1e69 Ångström".normalize("NFC");
    const decomposed = composed.normalize("NFD");
    expect(decomposed).not.toBe(composed);
    expect(await verifyPassword(await hashPassword(composed), decomposed)).toBe(true);
    expect(await verifyPassword(await hashPassword(decomposed), composed)).toBe(true);
  });

  it("takes 128 code points of four bytes", async () => {
    const password = "🔑".repeat(127);
    const hash = await hashPassword(`${password}🔑`);
    expect(await verifyPassword(hash, `${password}🔑`)).toBe(true);
    expect(await verifyPassword(hash, `${password}🔒`)).toBe(false);
  });

  it.each(["\ud800", "\udfff", "\ufffd", "\0"])(
    "is refused for what is no text, and no such password matches: with %j",
    async (character) => {
      await expect(hashPassword(PHRASE + character)).rejects.toThrow(RangeError);
      // As a hash of the replacement character, which UTF-8 makes of half of a pair.
      const message = new TextEncoder().encode(PHRASE + character);
      const salt = new TextEncoder().encode("saltsaltsaltsalt");
      const costs = { memoryKib: 19_456, passes: 2, lanes: 1 };
      const tag = argon2id({ message, salt, costs, tagBytes: 32 });
      const base64 = (bytes: Uint8Array) => bytes.toBase64({ omitPadding: true });
      const hash = `${TODAY}${base64(salt)}$${base64(tag)}`;
      expect(await verifyPassword(hash, PHRASE + character)).toBe(false);
    },
  );

  it("is refused for more than the policy ever lets through, which matches nothing either", async () => {
    await expect(hashPassword("x".repeat(2049))).rejects.toThrow("too long");
    const longest = await hashPassword("x".repeat(2048));
    expect(await verifyPassword(longest, "x".repeat(2048))).toBe(true);
    expect(await verifyPassword(longest, "x".repeat(2049))).toBe(false);
    expect(await verifyPassword(await hashPassword(PHRASE), "x".repeat(1_000_000))).toBe(false);
  });
});

const SALT = "c2FsdHNhbHRzYWx0c2FsdA";
const TAG = "QKHrg5tayLGcN+Y0HVPNaBqykOVLUxlMkZycXE1uWRM";
const NO_HASHES = [
  "",
  PHRASE,
  `${TODAY}${SALT}`,
  `${TODAY}${SALT}$`,
  `${TODAY}${SALT}$${TAG}$`,
  `${TODAY}${SALT}$${TAG}\n`,
  ` ${TODAY}${SALT}$${TAG}`,
  `${TODAY}${SALT}==$${TAG}=`,
  `${TODAY}${SALT}$${TAG.slice(0, -2)}`,
  // The same bytes, written otherwise: the last symbol has bits that mean nothing.
  `${TODAY}${SALT}$${TAG.slice(0, -1)}N`,
  `${TODAY}${SALT}$${TAG.replace("+", "-")}`,
  `${TODAY}c2FsdA$${TAG}`,
  `${TODAY}${SALT}$QKHrg5tayLE`,
  `$argon2i$v=19$m=19456,t=2,p=1$${SALT}$${TAG}`,
  `$argon2d$v=19$m=19456,t=2,p=1$${SALT}$${TAG}`,
  `$argon2id$v=16$m=19456,t=2,p=1$${SALT}$${TAG}`,
  `$argon2id$m=19456,t=2,p=1$${SALT}$${TAG}`,
  `$argon2id$v=19$m=019456,t=2,p=1$${SALT}$${TAG}`,
  `$argon2id$v=19$t=2,m=19456,p=1$${SALT}$${TAG}`,
  `$argon2id$v=19$m=19456,t=2,p=1,data=AA$${SALT}$${TAG}`,
  "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
];
const TOO_DEAR_OR_TOO_CHEAP = [
  "m=65537,t=1,p=1",
  "m=4294967295,t=1,p=1",
  "m=99999999999999999999999,t=1,p=1",
  "m=19456,t=11,p=1",
  "m=19456,t=0,p=1",
  "m=19456,t=2,p=5",
  "m=19456,t=2,p=0",
  "m=31,t=2,p=4",
  "m=0,t=2,p=1",
].map((costs) => `$argon2id$v=19$${costs}$${SALT}$${TAG}`);

describe("a corrupt hash", () => {
  it.each([...NO_HASHES, ...TOO_DEAR_OR_TOO_CHEAP])(
    "is an error and no mismatch: %j",
    async (hash) => {
      await expect(verifyPassword(hash, PHRASE)).rejects.toThrow(Error);
      expect(() => needsRehash(hash)).toThrow(Error);
    },
  );

  it("never verifies, whichever character was altered", async () => {
    const hash = "$argon2id$v=19$m=32,t=3,p=4$c2FsdHNhbHQ$K2b0rBb63NWT/1dENTgNlg";
    const at = fc.integer({ min: 0, max: hash.length - 1 });
    const symbol = fc.constantFrom("$", ",", "=", "0", "9", "A", "z", "+", "/", " ", "\n");
    await fc.assert(
      fc.asyncProperty(at, symbol, async (position, other) => {
        fc.pre(hash[position] !== other);
        const altered = hash.slice(0, position) + other + hash.slice(position + 1);
        const answer = await verifyPassword(altered, PHRASE).catch(() => "error");
        expect(answer).not.toBe(true);
      }),
      { numRuns: runs(300) },
    );
  });
});

describe("the hash for unknown users", () => {
  it("costs what a hash of today costs", async () => {
    expect(needsRehash(DUMMY_HASH)).toBe(false);
    const parameters = (hash: string) => hash.split("$").slice(0, 4);
    expect(parameters(DUMMY_HASH)).toEqual(parameters(await hashPassword(PHRASE)));
  });

  it.each(["", PHRASE, "password", DUMMY_HASH])("does not match %j", async (password) => {
    expect(await verifyPassword(DUMMY_HASH, password)).toBe(false);
  });
});

it("keeps hashes apart that are made at the same time, of all sizes of memory", async () => {
  const smaller = "$argon2id$v=19$m=32,t=3,p=4$c2FsdHNhbHQ$K2b0rBb63NWT/1dENTgNlg";
  const [larger = ""] = OF_OTHER_PARAMETERS;
  const mine = await hashPassword("mine");
  const asked = [smaller, larger, mine, larger, smaller, mine].map((hash) =>
    verifyPassword(hash, hash === mine ? "mine" : PHRASE),
  );
  expect(await Promise.all(asked)).toEqual(asked.map(() => true));
});

describe("argon2id", () => {
  const job = {
    message: new TextEncoder().encode(PHRASE),
    salt: new Uint8Array(16),
    costs: { memoryKib: 32, passes: 1, lanes: 1 },
    tagBytes: 32,
  };

  it.each([
    ["no pass", { ...job, costs: { ...job.costs, passes: 0 } }, Error],
    ["no lane", { ...job, costs: { ...job.costs, lanes: 0 } }, Error],
    ["more memory than there is", { ...job, costs: { ...job.costs, memoryKib: 2 ** 22 } }, Error],
    ["a salt below 8 bytes", { ...job, salt: new Uint8Array(7) }, Error],
    ["more than its place holds", { ...job, message: new Uint8Array(4049) }, RangeError],
  ])("refuses %s, and is right the next time", (_what, bad, kind) => {
    const tag = argon2id(job);
    expect(() => argon2id(bad)).toThrow(kind);
    expect(argon2id(job)).toEqual(tag);
  });

  describe("leaves the memory where it was", () => {
    /** A module without an instance yet, and the sizes of the instances that it makes. */
    async function load() {
      const instances = vi.spyOn(WebAssembly, "Instance");
      vi.resetModules();
      const { hashPassword: hash, verifyPassword: verify } =
        await import("../../src/crypto/password-hash");
      const sizes = () =>
        instances.mock.results.map(({ value }) => value.exports.memory.buffer.byteLength / 2 ** 20);
      return { hash, verify, sizes };
    }

    it("however many hashes are made, of passwords of any length", async () => {
      const { hash, sizes } = await load();
      await hash("");
      const [size] = sizes();
      expect(size).toBeLessThan(20);
      for (let length = 1; length < 40; length++) await hash("x".repeat(length * 50));
      expect(sizes()).toEqual([size]);
    });

    it("also where some need more memory, by one larger instance", async () => {
      const { hash, verify, sizes } = await load();
      const [larger = ""] = OF_OTHER_PARAMETERS;
      await hash(PHRASE);
      for (let turn = 0; turn < 3; turn++) {
        expect(await verify(larger, PHRASE)).toBe(true);
        await hash(PHRASE);
      }
      expect(sizes().length).toBe(2);
      expect(Math.max(...sizes())).toBeLessThan(66);
    });
  });
});
