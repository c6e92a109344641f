/**
 * Anybody can make up secrets (authenticator-api), at any rate: what that may cost, what is kept of them, and
 * what is said about them.
 */

import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { everywhere } from "../databases";
import {
  exchange,
  fail,
  FORM,
  KEY,
  phoneOf,
  PIN,
  SECRET,
  storedSecrets,
  validate,
  WRONG,
} from "../compat/authenticator";
import { codeOf, createApp, elapse, enrolled, problemCode } from "../service";
import { contents, d1Whose, isAccepted, kvThat, rows } from "./support";

const PHONE = phoneOf(SECRET);
const NEW_ROWS_A_MINUTE = 1000;

describe("made-up secrets", () => {
  it("have no row before their third failure or their first right code", async () => {
    await fail(2);
    expect(await storedSecrets()).toEqual([]);
    await fail(1);
    expect(await storedSecrets()).toMatchObject([{ failures: 3, last_step: -1 }]);
    await validate(codeOf(phoneOf("other")), "other");
    expect(await storedSecrets()).toHaveLength(2);
  });

  it("with wrong codes fill a fixed number of shared counts", async () => {
    for (let at = 0; at < 300; at++) await fail(1, `made up ${at}`);
    const counts = await rows<{ key: string; count: number }>("SELECT * FROM bare_secret_counts");
    for (const { key, count } of counts) {
      expect(key).toMatch(/^failures:[\w-]{2}$/);
      expect(count).toBeLessThanOrEqual(3);
    }
    expect(await storedSecrets()).toEqual([]);
  });

  it("never lower the count that they share: a collision only makes the row sooner", async () => {
    await fail(1);
    await everywhere.exec("UPDATE bare_secret_counts SET count = 3");
    await fail(1);
    expect(await storedSecrets()).toMatchObject([{ failures: 3 }]);
  });

  const reached = (until: number, count = NEW_ROWS_A_MINUTE) =>
    everywhere
      .prepare("INSERT OR REPLACE INTO bare_secret_counts VALUES ('new', ?, ?)")
      .bind(count, until)
      .run();

  it("get the last new row of a minute once, of 20 that ask for it together", async () => {
    await reached(Date.now() + 60_000, NEW_ROWS_A_MINUTE - 1);
    const secrets = Array.from({ length: 20 }, (_, at) => `new ${at}`);
    const answers = await Promise.all(
      secrets.map((secret) => validate(codeOf(phoneOf(secret)), secret)),
    );
    expect(answers.filter((answer) => answer === "True")).toHaveLength(1);
    expect(await storedSecrets()).toHaveLength(1);
  });

  it("beyond the cap of new rows are refused, right or wrong, and write nothing", async () => {
    const known = codeOf(phoneOf("known"), -1);
    expect(await validate(known, "known")).toBe("True");
    await reached(Date.now() + 60_000);
    const newer = codeOf(phoneOf("newer"));
    expect(await validate(newer, "newer")).toBe("False");
    const before = await contents();
    expect(await validate(newer, "newer")).toBe("False");
    await Promise.all(Array.from({ length: 20 }, () => validate(PIN)));
    expect(await contents()).toEqual(before);
    expect(await storedSecrets()).toHaveLength(1);
  });

  it("beyond the cap cost nobody else anything, and only for the minute", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    await validate(codeOf(phoneOf("known"), -1), "known");
    await reached(Date.now() + 60_000);
    expect(await isAccepted(await app.verify("ada", codeOf(phone)))).toBe(true);
    expect(await validate(codeOf(phoneOf("known")), "known")).toBe("True");
    expect(await validate(codeOf(PHONE))).toBe("False");
    elapse(60);
    expect(await validate(codeOf(PHONE))).toBe("True");
    expect(await rows("SELECT count FROM bare_secret_counts WHERE key = 'new'")).toEqual([
      { count: 1 },
    ]);
  });

  it("beyond the cap are guessed no faster", async () => {
    await fail(2);
    await reached(Date.now() + 60_000);
    await fail(20);
    elapse(60);
    await fail(3);
    expect(await validate(codeOf(PHONE))).toBe("False");
  });
});

describe("what D1 keeps of a bare secret", () => {
  it("is neither the secret nor a hash that anybody without KEYRING can make", async () => {
    await validate(PIN);
    const stored = JSON.stringify(await contents());
    const bytes = new TextEncoder().encode(SECRET);
    const block = new Uint8Array(64);
    block.set(bytes);
    for (const form of [SECRET, KEY, bytes.toHex(), bytes.toBase64()])
      expect(stored).not.toContain(form);
    for (const message of [bytes, block]) {
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", message));
      expect(stored).not.toContain(hash.toHex());
      expect(stored).not.toContain(hash.toBase64({ alphabet: "base64url", omitPadding: true }));
    }
    expect(await rows("SELECT * FROM audit_events")).toEqual([]);
  });

  it("ends a day after its last use", async () => {
    await validate(PIN);
    expect(await storedSecrets()).toMatchObject([{ expires_at: Date.now() + 86_400_000 }]);
  });

  it("is found under an older key of the ring", async () => {
    const older = `newest:${"B".repeat(42)}A,${env.KEYRING}`;
    expect(await validate(PIN)).toBe("True");
    expect(await validate(PIN, SECRET, { ...env, KEYRING: older })).toBe("False");
    elapse(30);
    expect(await validate(codeOf(PHONE), SECRET, { ...env, KEYRING: older })).toBe("True");
    expect(await storedSecrets()).toHaveLength(1);
  });
});

const down = () => Promise.reject(new Error("D1_ERROR: Network connection lost."));

describe("a bare secret without its database or KV", () => {
  it.each([
    ["is down", { get: down, put: down }],
    ["never answers", { get: () => new Promise(() => {}) }],
    ["answers with garbage", { get: async () => "garbage" }],
  ])("needs no KV: one that %s changes nothing", async (_name, behaviour) => {
    const bindings = kvThat(behaviour);
    const answers = [PIN, PIN, WRONG].map((pin) => validate(pin, SECRET, bindings));
    expect((await Promise.all(answers)).toSorted()).toEqual(["False", "False", "True"]);
  });

  it("accepts nothing when D1 is down: 503, and the code is still good", async () => {
    await validate("000000", "warm");
    for (const page of ["/Validate.aspx", "/API.asmx/ValidatePin"]) {
      const request = `GET ${page}?Pin=${PIN}&SecretCode=${SECRET}`;
      const response = await exchange(request, { bindings: d1Whose(down) });
      expect(response.status).toBe(503);
      expect(await response.clone().text()).not.toMatch(/true/i);
      expect(await problemCode(response)).toBe("unavailable");
    }
    expect(await validate(PIN)).toBe("True");
  });

  it("does not accept twice what was committed unheard", async () => {
    const unheard = d1Whose(async (commit) => {
      await commit();
      return down();
    });
    expect(await validate(PIN, SECRET, unheard)).not.toContain("True");
    expect(await validate(PIN)).toBe("False");
  });
});

describe("the log", () => {
  it("never holds the secret, the pin, or a parameter", async () => {
    const lines: string[] = [];
    for (const method of ["log", "info", "warn", "error", "debug"] as const) {
      vi.spyOn(console, method).mockImplementation((...line: unknown[]) =>
        lines.push(line.join(" ")),
      );
    }
    const secret = "s3cr3t-In-The-Url";
    const phone = phoneOf(secret);
    const pin = codeOf(phone);
    const query = `Pin=${pin}&SecretCode=${secret}&AppName=Qwertz&AppInfo=Asdfgh`;
    const paths = [
      "/pair.aspx",
      "/VALIDATE.aspx",
      "/qr.aspx",
      "/API.asmx/Pair",
      "/API.asmx/ValidatePin",
      "/Validate.aspx/x",
    ];
    const answers = [];
    for (const path of paths) {
      answers.push(await exchange(`GET ${path}?${query}&data=${secret}`));
      answers.push(await exchange(`POST ${path}`, { headers: FORM, body: query }));
      answers.push(await exchange(`GET ${path}?${query}`, { bindings: d1Whose(down) }));
      answers.push(await exchange(`GET ${path}?${query}`, { bindings: { ...env, COMPAT: "" } }));
      answers.push(await exchange(`PUT ${path}?${query}`));
    }
    const problems = answers.filter(({ headers }) =>
      headers.get("content-type")?.includes("problem"),
    );
    const texts = await Promise.all(problems.map((problem) => problem.text()));
    expect(lines.length).toBeGreaterThanOrEqual(answers.length);
    const said = [...lines, ...texts].join("\n");
    for (const form of [secret, phone.secret.base32, pin, "Qwertz", "Asdfgh", "SecretCode="]) {
      expect(said).not.toContain(form);
    }
  });
});
