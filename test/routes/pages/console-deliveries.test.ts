import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { runs } from "../../chance";
import { destination, signedIn, type Operator } from "../../console";
import { everywhere } from "../../databases";
import { faultsIn, onlyAt } from "../../form-faults";
import { createApp, elapse, enrolled, wrongCodeOf, type TestApp } from "../../service";
import { storedUser } from "../../security/support";
import { textOf } from "../../visitor";
import { words } from "../../words";
import {
  createWebhook,
  deliveries,
  receive,
  type Receiver,
  type TestWebhook,
} from "../../webhooks/receiver";

const t = words.console.webhook;
const down = () => new Response("out of order", { status: 503 });
const up = () => new Response("thanks");

let operator: Operator;
let receiver: Receiver;
let app: TestApp;
let webhook: TestWebhook;
let path: string;
beforeEach(async () => {
  receiver = receive();
  operator = await signedIn();
  app = await createApp();
  webhook = await createWebhook(app, { name: "Orders", types: ["code.verified"] });
  path = `/console${webhook.path}`;
});

async function wrongCode(userId = "ada"): Promise<void> {
  const { phone } = await enrolled(app, userId);
  await app.verify(userId, wrongCodeOf(phone));
}

/** Where the only delivery has its page. */
async function onlyDelivery(): Promise<string> {
  const [one] = await deliveries(webhook);
  return `${path}/deliveries/${one?.id}`;
}

/** The elements of a page by name, and the text of the receiver's answer as a browser reads it. */
async function parsed(html: string): Promise<{ elements: string[]; answer: string }> {
  const elements: string[] = [];
  let answer = "";
  const rewriter = new HTMLRewriter()
    .on("*", { element: ({ tagName }) => void elements.push(tagName) })
    .on("pre.whole", { text: ({ text }) => void (answer += text) });
  await rewriter.transform(new Response(html)).text();
  const entities = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
  const characters = new Map(Object.entries(entities));
  return { elements, answer: answer.replaceAll(/&[#\w]+;/g, (one) => characters.get(one) ?? one) };
}

describe("the log of deliveries", () => {
  it("says what was sent about whom, and how that ended", async () => {
    await wrongCode();
    const page = await operator.read(path);
    const { id } = await storedUser("ada");
    expect(page).toContain(`href="${await onlyDelivery()}"`);
    expect(page).toContain(`<a href="/console/users/${id}">ada</a>`);
    const text = textOf(page);
    expect(text).toContain(`${words.console.event.types["code.verified"]} Delivered code.verified`);
    expect(text).toContain("1 attempt Status 200");
    expect(text).not.toContain(t.next);
  });

  it("says when a message that waits is sent next, unless the webhook is paused", async () => {
    receiver.answer = () => Promise.reject(new Error("refused"));
    await wrongCode();
    const text = textOf(await operator.read(path));
    expect(text).toContain(`${t.deliveryStates.waiting} code.verified`);
    expect(text).toMatch(new RegExp(`1 attempt ${t.faults.no_connection} ${t.next} \\w+ \\d+`));
    await operator.post(`${path}/pause`);
    expect(textOf(await operator.read(path))).not.toContain(t.next);
  });

  it("can be of what waits only", async () => {
    receiver.answer = ({ message }) => (message.data.user?.externalId === "ada" ? down() : up());
    await wrongCode("ada");
    await wrongCode("bob");
    const listed = async (query: string) =>
      (await operator.read(path + query)).match(/\/deliveries\/evt_/g)?.length;
    expect([await listed(""), await listed("?state=waiting")]).toEqual([2, 1]);
    expect(await operator.read(`${path}?state=waiting`)).toContain(
      '<a href="?state=waiting" aria-current="true">',
    );
  });

  it("turns pages, newest first, keeps to what waits, and stays small", async () => {
    await env.DB.prepare(
      `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 70)
       INSERT INTO webhook_deliveries (endpoint_id, event_id, shard, type, state, attempts)
       SELECT ?1, 1000000000000000 + n, 0, 'code.verified', iif(n % 2, 'waiting', 'delivered'), 1 FROM numbers`,
    )
      .bind(webhook.id)
      .run();
    const numbers = (page: string) =>
      [...page.matchAll(/\/deliveries\/evt_10+(\d\d?)"/g)].map(([, number]) => Number(number));
    const older = (page: string) =>
      /href="(\?[^"]*cursor=[\d.]+)"/.exec(page)?.[1]?.replaceAll("&amp;", "&");
    const first = await operator.read(`${path}?state=waiting`);
    expect(numbers(first)).toEqual(Array.from({ length: 30 }, (_, at) => 69 - 2 * at));
    const second = await operator.read(path + older(first));
    expect(numbers(second)).toEqual([9, 7, 5, 3, 1]);
    expect(second).toContain(words.console.newest);
    const packed = new Response(first).body?.pipeThrough(new CompressionStream("gzip"));
    expect((await new Response(packed).arrayBuffer()).byteLength).toBeLessThan(15 * 1024);
  });
});

describe("a delivery", () => {
  it("shows its message as it was sent, with its header, and what came back", async () => {
    await wrongCode();
    const [sent] = receiver.received;
    const page = textOf(await operator.read(await onlyDelivery()));
    expect(page).toContain(`webhook-id: ${sent?.headers["webhook-id"]}`);
    const json = JSON.stringify(JSON.parse(sent?.body ?? ""), null, 2).replaceAll(/\s+/g, " ");
    expect(page).toContain(json);
    expect(page).toMatch(new RegExp(`${t.answer} Status 200 · \\d+ ms thanks`));
  });

  it("shows an answer as text, whatever it is made of", async () => {
    await wrongCode();
    const own = await onlyDelivery();
    const tested = async () => parsed(await (await operator.post(`${path}/test`)).text());
    const usual = {
      own: (await parsed(await operator.read(own))).elements,
      tested: (await tested()).elements,
    };
    const parts = fc.constantFrom(
      "</pre>",
      "<script>alert(1)</script>",
      "<img src=x onerror=alert(1)>",
      "<!--",
      "]]>",
      "&lt;b&gt;",
      "&#60;i&#62;",
      '"',
      "'",
      "`",
      "${x}",
      "</main></body></html>",
      "<svg/onload=alert(1)>",
      "é",
    );
    const answers = fc.array(parts, { minLength: 1, maxLength: 6 }).map((all) => all.join(""));
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        receiver.answer = () => new Response(answer);
        await operator.post(own);
        expect(await parsed(await operator.read(own))).toEqual({ elements: usual.own, answer });
        expect(await tested()).toEqual({ elements: usual.tested, answer });
      }),
      { numRuns: runs(20) },
    );
  });

  it("is cut where the answer is long", async () => {
    receiver.answer = () => new Response("<".repeat(10_000));
    await wrongCode();
    const { answer } = await parsed(await operator.read(await onlyDelivery()));
    expect(answer).toBe("<".repeat(4096));
  });

  it("is sent again with the same id, whether it was taken or not", async () => {
    await wrongCode();
    const own = await onlyDelivery();
    const again = await operator.post(own);
    expect([again.status, destination(again)]).toEqual([303, own]);
    const ids = receiver.received.map(({ message }) => message.id);
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  it("offers nothing to send where its event is gone", async () => {
    await wrongCode();
    const own = await onlyDelivery();
    expect(await operator.read(own)).toContain(`>${t.again}</button>`);
    await everywhere.prepare("DELETE FROM audit_events WHERE type = 'code.verified'").run();
    const page = await operator.read(own);
    expect(textOf(page)).toContain(t.gone);
    expect(page).not.toContain(`>${t.again}</button>`);
  });

  it("is found by no made-up id, and not below another webhook", async () => {
    await wrongCode();
    const other = await createWebhook(app);
    const own = await onlyDelivery();
    const foreign = own.replace(webhook.id, other.id);
    for (const wrong of [foreign, `${path}/deliveries/evt_1`, `${path}/deliveries/x`]) {
      expect([(await operator.get(wrong)).status, (await operator.post(wrong)).status]).toEqual([
        404, 404,
      ]);
    }
  });
});

describe("sending all again", () => {
  const local = (zone: string, time: number) =>
    new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" })
      .format(time)
      .replace(" ", "T");

  it("begins at a time in the console's time zone", async () => {
    const zone = "Asia/Kolkata";
    await wrongCode("ada");
    elapse(2 * 60 * 60);
    const between = Date.now();
    elapse(2 * 60 * 60);
    operator = await signedIn();
    const cookie = `${operator.cookie}; __Host-stepgate-time-zone=${zone}`;
    await wrongCode("bob");
    receiver.received.length = 0;
    const since = local(zone, between);
    const sent = await operator.post(`${path}/redelivery`, { since }, { headers: { cookie } });
    expect([sent.status, destination(sent)]).toEqual([303, path]);
    expect(receiver.received.map(({ message }) => message.data.user?.externalId)).toEqual(["bob"]);
  });

  it.each([
    ["", words.fields.since],
    ["yesterday", words.fields.since],
    ["2026-13-01T00:00", words.fields.since],
    ["2999-01-01T00:00", words.fields["since.future"]],
  ])("does not begin at %j, and sends nothing", async (since, message) => {
    await wrongCode();
    const refused = await operator.post(`${path}/redelivery`, { since });
    expect(refused.status).toBe(422);
    expect(await faultsIn(await refused.text())).toEqual(onlyAt("since", message));
    expect(receiver.received).toHaveLength(1);
  });
});
