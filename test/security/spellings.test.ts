/** One token, one spelling: text that says the same in other letters is refused. */

import { beforeEach, describe, expect, it } from "vitest";
import { as, auth, challengeOf, protect, register, tokensOf, type Protected } from "../account";
import { codeOf, createApp, enrolled, problemCode } from "../service";
import { answer, challengeFor } from "./support";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The same bytes with other bits behind the last one, if Base64 has room for any there. */
function respelled(text: string): string[] {
  const unused = [0, 0, 4, 2][text.length % 4] ?? 0;
  const last = ALPHABET.indexOf(text.at(-1) ?? "");
  return Array.from({ length: 2 ** unused - 1 }, (_, at) => {
    return text.slice(0, -1) + ALPHABET[last ^ (at + 1)];
  });
}

/** Other spellings of the part of a token that stands behind so many dots. */
function spellings(token: string, part: number): string[] {
  const parts = token.split(".");
  const text = parts[part] ?? "";
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  const others = [
    ...respelled(text),
    `${text}=`,
    `${text}==`,
    `${text}%3D`,
    ` ${text}`,
    `${text}\n`,
    `${text.slice(0, 4)} ${text.slice(4)}`,
    ...(standard === text ? [] : [standard]),
  ];
  return [
    ...others.map((other) => parts.with(part, other).join(".")),
    `${token}.`,
    `${token}.${text}`,
  ];
}

let person: Protected;
beforeEach(async () => {
  person = await protect(await register("ada@example.com"));
});

describe("an access token in another spelling", () => {
  it.each([
    ["head", 0],
    ["claims", 1],
    ["signature", 2],
  ])("of its %s is refused", async (_name, part) => {
    const { accessToken } = person.tokens;
    // A header holds no others.
    const others = spellings(accessToken, part).filter((other) => /^\S+$/.test(other));
    for (const other of others) {
      const response = await as({ accessToken: other }, "GET", "/me");
      expect({ other, status: response.status }).toEqual({ other, status: 401 });
    }
    expect((await as({ accessToken }, "GET", "/me")).status).toBe(200);
  });

  it("has unused bits to be respelled with", () => {
    const parts = person.tokens.accessToken.split(".");
    expect(parts.flatMap((part) => respelled(part)).length).toBeGreaterThan(0);
  });
});

it("refuses a challenge token in another spelling, and charges nothing for it", async () => {
  const app = await createApp();
  const { phone } = await enrolled(app, "ada");
  const { token } = await challengeFor(app, "ada");
  for (const other of spellings(token, 1)) {
    const code = await problemCode(await answer(other, codeOf(phone)));
    expect({ other, code }).toEqual({ other, code: "invalid_challenge" });
  }
  expect((await answer(token, codeOf(phone))).status).toBe(200);
});

it("refuses the challenge token of a log-in in another spelling", async () => {
  const challengeToken = await challengeOf(person);
  const code = codeOf(person.phone);
  for (const other of spellings(challengeToken, 1)) {
    const body = { challengeToken: other, code };
    expect(await problemCode(await auth("POST", "/challenge", { body }))).toBe("invalid_challenge");
  }
});

it("refuses a refresh token in another spelling, and the right one stays good", async () => {
  const { email, password } = await register("bob@example.com");
  const { refreshToken } = await tokensOf({ id: "", email, password });
  for (const other of [refreshToken.toUpperCase(), `${refreshToken}=`, ` ${refreshToken}`]) {
    const response = await auth("POST", "/refresh", { body: { refreshToken: other } });
    expect(await problemCode(response)).toBe("session_ended");
  }
  expect((await auth("POST", "/refresh", { body: { refreshToken } })).status).toBe(200);
});
