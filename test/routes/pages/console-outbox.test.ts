import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../chance";
import { register } from "../../account";
import { browser, destination, signedIn, type Operator } from "../../console";
import { databaseOf, everywhere } from "../../databases";
import { faultsIn, onlyAt, onlyAtTop } from "../../form-faults";
import { addBindings } from "../../bindings";
import { reader, receiveMail } from "../../mail/mailbox";
import { textOf, visitor } from "../../visitor";
import { inOrder, words } from "../../words";

const t = words.console.mail;
const OUTBOX = "/console/outbox";

/** The operator of a service on a developer's own machine. */
function atHome(): Promise<Operator> {
  addBindings({ MAIL: "outbox", ISSUER_URL: "http://localhost:8000" });
  return signedIn();
}

interface Kept {
  recipient?: string;
  subject?: string;
  text?: string;
  html?: string;
}

/** A letter in the outbox, as if it had been sent. Answers the path of its page. */
async function keep(letter: Kept): Promise<string> {
  const { recipient = "ada@example.com", subject = "s", text = "t", html = "<p>h</p>" } = letter;
  const kept = await everywhere
    .prepare(
      "INSERT INTO outbox (at, recipient, subject, text, html) VALUES (0, ?, ?, ?, ?) RETURNING id",
    )
    .bind(recipient, subject, text, html)
    .first<{ id: number }>();
  return `${OUTBOX}/${kept?.id}`;
}

/** The names of a page's elements, and what a browser reads in some of them. */
async function parsed(html: string) {
  const elements: string[] = [];
  const read = { pre: "", h1: "" };
  const rewriter = new HTMLRewriter()
    .on("*", { element: ({ tagName }) => void elements.push(tagName) })
    .on("pre", { text: ({ text }) => void (read.pre += text) })
    .on("h1", { text: ({ text }) => void (read.h1 += text) });
  await rewriter.transform(new Response(html)).text();
  const entities = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
  const characters = new Map(Object.entries(entities));
  const plain = (text: string) => text.replaceAll(/&[#\w]+;/g, (one) => characters.get(one) ?? one);
  return { elements, text: plain(read.pre), subject: plain(read.h1) };
}

describe("the outbox of a service on one's own machine", () => {
  it("shows letters in place of sending them: to whom, the text, and a frame with the HTML", async () => {
    const operator = await atHome();
    expect(textOf(await operator.read(OUTBOX))).toContain(t.none);
    await register("ada@example.com");
    const ada = visitor();
    await ada.get("/account/login");
    await ada.submit({ login: "ada@example.com", password: "correct horse battery staple" });
    await ada.submit({}, "/account/email/code");
    const list = await operator.read(OUTBOX);
    const subject = "Your code to confirm your email address";
    expect(textOf(list)).toMatch(inOrder(t.kept, subject, "ada@example.com"));
    const [path = ""] = /\/console\/outbox\/\d+/.exec(list) ?? [];
    const page = await operator.read(path);
    expect(textOf(page)).toMatch(inOrder(subject, t.to, "ada@example.com", t.html, t.text));
    const [code = ""] = /^\d{8}$/m.exec((await parsed(page)).text) ?? [];
    expect(page).toContain(`<iframe class="letter" sandbox="" src="${path}/html"`);
    expect(await operator.read(`${path}/html`)).toContain(`>${code}</p>`);
    expect((await ada.submit({ mailedCode: code }, "/account/email")).at).toBe(
      "/account?done=email",
    );
  });

  it("turns pages, newest first", async () => {
    const operator = await atHome();
    for (let letters = 1; letters <= 35; letters++) await keep({ subject: `No. ${letters}.` });
    const numbers = (page: string) =>
      [...page.matchAll(/No\. (\d+)\./g)].map(([, number]) => Number(number));
    const first = await operator.read(OUTBOX);
    expect(numbers(first)).toEqual(Array.from({ length: 30 }, (_, at) => 35 - at));
    const [, older = ""] = /href="(\?cursor=\d+)"/.exec(first) ?? [];
    const second = await operator.read(OUTBOX + older);
    expect(numbers(second)).toEqual([5, 4, 3, 2, 1]);
    expect(second).toContain(words.console.newest);
    expect(second).not.toMatch(/href="\?cursor=\d+"/);
  });

  it("shows a letter's HTML to the operator only, in a sandbox in which nothing runs", async () => {
    const operator = await atHome();
    const path = await keep({ html: "<p>secret</p><script>alert(1)</script>" });
    const { headers } = await operator.get(`${path}/html`);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'",
    );
    expect(headers.get("x-frame-options")).toBe("SAMEORIGIN");
    expect(headers.get("cache-control")).toBe("no-store");
    const page = await operator.get(path);
    expect(await page.text()).not.toContain("secret");
    expect(page.headers.get("content-security-policy")).toMatch(
      /frame-ancestors 'none';.*frame-src 'self'/,
    );
    expect((await operator.get(OUTBOX)).headers.get("content-security-policy")).not.toContain(
      "frame-src",
    );
    for (const cookie of ["", "stepgate-console=sgo_x"]) {
      for (const one of [OUTBOX, path, `${path}/html`]) {
        const refused = await browser(cookie).get(one);
        expect([refused.status, destination(refused)]).toEqual([303, "/console/sign-in"]);
      }
    }
  });

  it("knows no letter that was never kept", async () => {
    const operator = await atHome();
    for (const id of ["1", "1/html", "9".repeat(400), "x", "1/text"]) {
      expect((await operator.get(`${OUTBOX}/${id}`)).status).toBe(404);
    }
  });

  it("shows a letter as text, whatever it is made of", async () => {
    const operator = await atHome();
    const usual = await parsed(await operator.read(await keep({})));
    const list = (await parsed(await operator.read(OUTBOX))).elements;
    const parts = fc.constantFrom(
      "</pre>",
      "</h1></title>",
      "<script>alert(1)</script>",
      "<img src=x onerror=alert(1)>",
      "<!--",
      "&lt;b&gt;",
      '"',
      "' onload='alert(1)",
      "${x}",
      "$&",
      "</main></body></html>",
      "é",
    );
    const texts = fc.array(parts, { minLength: 1, maxLength: 5 }).map((all) => all.join(""));
    await fc.assert(
      fc.asyncProperty(texts, texts, texts, async (subject, text, recipient) => {
        await everywhere.exec("DELETE FROM outbox");
        const page = await operator.read(await keep({ subject, text, recipient, html: text }));
        expect(await parsed(page)).toEqual({ elements: usual.elements, subject, text });
        expect((await parsed(await operator.read(OUTBOX))).elements).toEqual(list);
      }),
      { numRuns: runs(25) },
    );
  });
});

describe("the console's page about mail", () => {
  it("says how to set it up where there is none, and takes no test", async () => {
    const operator = await signedIn();
    const page = await operator.read(OUTBOX);
    expect(textOf(page)).toContain(t.off);
    expect(page).toContain(`<a href="${OUTBOX}" aria-current="page">`);
    expect(page).not.toContain('name="email"');
    const refused = await operator.post(OUTBOX, { email: "ada@example.com" });
    expect([
      refused.status,
      textOf(await refused.text()).includes(words.problems.mail_off),
    ]).toEqual([403, true]);
  });

  it("says how mail goes out and how many notices wait, and never the provider's token", async () => {
    const mailbox = receiveMail();
    const { id } = await reader(mailbox);
    const operator = await signedIn();
    const shown = async () => textOf(await operator.read(OUTBOX));
    expect(await shown()).toMatch(
      inOrder(t.ways.http, "Stepgate <no-reply@example.com>", `${t.waiting} 0`),
    );
    const d1 = await databaseOf(id);
    await d1
      .prepare(
        "INSERT INTO notices (user_id, kind, event_id, attempts, next_at) VALUES (?, ?, 1, 3, 1)",
      )
      .bind(id, "locked")
      .run();
    expect(await shown()).toMatch(inOrder(`${t.waiting} 1`, `${t.attempts} 3`));
    expect(await operator.read(OUTBOX)).not.toMatch(/token-of-the-provider|mail\.example\.com/);
  });

  it("sends a letter to try it, in the operator's language, and says how that ended", async () => {
    const mailbox = receiveMail();
    const operator = await signedIn();
    const headers = { "accept-language": "de" };
    const sent = await operator.post(OUTBOX, { email: "bob@example.com" }, { headers });
    expect(sent.headers.get("location")).toBe(`${OUTBOX}?done=test_sent`);
    const ours = { headers: { "sec-fetch-site": "same-origin" } };
    const done = await (await operator.get(`${OUTBOX}?done=test_sent`, ours)).text();
    expect(textOf(done)).toContain(words.console.done.test_sent);
    expect(mailbox.letters).toMatchObject([{ to: ["bob@example.com"] }]);
    expect(mailbox.letters[0]?.html).toContain('<html lang="de"');
    mailbox.answer = () => new Response("no", { status: 422 });
    const failed = await (await operator.post(OUTBOX, { email: "bob@example.com" })).text();
    expect(await faultsIn(failed)).toEqual(onlyAtTop(t.test.failed({ cause: "status 422" })));
    expect(failed).toMatch(/name="email"[^>]*value="bob@example.com"/);
  });

  it("takes only an address for that", async () => {
    const mailbox = receiveMail();
    const operator = await signedIn();
    const refused = await operator.post(OUTBOX, { email: "bob" });
    expect(refused.status).toBe(422);
    expect(await faultsIn(await refused.text())).toEqual(onlyAt("email", words.fields.email));
    expect(mailbox.letters).toEqual([]);
  });
});

it("the console's page of a user says whether their address is confirmed", async () => {
  const mailbox = receiveMail();
  const operator = await signedIn();
  const [proven, unproven] = [
    await reader(mailbox, "proven@example.com"),
    await register("unproven@example.com"),
  ];
  const { confirmed, unconfirmed } = words.email;
  for (const [{ id }, state] of [
    [proven, confirmed],
    [unproven, unconfirmed],
  ] as const) {
    const page = textOf(await operator.read(`/console/users/${id}`));
    expect(page).toContain(`${words.register.email} ${state}`);
  }
});
