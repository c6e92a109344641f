import { beforeEach, describe, expect, it } from "vitest";
import { fieldsIn, newApp, signedIn, type Operator } from "../../console";
import { admin } from "../../service";
import { faultsIn, onlyAt } from "../../form-faults";
import { rows } from "../../security/support";
import { textOf } from "../../visitor";
import { words } from "../../words";

let operator: Operator;
beforeEach(async () => {
  operator = await signedIn();
});

describe("an operator", () => {
  it("changes settings within the bounds of the admin API, and sees what does not fit", async () => {
    const appId = await newApp(operator);
    const path = `/console/apps/${appId}`;
    const settings = {
      appName: "Shop",
      issuer: "Shop",
      window: "0",
      failuresBeforeLock: "3",
      strikeCap: "50",
      allowedOrigins: "https://a.example\r\n\r\n https://b.example ",
      returnUrls: "https://a.example/done",
    };
    expect((await operator.post(path, settings)).status).toBe(303);
    expect(await (await admin("GET", `/apps/${appId}`)).json()).toMatchObject({
      settings: {
        window: 0,
        failuresBeforeLock: 3,
        strikeCap: 50,
        allowedOrigins: ["https://a.example", "https://b.example"],
        returnUrls: ["https://a.example/done"],
      },
    });
    const epoch = () => rows("SELECT epoch FROM apps WHERE id = ?", appId);
    const before = await epoch();
    await operator.post(path, { ...settings, appName: "Another name" });
    expect(await epoch()).toEqual(before);
    const bad = {
      ...settings,
      window: "3",
      strikeCap: "101",
      allowedOrigins: "https://a.example/x",
    };
    const refused = await operator.post(path, { ...bad, returnUrls: "javascript:alert(1)" });
    const page = await refused.text();
    expect(refused.status).toBe(422);
    const { fields, links, focus } = await faultsIn(page);
    const wrong = ["window", "strikeCap", "allowedOrigins", "returnUrls"];
    expect(Object.keys(fields).toSorted()).toEqual(wrong.toSorted());
    expect(links.toSorted()).toEqual(wrong.toSorted());
    expect(focus).toEqual(["summary"]);
    const one = await operator.post(path, { ...settings, returnUrls: "javascript:alert(1)" });
    expect(await faultsIn(await one.text())).toEqual(onlyAt("returnUrls", words.fields.returnUrls));
    expect(page).toContain("https://a.example/x");
  });

  it("changes only what was changed in the form, however long that was open", async () => {
    const appId = await newApp(operator, "Shop");
    const path = `/console/apps/${appId}`;
    const open = await fieldsIn(await operator.read(path));
    const elsewhere = { issuer: "Shop Ltd", settings: { strikeCap: 40 } };
    await admin("PATCH", `/apps/${appId}`, { body: elsewhere });
    await operator.post(path, { ...open, window: "0" });
    expect(await (await admin("GET", `/apps/${appId}`)).json()).toMatchObject({
      issuer: "Shop Ltd",
      settings: { strikeCap: 40, window: 0 },
    });
    // Also after a mistake in it.
    const mended = await fieldsIn(
      await (await operator.post(path, { ...open, strikeCap: "0" })).text(),
    );
    await operator.post(path, { ...mended, strikeCap: "60" });
    expect(await (await admin("GET", `/apps/${appId}`)).json()).toMatchObject({
      issuer: "Shop Ltd",
      settings: { strikeCap: 60, window: 0 },
    });
  });

  it("changes an app with as many and as long addresses as it may have", async () => {
    const address = (at: number) => `https://shop.example/${at}/`.padEnd(512, "x");
    const returnUrls = Array.from({ length: 20 }, (_, at) => address(at));
    const appId = await newApp(operator, "Shop");
    const path = `/console/apps/${appId}`;
    await admin("PATCH", `/apps/${appId}`, { body: { settings: { returnUrls } } });
    const form = await fieldsIn(await operator.read(path));
    expect((await operator.post(path, { ...form, window: "0" })).status).toBe(303);
    expect(await (await admin("GET", `/apps/${appId}`)).json()).toMatchObject({
      settings: { returnUrls, window: 0 },
    });
  });

  it("sets how accounts log in, and takes back the length of a password", async () => {
    const { settings } = await (await admin("GET", "/apps/accounts")).json<{ settings: object }>();
    const path = "/console/apps/accounts";
    const form = {
      appName: "Accounts",
      issuer: "Stepgate",
      window: "1",
      failuresBeforeLock: "5",
      strikeCap: "100",
      allowedOrigins: "",
      returnUrls: "",
      registration: "closed",
      secondFactor: "required",
      minPasswordLength: "12",
      trustedDevices: "yes",
    };
    await operator.post(path, form);
    expect(await (await admin("GET", "/apps/accounts")).json()).toMatchObject({
      settings: {
        registration: "closed",
        secondFactor: "required",
        minPasswordLength: 12,
        trustedDevices: true,
      },
    });
    const before = { registration: "open", secondFactor: "optional", trustedDevices: "no" };
    await operator.post(path, { ...form, ...before, minPasswordLength: "" });
    expect(await (await admin("GET", "/apps/accounts")).json()).toMatchObject({ settings });
    expect(await rows("SELECT settings FROM apps WHERE settings LIKE '%minPassword%'")).toEqual([]);
  });

  it("deletes an app by its name, and never the one of the accounts", async () => {
    const appId = await newApp(operator, "Shop");
    const remove = (id: string, confirmName: string) =>
      operator.post(`/console/apps/${id}/delete`, { confirmName });
    expect((await remove(appId, "shop")).status).toBe(422);
    expect((await remove(appId, "Shop")).status).toBe(303);
    expect((await operator.get(`/console/apps/${appId}`)).status).toBe(404);
    const spaced = await newApp(operator, " Two  Shops ");
    expect((await remove(spaced, "Two  Shops")).status).toBe(303);
    const refused = await remove("accounts", "Accounts");
    expect(refused.status).toBe(409);
    expect(textOf(await refused.text())).toContain(words.problems.app_built_in);
  });
});
