import { describe, expect, it } from "vitest";
import { register } from "../../account";
import { newApp, signedIn, type Fields } from "../../console";
import { visitor, type View } from "../../visitor";

describe("the language of a page", () => {
  const langOf = ({ html }: View) => /<html lang="(\w+)" dir="\w+">/.exec(html)?.[1];

  it.each([
    ["de-AT,de;q=0.9,en;q=0.8", "de"],
    ["tlh, zh-Hans-CN;q=0.7, en;q=0.2", "zh"],
    ["fr-CA", "fr"],
    ["tlh", "en"],
    ["en;q=0.1, de;q=0", "en"],
    ["", "en"],
  ])("is for `Accept-Language: %s` %s", async (accepted, expected) => {
    const page = await visitor().get("/account/login", { "accept-language": accepted });
    expect(langOf(page)).toBe(expected);
  });

  it.each([
    ["ar", "rtl"],
    ["fr", "ltr"],
  ])("says which way it runs: %s %s", async (language, direction) => {
    const { html } = await visitor().get(`/account/login?lang=${language}`);
    expect(html).toContain(`<html lang="${language}" dir="${direction}">`);
  });

  it("turns no address around that stands among words from right to left", async () => {
    const { email, password } = await register("address@example.com");
    const headers = { "accept-language": "ar", "cf-connecting-ip": "2001:db8::7" };
    const browser = visitor(headers);
    await browser.submit({ login: email, password }, "/account/login");
    expect((await browser.get("/account")).html).toContain("<bdi>2001:db8::7</bdi>");
  });

  it("is the one that was chosen, from then on", async () => {
    const browser = visitor({ "accept-language": "en" });
    expect(langOf(await browser.get("/account/login?next=%2Faccount&lang=de"))).toBe("de");
    expect(langOf(await browser.get("/account/login"))).toBe("de");
    expect(langOf(await browser.get("/account/login?lang=xx"))).toBe("de");
    expect((await browser.get("/account/login?next=%2Faccount")).html).toContain(
      'href="?next=%2Faccount&amp;lang=zh"',
    );
  });

  it("can be changed on a form that is shown again, and on nothing that is shown once", async () => {
    const refused = await visitor().submit({ login: "ada", password: "x" }, "/account/login?next=");
    expect(refused.html).toContain('href="?next=&amp;lang=de"');
    const operator = await signedIn();
    const app = await newApp(operator);
    const ask = async (fields: Fields) =>
      (await operator.post(`/console/apps/${app}/new-key`, fields)).text();
    expect(await ask({})).toContain('href="?lang=de"');
    expect(await ask({ scopes: "verify" })).toMatch(/^(?!.*lang=de).*id="secret"/s);
  });

  it("breaks long words at a syllable, but not in the name of the page", async () => {
    const { email, password } = await register("compound@example.com");
    const browser = visitor({ "accept-language": "de" });
    await browser.submit({ login: email, password }, "/account/login");
    const { html, title } = await browser.get("/account/new-authenticator");
    expect(html).toContain("<h1>Authen\u00ADtifi\u00ADzierungs-App einrichten</h1>");
    expect(title).toContain("Authentifizierungs-App einrichten");
  });
});
