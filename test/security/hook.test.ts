/** A hook decides, and what it decides holds, whatever clients, hints and networks do. */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  answerLogin,
  challengeOf,
  logIn,
  PASSWORD,
  protect,
  register,
  type Protected,
} from "../account";
import { exchange } from "../compat/support";
import { everywhere } from "../databases";
import { settings } from "../links";
import {
  admin,
  codeOf,
  createApp,
  enrolled,
  problemCode,
  useKey,
  wrongCodeOf,
  type EnrolledUser,
  type TestApp,
} from "../service";
import { visitor } from "../visitor";
import { allows, denies, hooked, putHook, requires, says } from "../webhooks/hooks";
import { receive } from "../webhooks/receiver";
import { answer, callOn, challengeFor, comparable, isAccepted } from "./support";

let app: TestApp;
let user: EnrolledUser;
beforeEach(async () => {
  app = await createApp({ settings });
  user = await enrolled(app, "ada");
});

describe("a log-in", () => {
  let person: Protected;
  beforeEach(async () => {
    person = await protect(await register("grace@example.net"));
  });

  it("takes only what the hook requires, over the API and on the pages", async () => {
    await hooked({ id: "accounts" }, requires("totp"));
    const refused = await answerLogin(await challengeOf(person), person.backupCodes[0] ?? "");
    expect(await problemCode(refused)).toBe("method_not_accepted");
    const browser = visitor();
    await browser.submit({ login: person.email, password: PASSWORD }, "/account/login");
    const page = await browser.submit({ code: person.backupCodes[0] ?? "" });
    expect(page.status).toBe(422);
    expect(page.html).not.toContain("Use a backup code instead");
    const inside = await browser.submit({ code: codeOf(person.phone) });
    expect(inside.at).toBe("/account");
  });

  it.each(["en", "de", "fr", "ar", "zh"])(
    "that is denied says so on its page in %s",
    async (lang) => {
      await hooked({ id: "accounts" }, denies);
      const browser = visitor({ "accept-language": lang });
      const fields = { login: person.email, password: PASSWORD };
      const page = await browser.submit(fields, "/account/login");
      const texts = await import(`../../src/routes/pages/texts/${lang}.json`);
      expect(page.status).toBe(403);
      expect(page.html).toContain(texts.problems.hook_denied.replaceAll("'", "&#39;"));
      expect(page.html).not.toContain("on the list");
      expect([...browser.cookies.keys()]).not.toContain("stepgate-login");
    },
  );

  it("asks nobody before the password is right, and answers the same for everybody", async () => {
    const { received } = await hooked({ id: "accounts" }, denies);
    const wrong = await Promise.all(
      [person.email, "nobody@example.net"].map(async (email) =>
        comparable(await logIn({ email, password: "wrong" })),
      ),
    );
    expect(wrong[0]).toEqual(wrong[1]);
    expect(received).toEqual([]);
    expect(await problemCode(await logIn(person))).toBe("hook_denied");
    expect(received).toHaveLength(1);
  });

  describe("with password and code in one request", () => {
    const atOnce = (password: string) =>
      exchange("POST", "/token", { form: { username: person.email, password } });

    it.each([
      ["denied", denies],
      ["of which another kind of code is required", requires("backup_code")],
    ])("that is %s is refused like a wrong one, and spends no code", async (_, decides) => {
      const hook = await hooked({ id: "accounts" }, decides);
      const wrong = await comparable(await atOnce("wrong"));
      expect(hook.received).toEqual([]);
      const typed = person.password + codeOf(person.phone);
      expect(await comparable(await atOnce(typed))).toEqual(wrong);
      expect(hook.received).toHaveLength(1);
      hook.answer = requires("totp");
      expect((await atOnce(typed)).status).toBe(200);
    });

    it("is refused while the hook fails", async () => {
      await hooked({ id: "accounts" }, says({}, 500));
      expect((await atOnce(person.password + codeOf(person.phone))).status).toBe(503);
    });
  });

  it("without a second factor asks nobody, because it makes no challenge", async () => {
    const plain = await register("bob@example.com");
    const { received } = await hooked({ id: "accounts" }, denies);
    expect((await logIn(plain)).status).toBe(200);
    expect(received).toEqual([]);
  });
});

describe("nobody is asked", () => {
  it.each<[string, () => Promise<Response>, string]>([
    [
      "by a wrong key",
      () => useKey(app.id, `${app.key}x`).v1("POST", "/challenges", { body: { userId: "ada" } }),
      "unauthorized",
    ],
    [
      "about an unknown user",
      () => app.v1("POST", "/challenges", { body: { userId: "nobody" } }),
      "not_found",
    ],
    [
      "about a user who is locked",
      async () => {
        for (let times = 0; times < 5; times++) await app.verify("ada", wrongCodeOf(user.phone));
        return app.v1("POST", "/challenges", { body: { userId: "ada" } });
      },
      "locked",
    ],
    [
      "for a link that leads elsewhere",
      () => {
        const body = { userId: "ada", returnUrl: "https://evil.example/" };
        return app.v1("POST", "/challenge-links", { body });
      },
      "return_url_not_registered",
    ],
    [
      "by an address that logs in too often",
      async () => {
        await putHook("accounts");
        const person = await protect(await register("grace@example.net"));
        const limited = { ...env, ADDRESS_LIMIT: { limit: async () => ({ success: false }) } };
        const body = { email: person.email, password: PASSWORD };
        return callOn(limited, "POST", "/auth/login", { body });
      },
      "rate_limited",
    ],
  ])("%s", async (_, act, code) => {
    const { received } = await hooked(app, allows);
    expect(await problemCode(await act())).toBe(code);
    expect(received).toEqual([]);
  });
});

describe("a hook that was just set up", () => {
  it("ends the challenges that were made without asking it", async () => {
    const { token } = await challengeFor(app, "ada");
    await putHook(app.id);
    expect(await problemCode(await answer(token, codeOf(user.phone)))).toBe("invalid_challenge");
  });

  it("or changed ends them, and is left alone by a change to the same and by a new secret", async () => {
    await hooked(app, allows);
    const put = (failureMode: string) =>
      admin("PUT", `/apps/${app.id}/hook`, {
        body: { url: "https://shop.example.com/hook", failureMode },
      });
    const kept = await challengeFor(app, "ada");
    await put("closed");
    await admin("POST", `/apps/${app.id}/hook/secret`);
    expect(await isAccepted(await answer(kept.token, codeOf(user.phone)))).toBe(true);
    const ended = await challengeFor(app, "ada");
    await put("open");
    const refused = await answer(ended.token, user.backupCodes[0]);
    expect(await problemCode(refused)).toBe("invalid_challenge");
  });
});

describe("a row that was altered", () => {
  const alter = (change: string) =>
    everywhere.prepare(`UPDATE apps SET hook = ${change} WHERE id = '${app.id}'`).run();
  const ask = () => app.v1("POST", "/challenges", { body: { userId: "ada" } });

  it("makes the service call nobody inside", async () => {
    const { received } = await hooked(app, allows);
    await alter("json_set(hook, '$.url', 'http://169.254.169.254/')");
    expect(await problemCode(await ask())).toBe("hook_failed");
    expect(received).toEqual([]);
  });

  it.each([
    ["that is no JSON", "'{'"],
    ["with a secret that does not open", "json_set(hook, '$.secret', 'k.x')"],
    ["without a URL", "json_remove(hook, '$.url')"],
  ])("%s is refused, although the hook is open", async (_, change) => {
    const { received } = await hooked(app, allows, { failureMode: "open" });
    await alter(change);
    expect(await problemCode(await ask())).toBe("unreadable_data");
    expect(received).toEqual([]);
  });

  it("that has another app's secret is refused", async () => {
    const other = await createApp();
    await putHook(other.id);
    const { received } = await hooked(app, allows, { failureMode: "open" });
    await alter(`(SELECT hook FROM apps WHERE id = '${other.id}')`);
    expect(await problemCode(await ask())).toBe("unreadable_data");
    expect(received).toEqual([]);
  });
});

it("no transaction waits for the hook: the user's codes are checked meanwhile", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await putHook(app.id);
  const { received } = receive(async () => {
    await promise;
    return allows();
  });
  const waiting = app.v1("POST", "/challenges", { body: { userId: "ada" } });
  await vi.waitFor(() => expect(received).toHaveLength(1));
  expect(await isAccepted(await app.verify("ada", codeOf(user.phone)))).toBe(true);
  resolve();
  expect((await waiting).status).toBe(201);
});
