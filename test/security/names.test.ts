import { describe, expect, it } from "vitest";
import { as, auth, PASSWORD, register, tokensOf, type Tokens } from "../account";
import { exchange } from "../compat/support";
import { admin, createApp, type TestApp } from "../service";
import { askForLink, settings } from "../links";
import { contents } from "./support";

/** Whatever names something, with this in front of a good name. */
type Name = (before: string, app: TestApp, tokens: Tokens) => Promise<Response>;
const NAMES: [string, Name][] = [
  ["an app", (before) => admin("POST", "/apps", { body: { name: `${before}Shop` } })],
  ["an issuer", (before) => admin("POST", "/apps", { body: { name: "a", issuer: `${before}b` } })],
  ["a key", (b, { id }) => admin("POST", `/apps/${id}/keys`, { body: { name: `${b}a` } })],
  [
    "an authenticator",
    (b, app) => app.v1("POST", "/users/ada/authenticators", { body: { name: `${b}a` } }),
  ],
  ["the account of a link", (b, app) => askForLink(app, "ada", { accountName: `${b}a` })],
  ["one's own authenticator", (b, _, tokens) => enrolNamed(tokens, `${b}a`)],
  ["a person", (b, _, tokens) => as(tokens, "PATCH", "/me", { body: { name: `${b}a` } })],
  ["a user name", (b, _, tokens) => as(tokens, "PATCH", "/me", { body: { username: `${b}a` } })],
  [
    "a person over django-react",
    (before) =>
      exchange("POST", "/api/auth/register", {
        body: {
          email: `b${before.charCodeAt(0)}@example.com`,
          password: PASSWORD,
          name: `${before}a`,
        },
      }),
  ],
  ["a person at registration", (before) => registerNamed({ name: `${before}a` })],
  ["a user name at registration", (before) => registerNamed({ username: `${before}a` })],
];

function enrolNamed(tokens: Tokens, name: string): Promise<Response> {
  return as(tokens, "POST", "/authenticators", { body: { name } });
}

function registerNamed(named: object): Promise<Response> {
  return auth("POST", "/register", {
    body: { email: "new@example.com", password: PASSWORD, ...named },
  });
}

describe.each(NAMES)("the name of %s", (_name, give) => {
  it("has no control character, at its ends neither, and blanks there are taken off", async () => {
    const app = await createApp({ settings });
    const tokens = await tokensOf(await register("ada@example.com"));
    const before = await contents();
    for (const control of ["\t", "\n", "\r", "\v", "\f", " \t ", "\u0085", "\0"]) {
      const { status } = await give(control, app, tokens);
      expect({ control, status }).toEqual({ control, status: status === 400 ? 400 : 422 });
    }
    expect(await contents()).toEqual(before);
    expect((await give(" ", app, tokens)).ok).toBe(true);
    expect(JSON.stringify(await contents())).not.toMatch(/": ?" /);
  });
});
