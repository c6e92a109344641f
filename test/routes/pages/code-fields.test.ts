import { describe, expect, it } from "vitest";
import { register } from "../../account";
import { codeOf, createApp, elapse, enrolled, type TestApp } from "../../service";
import { challengeLink, enrolmentLink, pathOf, settings } from "../../links";
import { accountsApp } from "../../security/account-support";
import { faultsIn, onlyAt } from "../../form-faults";
import { textOf, visitor, type View } from "../../visitor";
import { words } from "../../words";

/** Of the field for a code: its attributes, and the words above it. */
function fieldOf({ html }: View) {
  const [input = ""] = /<input id="code"[^>]*>/.exec(html) ?? [];
  const [, digits] = /data-digits="(\d+)"/.exec(input) ?? [];
  const [, hint] = /id="code-hint">([^<]*)</.exec(html) ?? [];
  return { digits, hint, input };
}

async function enrolAll(app: TestApp, userId: string, lengths: number[]) {
  const users = [];
  for (const digits of lengths) {
    users.push(await enrolled(app, userId, { digits, name: `${digits} ${users.length}` }));
  }
  return users;
}

/** The authenticators' digits, those at which the page sends by itself, and what it says. */
const CASES: [number[], string | undefined, string][] = [
  [[6], "6", "6"],
  [[8], "8", "8"],
  [[7, 7], "7", "7"],
  [[6, 8], undefined, "6–8"],
  [[8, 7, 6], undefined, "6–8"],
];

describe.each(CASES)("a user with authenticators of %j digits", (lengths, digits, number) => {
  const expected = { digits, hint: words.code.hint({ digits: number }) };

  it(`is asked for ${number} digits by the pages of links`, async () => {
    const app = await createApp({ settings });
    await enrolAll(app, "ada", lengths);
    const browser = visitor();
    const asked = await browser.get(pathOf(await challengeLink(app, "ada")));
    expect(fieldOf(asked)).toMatchObject(expected);
    const again = await browser.submit({ code: "1" });
    expect(again.status).toBe(422);
    expect(fieldOf(again)).toMatchObject(expected);
    await browser.get(pathOf(await enrolmentLink(app, "ada")));
    expect(fieldOf(await browser.submit({}))).toMatchObject(expected);
  });

  it(`is asked for ${number} digits at log-in, and when proving it later`, async () => {
    const person = await register("ada@example.com");
    const [user] = await enrolAll(await accountsApp(), person.id, lengths);
    const browser = visitor();
    await browser.get("/account/login");
    const asked = await browser.submit({ login: person.email, password: person.password });
    expect(fieldOf(asked)).toMatchObject(expected);
    elapse(120);
    await browser.submit({ code: user ? codeOf(user.phone) : "" });
    elapse(301);
    expect(fieldOf(await browser.get("/account/prove"))).toMatchObject(expected);
  });
});

describe("the field for a code", () => {
  it("counts the digits of the authenticator that is set up, whatever else is active", async () => {
    const app = await createApp({ settings });
    const [user] = await enrolAll(app, "ada", [8]);
    const browser = visitor();
    await browser.get(pathOf(await enrolmentLink(app, "ada")));
    await browser.submit({});
    const setUp = await browser.submit({ code: user ? codeOf(user.phone) : "" });
    expect(fieldOf(setUp)).toMatchObject({
      digits: "6",
      hint: words.code.hint({ digits: 6 }),
    });
    expect(textOf(setUp.html)).toContain(words.setUp.timeBased({ digits: 6, seconds: 30 }));
    const short = await browser.submit({ code: "12345" });
    expect(await faultsIn(short.html)).toEqual(onlyAt("code", words.fields.code));
  });

  it.each(["en", "de", "zh"])("says how many digits in %s", async (language) => {
    const app = await createApp({ settings });
    await enrolAll(app, "ada", [6, 8]);
    const path = pathOf(await challengeLink(app, "ada"));
    const { hint } = fieldOf(await visitor().get(`${path}?lang=${language}`));
    expect(hint).toContain("6–8 ");
  });

  it("takes whatever is pasted: it restricts nothing but its length, and a backup code is not sent unasked", async () => {
    const app = await createApp({ settings });
    await enrolAll(app, "ada", [6]);
    const path = pathOf(await challengeLink(app, "ada"));
    const { input } = fieldOf(await visitor().get(path));
    expect(input).toContain('type="text"');
    expect(input).toContain('inputmode="numeric"');
    expect(input).toContain('autocomplete="one-time-code"');
    expect(input).toContain('maxlength="256"');
    expect(input).not.toMatch(/pattern=|minlength=/);
    const backup = fieldOf(await visitor().get(`${path}?with=backup_code`));
    expect(backup.digits).toBeUndefined();
    expect(backup.input).not.toContain("numeric");
  });
});
