import { describe, expect, it } from "vitest";
import { browser, destination, newApp, signedIn } from "../../console";
import { register } from "../../account";
import { rows } from "../../security/support";
import { admin, call, useKey } from "../../service";
import { textOf } from "../../visitor";

const startOf = async () => destination(await call("GET", "/"));

describe("the start page of a service", () => {
  it("leads a fresh start through the console, until somebody uses the service", async () => {
    expect(await startOf()).toBe("/console/start");
    await register("ada@example.com");
    expect(await startOf()).toBe("/account");
  });

  it("leads to the accounts once there is an app", async () => {
    await newApp(await signedIn());
    expect(await startOf()).toBe("/account");
  });

  it("is the operator's alone", async () => {
    const answer = await browser().get("/console/start");
    expect(destination(answer)).toContain("/console/sign-in");
  });
});

describe("the first five minutes", () => {
  it("make an app and a key, and show commands that work as they are", async () => {
    const operator = await signedIn();
    const made = await operator.post("/console/start", { appName: "My shop" });
    const path = destination(made) ?? "";
    expect(await operator.read(path)).toContain("My shop");
    const html = await (await operator.post(path)).text();
    const key = /id="secret">([^<]+)</.exec(html)?.[1] ?? "";
    expect(key).toMatch(/^sg_/);
    const [, enrol = ""] = /<pre id="enrol"[^>]*>([^<]*)</.exec(html) ?? [];
    const command = enrol.replaceAll("&quot;", '"').replaceAll("&#39;", "'");
    const [, url = ""] = /curl -s (\S+)/.exec(command) ?? [];
    const [, sent = "{}"] = /-d '(.*)'$/.exec(command) ?? [];
    expect(command).toContain(`Bearer ${key}`);
    const { pathname } = new URL(url);
    const app = useKey(path.split("/").at(-1) ?? "", key);
    const answer = await app.v1("POST", pathname.replace("/v1", ""), { body: JSON.parse(sent) });
    expect(answer.status).toBe(201);
  });

  it("show the key once: a repeated form makes no other", async () => {
    const operator = await signedIn();
    const path = destination(await operator.post("/console/start", { appName: "My shop" })) ?? "";
    const once = "11111111-1111-4111-8111-111111111111";
    expect((await operator.post(path, { once })).status).toBe(200);
    expect((await operator.post(path, { once })).status).toBe(409);
    expect(await rows("SELECT id FROM api_keys")).toHaveLength(1);
  });

  it("play the phone and run commands on the developer's own machine only", async () => {
    const operator = await signedIn();
    const path = destination(await operator.post("/console/start", { appName: "My shop" })) ?? "";
    const html = await (await operator.post(path)).text();
    expect(html).not.toContain("data-try");
    expect(textOf(html)).toContain("curl -s https://2fa.test/v1/users/user-1");
  });
});

describe("the page of the design system", () => {
  it("is there on the developer's own machine only", async () => {
    expect((await (await signedIn()).get("/console/styles")).status).toBe(404);
  });
});

describe("how an app looks", () => {
  const PNG = Uint8Array.fromBase64(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  );

  it("is set, previewed by a style that the policy names, and taken back", async () => {
    const operator = await signedIn();
    const id = await newApp(operator);
    const path = `/console/apps/${id}/brand`;
    const fields = { displayName: "Ada's shop", accentColor: "#D9480F", supportUrl: "" };
    expect((await operator.post(path, fields)).status).toBe(303);
    const page = await operator.get(path);
    const html = await page.text();
    expect(page.headers.get("content-security-policy")).toMatch(/style-src 'self' 'sha256-/);
    expect(html).toContain("<style>.preview{--accent:");
    expect(html).toContain("Ada&#39;s shop");
    await operator.post(path, { displayName: "", accentColor: "", supportUrl: "" });
    expect(await (await admin("GET", `/apps/${id}`)).json()).toMatchObject({
      brand: { displayName: null, accentColor: null, supportUrl: null },
    });
  });

  it("is refused at the field that does not fit", async () => {
    const operator = await signedIn();
    const path = `/console/apps/${await newApp(operator)}/brand`;
    const fields = { displayName: "", accentColor: "red", supportUrl: "" };
    const refused = await operator.post(path, fields);
    expect([refused.status, await refused.text()]).toEqual([
      422,
      expect.stringContaining('id="accentColor-fault"'),
    ]);
  });

  it.each([
    ["a PNG", new File([PNG], "logo.png", { type: "image/png" }), 303],
    ["what is none", new File(["GIF89a"], "logo.png", { type: "image/png" }), 422],
    ["another kind of file", new File(["hello"], "logo.txt", { type: "text/plain" }), 415],
  ])("takes a logo by a form: %s", async (_, logo, status) => {
    const operator = await signedIn();
    const id = await newApp(operator);
    const form = new FormData();
    form.set("logo", logo);
    const answer = await operator.upload(`/console/apps/${id}/logo`, form);
    expect(answer.status).toBe(status);
    const { brand } = await (
      await admin("GET", `/apps/${id}`)
    ).json<{ brand: { logo: object | null } }>();
    expect(brand.logo === null).toBe(status !== 303);
  });
});
