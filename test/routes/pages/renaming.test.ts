import { beforeEach, describe, expect, it } from "vitest";
import { protect, register, type Protected } from "../../account";
import { faultsIn, onlyAt } from "../../form-faults";
import { loggedIn } from "../../security/together-support";
import { contents, rows } from "../../security/support";
import { codeOf, elapse } from "../../service";
import { textOf, visitor, type View, type Visitor } from "../../visitor";
import { words } from "../../words";

const { account: t } = words;

let people = 0;
let person: Protected;
let browser: Visitor;
let path: string;

/** Logged in with a code that was just given. */
beforeEach(async () => {
  person = await protect(await register(`renaming${people++}@example.com`));
  browser = await loggedIn(person);
  path = `/account/authenticators/${person.authenticatorId}/rename`;
});

const namesInStore = async () =>
  (await rows("SELECT name FROM authenticators ORDER BY id")).map(({ name }) => name);

/** What the list of authenticators offers to rename, by what is read of it. */
function offers({ html }: View) {
  const forms = html.matchAll(/<form method="post" action="([^"]+\/rename)">.*?<\/form>/gs);
  return [...forms].map(([form, action]) => ({
    action,
    label: textOf(/aria-label="([^"]*)"/.exec(form)?.[1] ?? ""),
    value: /value="([^"]*)"/.exec(form)?.[1],
  }));
}

describe("renaming an authenticator in its place in the list", () => {
  it("offers a form that has the name of now, and says that the name has been changed", async () => {
    const before = await browser.get("/account");
    expect(offers(before)).toEqual([
      { action: path, label: t.newName({ name: t.unnamed }), value: "" },
    ]);
    const renamed = await browser.submit({ name: "  Work phone " }, path);
    expect(renamed.at).toBe("/account?done=renamed");
    expect(textOf(renamed.html)).toContain(t.done.renamed);
    expect(offers(renamed)).toEqual([
      { action: path, label: t.newName({ name: "Work phone" }), value: "Work phone" },
    ]);
    expect(await namesInStore()).toEqual(["Work phone"]);
    expect(
      await rows("SELECT outcome FROM audit_events WHERE type = 'authenticator.renamed'"),
    ).toEqual([{ outcome: "success" }]);
  });

  it("takes a name of 64 characters, whatever alphabet they are of", async () => {
    for (const name of ["x".repeat(64), "名".repeat(64), "🔑".repeat(64)]) {
      expect((await browser.submit({ name }, path)).at).toBe("/account?done=renamed");
      expect(await namesInStore()).toEqual([name]);
    }
  });

  it.each([
    ["too long", "x".repeat(65)],
    ["empty", ""],
    ["made of blanks", "   "],
    ["of two lines", "Work\nphone"],
    ["with a tab at its end", "Work phone\t"],
    ["with an escape character", "Work\u001b[31mphone"],
    ["with a null character", "Work\u0000phone"],
  ])("says on the page that a name is refused that is %s", async (_what, name) => {
    const refused = await browser.submit({ name }, path);
    expect([refused.status, refused.at]).toEqual([422, path]);
    expect(await faultsIn(refused.html)).toEqual(onlyAt("name", words.fields.name));
    expect(refused.html).toContain('<details class="whole" open="">');
    expect(offers(refused)).toHaveLength(1);
    expect(await namesInStore()).toEqual([null]);
  });

  it("needs a code that was given in the last five minutes, and leads back to the list", async () => {
    elapse(301);
    const asked = await browser.submit({ name: "Work phone" }, path);
    expect(asked.at).toBe(`/account/prove?next=${encodeURIComponent(path)}`);
    expect(await namesInStore()).toEqual([null]);
    expect(offers(await browser.get("/account"))).toEqual([]);
    const proven = await browser.submit({ code: codeOf(person.phone) }, asked.at);
    expect(proven.at).toBe("/account");
    expect(await namesInStore()).toEqual([null]);
  });

  it("is for nobody who is not logged in", async () => {
    expect((await visitor().submit({ name: "Mine" }, path)).at).toContain("/account/login");
    expect(await namesInStore()).toEqual([null]);
  });

  it("renames no authenticator of somebody else", async () => {
    const other = await loggedIn(await protect(await register(`renaming${people++}@example.com`)));
    const before = await contents();
    for (const id of [person.authenticatorId, "auth_mfrggzdfmztwq2lk"]) {
      const refused = await other.submit({ name: "Mine" }, `/account/authenticators/${id}/rename`);
      expect(refused.status).toBe(404);
      expect(textOf(refused.html)).toContain(words.problems.not_found);
    }
    const after = await contents();
    // But for the note that the session is in use.
    expect({ ...after, sessions: null }).toEqual({ ...before, sessions: null });
  });
});
