import { describe, expect, it } from "vitest";
import { everywhere } from "../../databases";
import { expectJson } from "../../account";
import { putLogo, SQUARE, stored, type BrandedApp } from "../../logos";
import { admin, call, createApp, problemCode } from "../../service";

const appNow = (id: string) => expectJson<BrandedApp>(admin("GET", `/apps/${id}`), 200);
const logosLeft = () =>
  everywhere.prepare("SELECT count(*) AS n FROM app_logos").first<number>("n");
const eventTypes = async (id: string) => {
  const { items } = await expectJson<{ items: { type: string }[] }>(
    admin("GET", `/audit?appId=${id}`),
    200,
  );
  return items.map(({ type }) => type);
};

describe("a logo", () => {
  it("is served to anybody, for good, and does nothing but be shown", async () => {
    const { id } = await createApp();
    const response = await stored(id, SQUARE);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/svg+xml",
      "content-security-policy": "default-src 'none'; style-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "cache-control": "public, max-age=31536000, immutable",
      "cross-origin-resource-policy": "same-origin",
    });
    const { brand } = await appNow(id);
    expect(brand.logo).toEqual({
      mediaType: "image/svg+xml",
      path: expect.stringMatching(new RegExp(`^/logos/${id}/[0-9a-f]{16}$`)),
    });
    expect((await call("HEAD", brand.logo?.path ?? "")).status).toBe(200);
  });

  it("has the path of its contents, and the one before is gone", async () => {
    const { id } = await createApp();
    await stored(id, SQUARE);
    const before = (await appNow(id)).brand.logo?.path ?? "";
    await stored(id, SQUARE.replaceAll("8", "9"));
    const after = (await appNow(id)).brand.logo?.path ?? "";
    expect(after).not.toBe(before);
    const gone = await call("GET", before);
    expect([gone.status, await problemCode(gone)]).toEqual([404, "not_found"]);
    expect(gone.headers.get("cache-control")).toBe("no-store");
    expect((await call("GET", after)).status).toBe(200);
  });

  it("is not served under another app, or a part of its path", async () => {
    const [one, other] = [await createApp(), await createApp()];
    await stored(one.id, SQUARE);
    const path = (await appNow(one.id)).brand.logo?.path ?? "";
    for (const wrong of [path.replace(one.id, other.id), path.slice(0, -1), `${path}0`]) {
      expect((await call("GET", wrong)).status).toBe(404);
    }
    expect((await call("GET", path.toUpperCase().replace("/LOGOS", "/logos"))).status).toBe(404);
  });

  it("ends no challenge, and is kept apart from the settings", async () => {
    const { id } = await createApp();
    const epoch = () => everywhere.prepare("SELECT epoch FROM apps WHERE id = ?").bind(id).first();
    const before = await epoch();
    await stored(id, SQUARE);
    await admin("PATCH", `/apps/${id}`, { body: { brand: { displayName: "Shop" } } });
    await admin("DELETE", `/apps/${id}/logo`);
    expect(await epoch()).toEqual(before);
  });

  it("goes with DELETE, which may be repeated", async () => {
    const { id } = await createApp();
    await stored(id, SQUARE);
    const { path } = (await appNow(id)).brand.logo ?? { path: "" };
    expect((await admin("DELETE", `/apps/${id}/logo`)).status).toBe(204);
    expect((await appNow(id)).brand.logo).toBeNull();
    expect((await call("GET", path)).status).toBe(404);
    expect((await admin("DELETE", `/apps/${id}/logo`)).status).toBe(204);
    expect(await eventTypes(id)).toEqual([
      "app.updated",
      "app.updated",
      "api_key.created",
      "app.created",
    ]);
  });

  it("goes with its app, and none comes to an app that is gone", async () => {
    const { id } = await createApp();
    await stored(id, SQUARE);
    await admin("DELETE", `/apps/${id}`);
    expect(await logosLeft()).toBe(0);
    for (const response of [await putLogo(id, SQUARE), await admin("DELETE", `/apps/${id}/logo`)]) {
      expect([response.status, await problemCode(response)]).toEqual([404, "not_found"]);
    }
    expect(await logosLeft()).toBe(0);
    expect((await eventTypes(id))[0]).toBe("app.deleted");
  });

  it("of two that are sent at once is the one that the app names", async () => {
    const { id } = await createApp();
    await Promise.all([5, 6, 7, 8].map((side) => putLogo(id, SQUARE.replaceAll("8", `${side}`))));
    const { path } = (await appNow(id)).brand.logo ?? { path: "" };
    expect((await call("GET", path)).status).toBe(200);
    expect(await logosLeft()).toBe(1);
  });

  it.each([
    ["text/html", SQUARE],
    ["image/svg", SQUARE],
    ["image/jpeg", SQUARE],
    ["application/json", "{}"],
    ["", SQUARE],
  ])("is not taken as %s", async (type, text) => {
    const { id } = await createApp();
    const response = await putLogo(id, text, type);
    expect([response.status, await problemCode(response)]).toEqual([415, "unsupported_media_type"]);
  });

  it("has at most 64 KiB, and is not empty", async () => {
    const { id } = await createApp();
    expect((await putLogo(id, new Uint8Array(64 * 1024 + 1))).status).toBe(413);
    expect((await putLogo(id, new Uint8Array(64 * 1024))).status).toBe(422);
    expect((await putLogo(id, "", "image/png")).status).toBe(422);
    expect((await putLogo(id, "")).status).toBe(422);
  });

  it("is refused with a place in the body: all of it", async () => {
    const { id } = await createApp();
    const problem = await expectJson<{ errors: unknown }>(putLogo(id, "<svg/>"), 422);
    expect(problem.errors).toEqual([
      {
        detail: "the SVG needs a viewBox of at most 100000 units, or a width and a height",
        pointer: "#",
      },
    ]);
  });
});
