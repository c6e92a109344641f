import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../chance";
import {
  as,
  auth,
  confirmOwn,
  enrolOwn,
  expectJson,
  protect,
  register,
  tokensOf,
  type Tokens,
} from "../account";
import { codeOf, elapse, ORIGIN, problemCode } from "../service";

import { claimsOf, countGood, refresh, setAccounts, stepUp, trust } from "./account-support";
import { rows, together } from "./support";

const ada = () => register("ada@example.com");

describe("a refresh token", () => {
  it("used 20 times at once succeeds at most once, and its family is dead", async () => {
    const tokens = await tokensOf(await ada());
    const answers = await together(20, () => refresh(tokens));
    expect(countGood(answers)).toBeLessThanOrEqual(1);
    for (const response of answers.filter(({ ok }) => ok)) {
      const next = await response.json<Tokens>();
      expect(await problemCode(await refresh(next))).toBe("session_ended");
      expect(await problemCode(await as(next, "GET", "/me"))).toBe("unauthorized");
    }
    expect(await problemCode(await refresh(tokens))).toBe("session_ended");
    expect(await problemCode(await as(tokens, "GET", "/me"))).toBe("unauthorized");
  });

  it.each([1, 2, 5])(
    "that was exchanged ends its family when it comes %i exchanges late, and no other family",
    async (late) => {
      const person = await ada();
      const [first, other] = [await tokensOf(person), await tokensOf(person)];
      let newest = first;
      for (let at = 0; at < late; at++) newest = await expectJson<Tokens>(refresh(newest), 200);
      expect(await problemCode(await refresh(first))).toBe("session_ended");
      expect(await problemCode(await refresh(newest))).toBe("session_ended");
      expect(await problemCode(await as(newest, "GET", "/me"))).toBe("unauthorized");
      expect((await refresh(other)).status).toBe(200);
    },
  );

  it("that comes again is noted once in the audit trail, and no token with it", async () => {
    const tokens = await tokensOf(await ada());
    await refresh(tokens);
    for (let at = 0; at < 5; at++) await refresh(tokens);
    const events = await rows("SELECT * FROM audit_events WHERE type = 'session.reused'");
    expect(events).toHaveLength(1);
    for (const part of tokens.refreshToken.split("_").slice(2)) {
      expect(JSON.stringify(events)).not.toContain(part);
    }
  });

  it("is stored as no more than hashes", async () => {
    const tokens = await tokensOf(await ada());
    const stored = JSON.stringify(await rows("SELECT * FROM sessions"));
    for (const part of tokens.refreshToken.split("_").slice(2)) expect(stored).not.toContain(part);
  });
});

describe("what is no refresh token", () => {
  it("is refused alike, whatever it is, and ends nobody's session", async () => {
    const tokens = await tokensOf(await ada());
    const { refreshToken, accessToken } = tokens;
    const junk = [
      "junk",
      "sgr_",
      "sgr___",
      accessToken.slice(0, 256),
      refreshToken.toUpperCase(),
      `${refreshToken}a`,
      ` ${refreshToken}`,
      refreshToken.slice(4),
      refreshToken.slice(0, -1),
      refreshToken.replace("sgr_", "sgs_"),
      refreshToken.replace(/^sgr_(.*)_[^_]*$/, "sgs_$1"),
      `sgr_${"a".repeat(16)}_${"a".repeat(52)}_${"a".repeat(52)}`,
    ];
    for (const one of junk) {
      const code = await problemCode(await refresh({ refreshToken: one }));
      expect({ one, code }).toEqual({ one, code: "session_ended" });
    }
    expect((await refresh(tokens)).status).toBe(200);
  });

  it("altered in any one character of id or secret it names nothing", async () => {
    const tokens = await tokensOf(await ada());
    const { refreshToken } = tokens;
    const upTo = refreshToken.lastIndexOf("_");
    const property = fc.asyncProperty(
      fc.integer({ min: 0, max: upTo }),
      fc.constantFrom("a", "b", "7", "_", "A", "0"),
      async (at, letter) => {
        fc.pre(refreshToken[at] !== letter);
        const altered = refreshToken.slice(0, at) + letter + refreshToken.slice(at + 1);
        expect(await problemCode(await refresh({ refreshToken: altered }))).toBe("session_ended");
      },
    );
    await fc.assert(property, { numRuns: runs(40) });
    expect((await refresh(tokens)).status).toBe(200);
  });

  it("put together from the parts of two sessions it never succeeds", async () => {
    const person = await ada();
    const property = fc.asyncProperty(
      fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      async (choice) => {
        fc.pre(choice.includes(true) && choice.includes(false));
        const [one, two] = [await tokensOf(person), await tokensOf(person)];
        const parts = [one, two].map(({ refreshToken }) => refreshToken.split("_").slice(1));
        const mixed = choice.map((second, at) => parts[second ? 1 : 0]?.[at] ?? "");
        const refreshToken = ["sgr", ...mixed].join("_");
        expect(await problemCode(await refresh({ refreshToken }))).toBe("session_ended");
      },
    );
    await fc.assert(property, { numRuns: runs(12) });
  });

  it("such as a session's cookie or a trusted device, it is refused", async () => {
    const person = await ada();
    const headers = { origin: ORIGIN };
    const body = { email: person.email, password: person.password, cookie: true };
    const response = await auth("POST", "/login", { body, headers });
    const [, value = ""] = /=([^;]+);/.exec(response.headers.get("set-cookie") ?? "") ?? [];
    expect(value).toMatch(/^sgs_/);
    const secret = value.split("_")[2] ?? "";
    for (const refreshToken of [value, `${value.replace("sgs_", "sgr_")}_${secret}`]) {
      expect(await problemCode(await refresh({ refreshToken }))).toBe("session_ended");
    }
    const cookie = `__Host-stepgate=${value}`;
    expect((await auth("GET", "/me", { headers: { cookie } })).status).toBe(200);
  });
});

describe("a refresh token from before the second factor", () => {
  it("dies at confirmation, and never yields level 2", async () => {
    const tokens = await tokensOf(await ada());
    const { id, phone } = await enrolOwn(tokens);
    const confirmed = await expectJson<Tokens>(confirmOwn(tokens, id, codeOf(phone)), 200);
    expect(await problemCode(await refresh(tokens))).toBe("session_ended");
    expect((await as(confirmed, "GET", "/authenticators")).status).toBe(200);
  });

  it("used in parallel with the confirmation yields level 1 or nothing that lasts", async () => {
    const tokens = await tokensOf(await ada());
    const { id, phone } = await enrolOwn(tokens);
    const answers = await together(11, (at) =>
      at === 5 ? confirmOwn(tokens, id, codeOf(phone)) : refresh(tokens),
    );
    const refreshed = answers.filter(({ ok }, at) => ok && at !== 5);
    for (const response of refreshed) {
      const next = await response.json<Tokens>();
      expect(claimsOf(next).aal).toBe(1);
      expect((await as(next, "POST", "/backup-codes")).ok).toBe(false);
      expect(await problemCode(await refresh(next))).toBe("session_ended");
    }
  });

  it("of a trusted device's session stays at level 1, and dies at step-up", async () => {
    await setAccounts({ trustedDevices: true });
    const person = await protect(await ada());
    const { deviceToken } = await trust(person);
    const spared = await tokensOf(person, { deviceToken });
    const next = await expectJson<Tokens>(refresh(spared), 200);
    expect(claimsOf(next).aal).toBe(1);
    expect(await problemCode(await as(next, "POST", "/backup-codes"))).toBe(
      "second_factor_required",
    );
    const risen = await expectJson<Tokens>(stepUp(next, { code: codeOf(person.phone) }), 200);
    expect(claimsOf(risen).aal).toBe(2);
    expect(await problemCode(await refresh(next))).toBe("session_ended");
    expect((await as(risen, "GET", "/authenticators")).status).toBe(200);
  });

  it("of the session dies at a step-up with the password too, and so it does at level 2", async () => {
    const person = await ada();
    const first = await tokensOf(person);
    const second = await expectJson<Tokens>(stepUp(first, { password: person.password }), 200);
    expect(await problemCode(await refresh(first))).toBe("session_ended");
    const { tokens, phone } = await protect(person, second);
    const third = await expectJson<Tokens>(stepUp(tokens, { code: codeOf(phone) }), 200);
    elapse(1);
    expect(await problemCode(await refresh(tokens))).toBe("session_ended");
    expect((await refresh(third)).status).toBe(200);
  });
});
