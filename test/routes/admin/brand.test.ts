import { describe, expect, it } from "vitest";
import { everywhere } from "../../databases";
import { expectJson } from "../../account";
import type { BrandedApp } from "../../logos";
import { admin, createApp } from "../../service";

const NOTHING = { displayName: null, accentColor: null, supportUrl: null, logo: null };
const BRAND = {
  displayName: "Ada's Shop: the second",
  accentColor: "#0b57d0",
  supportUrl: "https://shop.example.net/help?topic=2fa#codes",
};
const change = (id: string, brand: unknown) => admin("PATCH", `/apps/${id}`, { body: { brand } });
const changed = (id: string, brand: unknown) => expectJson<BrandedApp>(change(id, brand), 200);

describe("the brand of an app", () => {
  it("is nothing at first, and can be made with the app", async () => {
    const plain = await expectJson<BrandedApp>(
      admin("POST", "/apps", { body: { name: "Plain" } }),
      201,
    );
    expect(plain.brand).toEqual(NOTHING);
    const body = { name: "Shop", brand: BRAND };
    const made = await expectJson<BrandedApp & { id: string }>(
      admin("POST", "/apps", { body }),
      201,
    );
    expect(made.brand).toEqual({ ...BRAND, logo: null });
    expect(await expectJson(admin("GET", `/apps/${made.id}`), 200)).toEqual(made);
    const { items } = await expectJson<{ items: unknown[] }>(admin("GET", "/apps"), 200);
    expect(items).toContainEqual(made);
  });

  it("is changed part by part, and null takes a part back", async () => {
    const { id } = await createApp();
    await changed(id, { displayName: "Shop" });
    await changed(id, { accentColor: "#AABBCC" });
    expect((await changed(id, { supportUrl: "mailto:help@example.com" })).brand).toEqual({
      displayName: "Shop",
      accentColor: "#aabbcc",
      supportUrl: "mailto:help@example.com",
      logo: null,
    });
    const { brand } = await changed(id, { displayName: null, supportUrl: null });
    expect(brand).toEqual({ ...NOTHING, accentColor: "#aabbcc" });
  });

  it("takes every one of changes that come at once", async () => {
    const { id } = await createApp();
    await Promise.all(Object.entries(BRAND).map(([part, value]) => change(id, { [part]: value })));
    expect((await changed(id, {})).brand).toEqual({ ...BRAND, logo: null });
  });

  it("ends nothing when it changes, and is in the audit trail", async () => {
    const { id } = await createApp();
    const epoch = () =>
      everywhere.prepare("SELECT epoch FROM apps WHERE id = ?").bind(id).first<number>("epoch");
    const before = await epoch();
    await changed(id, BRAND);
    expect(await epoch()).toBe(before);
    const { items } = await expectJson<{ items: { type: string }[] }>(
      admin("GET", `/audit?appId=${id}`),
      200,
    );
    expect(items[0]).toMatchObject({ type: "app.updated", actor: "admin" });
  });

  it.each([
    { accentColor: "red" },
    { accentColor: "#fff" },
    { accentColor: "#12345g" },
    { accentColor: "#0b57d0;}" },
    { accentColor: "#0b57d0\n" },
    { accentColor: " #0b57d0" },
    { supportUrl: "javascript:alert(1)" },
    { supportUrl: "data:text/html,x" },
    { supportUrl: "http://shop.example.net/help" },
    { supportUrl: "//shop.example.net/help" },
    { supportUrl: "/help" },
    { supportUrl: "https://user:word@shop.example.net/" },
    { supportUrl: "mailto:" },
    { supportUrl: "mailto:ada" },
    { supportUrl: `https://shop.example.net/${"x".repeat(512)}` },
    { displayName: "" },
    { displayName: "   " },
    { displayName: "x".repeat(65) },
    { displayName: "two\nlines" },
    { logo: { mediaType: "image/png", tag: "x" } },
    { logo: null },
  ])("refuses %j", async (brand) => {
    const { id } = await createApp();
    const [name = ""] = Object.keys(brand);
    const { errors } = await expectJson<{ errors: { pointer: string }[] }>(change(id, brand), 422);
    expect(errors[0]?.pointer).toMatch(name === "logo" ? /^#\/brand/ : `#/brand/${name}`);
    expect((await changed(id, {})).brand).toEqual(NOTHING);
  });
});
