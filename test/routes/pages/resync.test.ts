import { describe, expect, it } from "vitest";
import de from "../../../src/routes/pages/texts/de.json";
import en from "../../../src/routes/pages/texts/en.json";
import zh from "../../../src/routes/pages/texts/zh.json";
import { protect, register } from "../../account";
import { codeOf, elapse } from "../../service";
import { faultsIn, onlyAt } from "../../form-faults";
import { textOf, visitor } from "../../visitor";
import { isLoggedIn, loggedIn } from "../../security/together-support";
import { words } from "../../words";

const STEPS_BEHIND = -8;

describe("the page for a device whose clock is off", () => {
  it("is led to from where its code fails, and after two codes in a row the next one passes", async () => {
    const person = await protect(await register("ada@example.com"));
    const browser = await loggedIn(person);
    elapse(301);
    const prove = await browser.submit(
      { code: codeOf(person.phone, STEPS_BEHIND) },
      "/account/prove",
    );
    expect(prove.status).toBe(422);
    expect(prove.html).toContain('href="/account/resync"');
    await browser.get("/account/resync");
    const done = await browser.submit({
      code: codeOf(person.phone, STEPS_BEHIND),
      nextCode: codeOf(person.phone, STEPS_BEHIND + 1),
    });
    expect(done.at).toBe("/account?done=resynchronised");
    expect(textOf(done.html)).toContain(words.account.done.resynchronised);
    elapse(30);
    const next = codeOf(person.phone, STEPS_BEHIND + 1);
    expect((await browser.submit({ code: next }, "/account/prove")).at).toBe("/account");
    elapse(30);
    const again = visitor();
    await again.submit({ login: person.email, password: person.password }, "/account/login");
    await again.submit({ code: codeOf(person.phone, STEPS_BEHIND + 1) }, "/account/code");
    expect(isLoggedIn(again)).toBe(true);
  });

  it.each(Object.entries({ en, de, zh }))(
    "says in %s that two codes are not in a row",
    async (language, { problems }) => {
      const person = await protect(await register("ada@example.com"));
      const browser = await loggedIn(person);
      await browser.get(`/account/resync?lang=${language}`);
      const fields = { code: codeOf(person.phone, -5), nextCode: codeOf(person.phone, -3) };
      const { status, html } = await browser.submit(fields);
      expect(status).toBe(422);
      expect(await faultsIn(html)).toEqual(onlyAt("code", problems.invalid_code));
    },
  );

  it("needs a session, and proves nothing in it", async () => {
    expect((await visitor().get("/account/resync")).at).toContain("/account/login");
    const person = await protect(await register("ada@example.com"));
    const browser = await loggedIn(person);
    elapse(301);
    await browser.submit(
      { code: codeOf(person.phone, -1), nextCode: codeOf(person.phone) },
      "/account/resync",
    );
    expect((await browser.get("/account/new-authenticator")).at).toContain("/account/prove");
  });
});
