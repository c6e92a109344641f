import * as fc from "fast-check";
import { TOTP, URI } from "otpauth";
import { describe, expect, it } from "vitest";
import { runs } from "../chance";
import { costInUri } from "../../src/crypto/provisioning-uri";
import {
  admin,
  createApp,
  createKey,
  enrol,
  enrolled,
  problemCode,
  useKey,
  type PendingAuthenticator,
  type TestApp,
} from "../service";

/** The URI as a strict reader sees it: the URL standard and nothing lenient (Key Uri Format). */
function read(uri: string) {
  // No "+" for a blank, nothing unencoded: RFC 3986.
  expect(uri).toMatch(/^otpauth:\/\/totp\/[\w.~%:@!$'()*-]+\?[\w.~%=&!'()*-]+$/);
  const { protocol, host, pathname, search, hash } = new URL(uri);
  const parameters = search
    .slice(1)
    .split("&")
    .map((pair) => pair.split("="));
  const names = parameters.map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
  const values = Object.fromEntries(
    parameters.map(([name = "", value = ""]) => [name, decodeURIComponent(value)]),
  );
  const label = pathname.slice(1).split(":").map(decodeURIComponent);
  expect(label).toHaveLength(2);
  return { protocol, host, hash, issuer: label[0], accountName: label[1], values, names };
}

const PARAMETERS = new Set(["algorithm", "digits", "issuer", "period", "secret"]);

/** Labels that try to be more than a label. */
const LABELS = [
  "ada@example.com",
  "&secret=AAAAAAAAAAAAAAAA",
  "?secret=AAAAAAAAAAAAAAAA&x=",
  "#secret=AAAA",
  "100%",
  "%3Aada",
  "%00%0a",
  "a/b/../c",
  "a+b c",
  "\u{1f511} key",
  "\u674e\u96f7\uff1a\u5bc6\u94a5",
  "\u202eevil",
  `"><script>alert(1)</script>`,
  "';alert(1)//",
  "]]><svg onload=alert(1)>",
  "&lt;&#x3a;&amp;",
  "a\u0301\u00e9\u00df",
  "=",
  "//evil.test@",
];

async function enrolWith(userId: string, body: object) {
  const app = await createApp();
  const path = `/users/${encodeURIComponent(userId)}/authenticators`;
  return app.v1("POST", path, { body });
}

function expectClean(enrolment: PendingAuthenticator, issuer: string, accountName: string) {
  const { values, names, ...uri } = read(enrolment.uri);
  // Some apps insist.
  expect(names[0]).toBe("secret");
  expect(uri).toEqual({ protocol: "otpauth:", host: "totp", hash: "", issuer, accountName });
  expect(values).toMatchObject({ secret: enrolment.secret, issuer });
  expect(new Set(names)).toEqual(PARAMETERS);
  const parsed = URI.parse(enrolment.uri);
  if (!(parsed instanceof TOTP)) throw new Error("not TOTP");
  expect(parsed.secret.base32).toBe(enrolment.secret);
  expect([parsed.issuer, parsed.label]).toEqual([issuer, accountName]);
  expectInert(enrolment.qr);
}

/** Only shapes: nothing that runs, loads or holds text. */
function expectInert({ svg, png }: PendingAuthenticator["qr"]) {
  expect(svg).toMatch(/^\s*<svg[\s>]/);
  const elements = [...svg.matchAll(/<\/?([^\s/>]+)/g)].map(([, name]) => name);
  expect(new Set([...elements, "svg", "rect", "path"]).size).toBe(3);
  expect(svg).not.toMatch(/script|foreignObject|\son\w+\s*=|href|javascript:|<!|&#|url\(|data:/i);
  expect(png).toMatch(/^data:image\/png;base64,[\w+/]+=*$/);
}

describe("a label is read back as it was given", () => {
  it.each(LABELS)("as issuer and account name: %j", async (text) => {
    const response = await enrolWith("ada", { issuer: text, accountName: text });
    expect(response.status).toBe(201);
    expectClean(await response.json<PendingAuthenticator>(), text, text);
  });

  it.each(LABELS)(
    "as the user's name, which is the account name if there is none: %j",
    async (userId) => {
      const response = await enrolWith(userId, { issuer: "Shop" });
      expect(response.status).toBe(201);
      expectClean(await response.json<PendingAuthenticator>(), "Shop", userId.normalize("NFC"));
    },
  );

  it("whatever characters it is made of, or is refused", async () => {
    const app = await createApp();
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(text, text, async (issuer, accountName) => {
      const response = await app.v1("POST", "/users/ada/authenticators", {
        body: { issuer, accountName },
      });
      const isOdd = [issuer, accountName].some(
        (label) => /[:\p{Cc}\p{Cs}]/u.test(label) || label.trim() === "",
      );
      const isDear = costInUri(issuer.trim()) > 192 || costInUri(accountName.trim()) > 288;
      const isRefused = isOdd || isDear;
      expect(response.status).toBe(isRefused ? 422 : 201);
      if (isRefused) return;
      const enrolment = await response.json<PendingAuthenticator>();
      expectClean(enrolment, issuer.trim(), accountName.trim());
    });
    await fc.assert(property, { numRuns: runs(40), examples: [["Shop", "\t\u00a1"]] });
  });

  it.each([
    ["a colon", "Shop:ada"],
    ["a line break", "Shop\nada"],
    ["a NUL", "Shop\0"],
    ["a tab before it", "\tShop"],
    ["a line break behind it", "Shop\r\n"],
    ["a tab alone", "\t"],
    ["blanks alone", " \u00a0"],
    ["300 characters", "x".repeat(300)],
    ["nothing", ""],
    ["half a surrogate pair", "\ud83d"],
  ])("or refused: %s", async (_name, text) => {
    for (const body of [{ issuer: text }, { accountName: text }]) {
      expect(await problemCode(await enrolWith("ada", body))).toBe("invalid_request");
    }
  });
});

/** So placed that a cut by UTF-16 code units goes through the middle of one. */
const ODD_EMOJI = `x${"\u{1f511}".repeat(100)}`;
/** One character to who sees it: a family of four, and a letter with a hundred accents. */
const FAMILY = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}";
const ZALGO = `e${"\u0301".repeat(100)}`;

const segments = (text: string) =>
  Array.from(new Intl.Segmenter("en").segment(text), ({ segment }) => segment);

/** What a page shows: three pixels a module fit its column. */
const WIDEST = 375;

describe("the longest labels", () => {
  /** Characters that take the most room in a URI, and one that takes two places. */
  it.each(["x", "\u674e", "\u{1f511}", "%"])("of %s fit the QR code", async (character) => {
    const fill = (most: number, cost: number) => {
      const units = Math.min(most / character.length, cost / costInUri(character));
      return character.repeat(Math.floor(units));
    };
    const body = { issuer: fill(64, 192), accountName: fill(128, 288), secret: "A".repeat(204) };
    const response = await enrolWith("ada", body);
    expect(response.status).toBe(201);
    const enrolment = await response.json<PendingAuthenticator>();
    expectClean(enrolment, body.issuer, body.accountName);
    expect(enrolment.qr.modules * 3).toBeLessThanOrEqual(WIDEST);
  });

  it.each([
    ["issuer", "\u{1f511}".repeat(17)],
    ["accountName", "\u{1f511}".repeat(25)],
    ["issuer", "%".repeat(65)],
    ["accountName", "\u674e".repeat(33)],
  ])("that a phone could not read any more are refused, by name: %s", async (field, text) => {
    const response = await enrolWith("ada", { [field]: text });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: "invalid_request",
      detail: expect.stringMatching(new RegExp(`^${field}: `)),
    });
  });

  it.each(["x", ":", "\u674e", "\u{1f511}", ODD_EMOJI, FAMILY, ZALGO])(
    "made of a long user name of %.4s leave a label that can be read",
    async (part) => {
      const userId = part.repeat(Math.floor(255 / part.length));
      const response = await enrolWith(userId, { issuer: "Shop" });
      expect(response.status).toBe(201);
      const { accountName = "" } = read((await response.json<PendingAuthenticator>()).uri);
      expect(accountName.isWellFormed()).toBe(true);
      expect(accountName).not.toBe("");
      const plain = userId.normalize("NFC").replaceAll(":", "-");
      expect(plain.startsWith(accountName)).toBe(true);
      // No character is left half, but for one that is too long by itself.
      const whole = part === ZALGO ? Array.from : segments;
      expect(whole(plain).slice(0, whole(accountName).length).join("")).toBe(accountName);
    },
  );

  it("made of the name of an app that has no other issuer leave one that can be read", async () => {
    const created = await admin("POST", "/apps", { body: { name: "\u674e".repeat(64) } });
    const { id, issuer } = await created.json<{ id: string; issuer: string }>();
    const { v1 } = useKey(id, await createKey(id, {}));
    const response = await v1("POST", "/users/ada/authenticators", { body: {} });
    const { uri } = await response.json<PendingAuthenticator>();
    expect([read(uri).issuer, issuer]).toEqual(["\u674e".repeat(21), "\u674e".repeat(21)]);
    const explicit = await admin("PATCH", `/apps/${id}`, { body: { issuer: "\u674e".repeat(22) } });
    expect(await explicit.json()).toMatchObject({ detail: expect.stringMatching(/^issuer: /) });
  });
});

describe("a second authenticator of one user", () => {
  const labelOf = async (app: TestApp, body: object = {}) =>
    read((await enrol(app, "ada", body)).uri).accountName;

  it("goes by its own name beside that of the account, the first one does not", async () => {
    const app = await createApp();
    expect(await labelOf(app, { name: "old phone" })).toBe("ada");
    await enrolled(app, "ada", { name: "old phone" });
    const accountName = "ada@example.com";
    expect(await labelOf(app, { accountName, name: "work phone" })).toBe(
      "ada@example.com (work phone)",
    );
    expect(await labelOf(app, { name: "work: phone" })).toBe("ada (work- phone)");
  });

  it("goes by its number if it has no name", async () => {
    const app = await createApp();
    await enrolled(app, "ada");
    expect(await labelOf(app)).toBe("ada (2)");
    await enrolled(app, "ada");
    expect(await labelOf(app)).toBe("ada (3)");
  });

  it("is shown again by the same name", async () => {
    const app = await createApp();
    await enrolled(app, "ada");
    const again = async () => {
      const headers = { "idempotency-key": "once" };
      const options = { body: { name: "tablet" }, headers };
      const response = await app.v1("POST", "/users/ada/authenticators", options);
      return (await response.json<PendingAuthenticator>()).uri;
    };
    const first = await again();
    expect(read(first).accountName).toBe("ada (tablet)");
    expect(await again()).toBe(first);
  });

  it("has as much of its name as the QR code can carry, whatever the two are made of", async () => {
    const app = await createApp();
    await enrolled(app, "ada");
    const character = fc.constantFrom("x", "%", "\u674e", "\u{1f511}", FAMILY);
    const text = fc.array(character, { minLength: 1, maxLength: 40 }).map((all) => all.join(""));
    const allowed = text.filter((one) => costInUri(one) <= 288 && one.length <= 128);
    const names = text.filter((one) => Array.from(one).length <= 64);
    const property = fc.asyncProperty(allowed, names, async (accountName, name) => {
      const { uri, secret, qr } = await enrol(app, "ada", { accountName, name });
      const { values, accountName: label = "" } = read(uri);
      expect(values).toMatchObject({ secret });
      const shown = label.slice(accountName.length + 2, -1);
      expect(label).toBe(`${accountName} (${shown})`);
      expect(name.startsWith(shown)).toBe(true);
      expect(costInUri(label)).toBeLessThanOrEqual(336);
      expect(qr.modules * 3).toBeLessThanOrEqual(WIDEST);
      const isCut = shown !== name;
      expect(costInUri(label) > 336 - costInUri(FAMILY) || !isCut).toBe(true);
    });
    await fc.assert(property, { numRuns: 30 });
  });
});
