import { beforeEach, describe, expect, it } from "vitest";
import { destination, fieldsIn, signedIn, type Fields, type Operator } from "../../console";
import { faultsIn, onlyAt } from "../../form-faults";
import { admin, createApp, elapse, enrolled, wrongCodeOf, type TestApp } from "../../service";
import { rows } from "../../security/support";
import { textOf } from "../../visitor";
import { words } from "../../words";
import { everyMinute, receive, URL_OF_SHOP, verified } from "../../webhooks/receiver";

const HOUR = 60 * 60;
const t = words.console.webhook;
const down = () => new Response("out of order", { status: 503 });
const up = () => new Response("thanks");

let operator: Operator;
let app: TestApp;
beforeEach(async () => {
  operator = await signedIn();
  app = await createApp();
});

const form = (fields: Fields = {}) => ({
  url: URL_OF_SHOP,
  name: "Orders",
  which: "some",
  types: "code.verified",
  ...fields,
});
const secretIn = (page: string) => /id="secret">([^<]+)</.exec(page)?.[1] ?? "";

/** A webhook made in the console. */
async function makeWebhook(fields: Fields = {}) {
  const made = await operator.post(`/console/apps/${app.id}/new-webhook`, form(fields));
  const page = await made.text();
  const path = /href="(\/console\/apps\/\w+\/webhooks\/\w+)"/.exec(page)?.[1] ?? "";
  return { made, page, path, secret: secretIn(page) };
}

/** Something that the webhooks are told of. */
async function wrongCode(userId = "ada"): Promise<void> {
  const { phone } = await enrolled(app, userId);
  await app.verify(userId, wrongCodeOf(phone));
}

async function hours(count: number): Promise<void> {
  for (let passed = 0; passed < count; passed++) {
    elapse(HOUR);
    await everyMinute();
  }
  operator = await signedIn();
}

describe("a new webhook", () => {
  it("is sent the events that were ticked, signed with the secret that was shown once", async () => {
    const { received } = receive();
    const { made, page, path, secret } = await makeWebhook();
    expect([made.status, made.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(page).toContain("Standard Webhooks");
    await wrongCode();
    expect(received.map(({ message }) => message.type)).toEqual(["code.verified"]);
    expect(received.map((one) => verified(secret, one))).toEqual(
      received.map(({ message }) => message),
    );
    for (const shown of [path, `/console/apps/${app.id}`, "/console/audit"]) {
      expect(await operator.read(shown)).not.toContain(secret);
    }
  });

  it("is sent all events where all are chosen, whatever is ticked below", async () => {
    const { received } = receive();
    await makeWebhook({ which: "all", types: ["user.locked"] });
    await wrongCode();
    expect(received).toHaveLength(3);
  });

  it.each([
    ["url", { url: "http://shop.example.com/" }, words.fields.url],
    ["url", { url: "https://localhost/" }, words.fields.url],
    ["url", { url: "" }, words.fields.url],
    ["name", { name: "x".repeat(65) }, words.fields.name],
    ["types", { types: [] }, words.fields.types],
    ["types", { types: "app.created" }, words.fields.types],
  ])("is not made if the %s does not fit: %j", async (field, fields, message) => {
    const { made, page } = await makeWebhook(fields);
    expect([made.status, await faultsIn(page)]).toEqual([422, onlyAt(field, message)]);
    expect(await rows("SELECT id FROM webhook_endpoints")).toEqual([]);
  });

  it("keeps what was ticked beside a fault", async () => {
    const { page } = await makeWebhook({ url: "ftp://shop.example.com" });
    expect(page).toContain('value="ftp://shop.example.com"');
    expect(page).toMatch(/type="checkbox" value="code.verified" checked/);
    expect(page).toMatch(/type="radio" value="some" checked/);
  });

  it("is made once, although the page that showed its secret is reloaded", async () => {
    const page = await operator.read(`/console/apps/${app.id}/new-webhook`);
    const { once = "" } = await fieldsIn(page);
    expect((await makeWebhook({ once })).made.status).toBe(200);
    const again = await makeWebhook({ once });
    expect([again.made.status, again.secret]).toEqual([409, ""]);
    expect(await rows("SELECT id FROM webhook_endpoints")).toHaveLength(1);
  });

  it("is refused in words where there are ten", async () => {
    for (let made = 0; made < 10; made++) await makeWebhook();
    const { made, page } = await makeWebhook();
    expect(made.status).toBe(409);
    expect(textOf(page)).toContain(words.problems.too_many_webhooks);
  });
});

describe("the state of a webhook", () => {
  /** What the app's page and the webhook's page say, and whether the overview warns. */
  async function said(path: string) {
    const [ofApp, own, start] = await Promise.all([
      operator.read(`/console/apps/${app.id}`),
      operator.read(path),
      operator.read("/console"),
    ]);
    const isTroubled = start.includes(`href="${path}"`);
    expect(textOf(start).includes(t.troubled)).toBe(isTroubled);
    const pages = [ofApp, own];
    return { pages, texts: pages.map(textOf), isTroubled };
  }

  it("is active at first, on its page and on the app's", async () => {
    const { path } = await makeWebhook();
    const { pages, isTroubled } = await said(path);
    for (const page of pages) {
      expect(page).toContain(`<span class="tag good">${t.states.active}</span>`);
    }
    expect(isTroubled).toBe(false);
  });

  it("says since when it fails, and then that it is paused for it; the overview warns of both", async () => {
    const receiver = receive(down);
    const { path } = await makeWebhook();
    await wrongCode();
    const failing = await said(path);
    for (const text of failing.texts) expect(text).toMatch(/Failing since \w+ \d+, \d{4}/);
    expect(failing.isTroubled).toBe(true);
    await hours(30);
    const paused = await said(path);
    for (const text of paused.texts) expect(text).toContain("because a message wasn't accepted");
    expect(paused.isTroubled).toBe(true);
    receiver.answer = up;
    const resumed = await operator.post(`${path}/resume`);
    expect([resumed.status, destination(resumed)]).toEqual([303, path]);
    expect((await said(path)).isTroubled).toBe(false);
    expect(receiver.received.at(-1)?.message.type).toBe("code.verified");
  });

  it("is paused by an operator, of which nobody is warned, and sends on when it is resumed", async () => {
    const { received } = receive();
    const { path } = await makeWebhook();
    expect((await operator.post(`${path}/pause`)).status).toBe(303);
    await wrongCode();
    expect(received).toEqual([]);
    const { texts, isTroubled } = await said(path);
    for (const text of texts) expect(text).toContain("Paused by an operator on ");
    expect(isTroubled).toBe(false);
    await operator.post(`${path}/resume`);
    expect(received).toHaveLength(1);
  });

  it("of a deleted app warns of nothing", async () => {
    receive(down);
    const { path } = await makeWebhook();
    await wrongCode();
    await operator.post(`/console/apps/${app.id}/delete`, { confirmName: "Test app" });
    expect(await operator.read("/console")).not.toContain(path);
  });
});

describe("an operator", () => {
  it("changes a webhook, and only what was changed in the form", async () => {
    const { path } = await makeWebhook();
    const open = await fieldsIn(await operator.read(path));
    const own = path.replace("/console", "");
    await admin("PATCH", own, { body: { url: "https://elsewhere.example.com/" } });
    const sent = { ...form(), shown: open["shown"] ?? "", name: "Bills" };
    expect((await operator.post(path, sent)).status).toBe(303);
    expect(await (await admin("GET", own)).json()).toMatchObject({
      url: "https://elsewhere.example.com/",
      name: "Bills",
      types: ["code.verified"],
    });
    await operator.post(path, form({ name: "", which: "all" }));
    expect(await (await admin("GET", own)).json()).toMatchObject({
      url: URL_OF_SHOP,
      name: null,
      types: null,
    });
    const refused = await operator.post(path, form({ url: "https://10.0.0.1/" }));
    expect(await faultsIn(await refused.text())).toEqual(onlyAt("url", words.fields.url));
  });

  it("replaces the secret once, although the page is reloaded, and both are good for a day", async () => {
    const { received } = receive();
    const { path, secret } = await makeWebhook();
    const { once = "" } = await fieldsIn(await operator.read(`${path}/secret`));
    const replaced = secretIn(await (await operator.post(`${path}/secret`, { once })).text());
    expect((await operator.post(`${path}/secret`, { once })).status).toBe(409);
    expect(textOf(await operator.read(path))).toContain(t.overlap);
    await operator.post(`${path}/test`);
    for (const one of received) {
      expect(verified(secret, one)).toEqual(verified(replaced, one));
    }
    expect(received).toHaveLength(1);
    elapse(24 * HOUR);
    operator = await signedIn();
    expect(textOf(await operator.read(path))).not.toContain(t.overlap);
  });

  it("tries a webhook, and sees how that ended", async () => {
    const receiver = receive();
    const { path } = await makeWebhook();
    const test = async () => textOf(await (await operator.post(`${path}/test`)).text());
    expect(await test()).toMatch(new RegExp(`${t.test.taken}.* Status 200 · \\d+ ms thanks`));
    receiver.answer = down;
    expect(await test()).toMatch(new RegExp(`${t.test.refused}.* Status 503 .* out of order`));
    receiver.answer = () => Promise.reject(new Error("refused"));
    expect(await test()).toContain(t.faults.no_connection);
    expect(textOf(await operator.read(path))).toContain(t.noneSent);
  });

  it("deletes a webhook after a question", async () => {
    const { path } = await makeWebhook();
    expect(await operator.read(`${path}/delete`)).toContain(t.delete.why.slice(0, 20));
    const deleted = await operator.post(`${path}/delete`);
    expect(destination(deleted)).toBe(`/console/apps/${app.id}`);
    expect((await operator.get(path)).status).toBe(404);
  });

  it("reaches no webhook by the path of another app", async () => {
    const { path } = await makeWebhook();
    const other = path.replace(app.id, (await createApp()).id);
    for (const below of ["", "/test", "/secret", "/delete", "/redelivery"]) {
      expect((await operator.get(other + below)).status).toBe(404);
    }
    for (const below of ["/test", "/secret", "/delete", "/pause", "/resume"]) {
      expect((await operator.post(other + below)).status).toBe(404);
    }
    expect((await operator.get(path)).status).toBe(200);
  });
});
