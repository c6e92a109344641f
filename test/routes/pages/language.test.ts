import { describe, expect, it } from "vitest";
import { visitor, type View } from "../../visitor";

describe("the language of a page", () => {
  const langOf = ({ html }: View) => /<html lang="(\w+)">/.exec(html)?.[1];

  it.each([
    ["de-AT,de;q=0.9,en;q=0.8", "de"],
    ["fr, zh-Hans-CN;q=0.7, en;q=0.2", "zh"],
    ["fr", "en"],
    ["en;q=0.1, de;q=0", "en"],
    ["", "en"],
  ])("is for `Accept-Language: %s` %s", async (accepted, expected) => {
    const page = await visitor().get("/account/login", { "accept-language": accepted });
    expect(langOf(page)).toBe(expected);
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
});
