/** The holes of the published APIs, each closed here without a change to their clients. */

import { beforeEach, describe, expect, it } from "vitest";
import {
  as,
  challengeOf,
  enrolOwn,
  expectJson,
  protect,
  register,
  tokensOf,
  type Protected,
} from "../account";
import { basic, exchange, seen } from "../compat/support";
import { admin, bearer, codeOf, elapse, wrongCodeOf } from "../service";
import { PAGE, SURFACES } from "./code-surfaces";
import { rows } from "./support";

const names = Object.keys(SURFACES);
const pairs = names.flatMap((first) => names.map((second) => ({ first, second })));

let person: Protected;

beforeEach(async () => {
  person = await protect(await register("ann@example.com", { username: "ann" }));
});

describe("one code, two surfaces", () => {
  it.each(pairs)("accepted by $first, refused by $second", async ({ first, second }) => {
    const code = codeOf(person.phone);
    expect(await SURFACES[first]?.(person, code)).toBe(true);
    expect(await SURFACES[second]?.(person, code)).toBe(false);
  });

  it("is accepted by one of all that get it at the same time", async () => {
    const code = codeOf(person.phone);
    const answers = await Promise.all(Object.values(SURFACES).map((ask) => ask(person, code)));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });
});

describe("one budget for all surfaces", () => {
  it.each(names)("five wrong codes elsewhere lock %s, for a right one too", async (name) => {
    for (let count = 0; count < 5; count++) {
      await SURFACES[names[count % names.length] ?? ""]?.(person, wrongCodeOf(person.phone));
    }
    const [user] = await rows<{ failures: number }>(
      "SELECT failures FROM users WHERE id = ?",
      person.id,
    );
    expect(user?.failures).toBe(5);
    expect(await SURFACES[name]?.(person, codeOf(person.phone))).toBe(false);
    elapse(31);
    expect(await SURFACES[name]?.(person, codeOf(person.phone))).toBe(true);
  });
});

describe("django-react", () => {
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    exchange("POST", `/api/auth${path}`, { body, headers: { ...PAGE, ...headers } });

  it("switches nothing off for somebody who only knows the id", async () => {
    for (const path of ["disable", "generate", "verify", "validate"]) {
      const body = { user_id: person.id, email: person.email, token: codeOf(person.phone) };
      expect((await post(`/otp/${path}`, body)).status).toBe(404);
    }
    expect(await expectJson(as(person.tokens, "GET", "/me"), 200)).toMatchObject({
      twoFactor: true,
    });
  });

  it("shows no secret in the answer to a password", async () => {
    const { email, password } = person;
    const text = await (await post("/login", { email, password })).text();
    expect(text).not.toMatch(/otpauth|[A-Z2-7]{32}/);
    expect(JSON.parse(text)).toMatchObject({ user: { otp_base32: null, otp_auth_url: null } });
  });

  it("takes a pending log-in for no session, and no session for a pending log-in", async () => {
    const { email, password, id } = person;
    const login = await post("/login", { email, password });
    const pending = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const renamed = pending.replace("-pending=", "=");
    for (const cookie of [pending, renamed]) {
      expect((await post("/otp/disable", { user_id: id }, { cookie })).status).toBe(404);
      expect((await exchange("GET", "/auth/me", { headers: { cookie } })).status).toBe(401);
    }
  });
});

describe("basic-with-otp", () => {
  it("neither shows an active secret nor replaces it", async () => {
    const headers = basic(person.email, person.password);
    const path = `/auth/credentials?otp=${codeOf(person.phone)}`;
    const [, { token }] = await seen<{ token: string }>(exchange("POST", path, { headers }));
    const before = await rows("SELECT * FROM authenticators");
    expect((await exchange("GET", "/auth/otp/generate", { headers: bearer(token) })).status).toBe(
      403,
    );
    expect(await rows("SELECT * FROM authenticators")).toEqual(before);
  });

  it("does not charge a stranger's guesses at the password to the second factor", async () => {
    for (let count = 0; count < 8; count++) {
      const headers = basic(person.email, "wrong");
      await exchange("POST", "/auth/credentials?otp=000000", { headers });
    }
    const [user] = await rows<{ failures: number }>(
      "SELECT failures FROM users WHERE id = ?",
      person.id,
    );
    expect(user?.failures).toBe(0);
  });
});

describe("django-totp", () => {
  it("takes a challenge once, also from many at the same time with two right codes", async () => {
    const challenge = await challengeOf(person);
    const verify = (code: string) => {
      const body = { totp_challenge_token: challenge, otp_code: code };
      return exchange("POST", "/api/jwt/totp/verify/", { body });
    };
    const codes = [codeOf(person.phone), codeOf(person.phone, 1)];
    const answers = await Promise.all([...codes, ...codes, ...codes].map(verify));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it("switches nothing on by rotating backup codes before a code was proven", async () => {
    const fresh = await tokensOf(await register("new@example.com"));
    await enrolOwn(fresh);
    const headers = bearer(fresh.accessToken);
    const answer = exchange("POST", "/api/totp/rotate_backup_codes/", { headers });
    expect((await answer).status).toBe(400);
    expect(await rows("SELECT * FROM backup_codes WHERE user_id <> ?", person.id)).toEqual([]);
  });

  it.each(["ünïcödé-cöde", "😀😀😀😀", "٣٤٥٦٧٨", "\u0000"])(
    "answers the backup code %o with a 400",
    async (code) => {
      const body = { totp_challenge_token: await challengeOf(person), backup_code: code };
      const [status, answer] = await seen(exchange("POST", "/api/jwt/totp/verify/", { body }));
      expect([status, answer]).toEqual([400, { detail: "Invalid 2FA code." }]);
    },
  );

  it("counts by account and not by what a client says of its address", async () => {
    for (let count = 0; count < 5; count++) {
      const body = {
        totp_challenge_token: await challengeOf(person),
        otp_code: wrongCodeOf(person.phone),
      };
      const headers = {
        "x-forwarded-for": `203.0.113.${count}`,
        forwarded: `for=192.0.2.${count}`,
      };
      await exchange("POST", "/api/jwt/totp/verify/", { body, headers });
    }
    expect(await SURFACES["django-totp jwt/totp/verify"]?.(person, codeOf(person.phone))).toBe(
      false,
    );
  });
});

describe("what is not in COMPAT", () => {
  it.each([
    ["POST", "/token"],
    ["GET", "/users/me/"],
    ["POST", "/api/auth/login"],
    ["POST", "/auth/credentials"],
    ["GET", "/whoami"],
    ["GET", "/static/index.html"],
    ["POST", "/api/jwt/create/"],
    ["GET", "/compat/appended-otp.json"],
    ["GET", "/swagger.json"],
  ])("%s %s is not there", async (method, path) => {
    const { env } = await import("cloudflare:workers");
    const response = await exchange(method, path, {}, { ...env, COMPAT: "" });
    expect(response.status).toBe(404);
  });
});

describe("an operator's reset", () => {
  it("ends what the published APIs hold too", async () => {
    const headers = basic(person.email, person.password);
    const path = `/auth/credentials?otp=${codeOf(person.phone)}`;
    const [, { token }] = await seen<{ token: string }>(exchange("POST", path, { headers }));
    await admin("POST", `/users/${person.id}/reset`, { body: { reason: "lost phone" } });
    expect((await exchange("GET", "/whoami", { headers: bearer(token) })).status).toBe(401);
    expect((await seen(exchange("POST", path, { headers })))[1]).toEqual({
      token: null,
      status: 3,
    });
    const form = { username: person.email, password: person.password };
    expect((await exchange("POST", "/token", { form })).status).toBe(401);
  });
});
