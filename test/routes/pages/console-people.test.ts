import { beforeEach, describe, expect, it } from "vitest";
import { auth, enrolOwn, logIn, protect, register } from "../../account";
import { destination, newApp, signedIn, type Operator } from "../../console";
import { rows, storedUser } from "../../security/support";
import { admin, createApp, createKey, elapse, enrolled, useKey } from "../../service";
import { textOf } from "../../visitor";
import { words } from "../../words";

let operator: Operator;
beforeEach(async () => {
  operator = await signedIn();
});

const PASSWORD = "correct horse battery staple";
const reason = "Lost laptop; identity checked by video call";

async function eventsOf(userId: string, type: string) {
  const { items } = await (
    await admin("GET", `/audit?userId=${userId}&type=${type}`)
  ).json<{ items: { actor: string; note: string | null }[] }>();
  return items.map(({ actor, note }) => ({ actor, note }));
}

describe("an operator", () => {
  it("creates an account, which can sign in, even if registration is closed", async () => {
    await admin("PATCH", "/apps/accounts", { body: { settings: { registration: "closed" } } });
    const fields = { email: "ada@example.com", username: "", personName: "Ada Lovelace" };
    const made = await operator.post("/console/new-account", { ...fields, newPassword: PASSWORD });
    expect(made.status).toBe(303);
    const page = await operator.read(destination(made) ?? "");
    expect(page).toContain("<h1>Ada Lovelace</h1>");
    const person = { email: fields.email, password: PASSWORD };
    expect((await auth("POST", "/login", { body: person })).status).toBe(200);
  });

  it("is told what is wrong with an account, at the field, and nothing is made", async () => {
    const fields = { email: "ada@example.com", username: "", personName: "", newPassword: "short" };
    const refused = await operator.post("/console/new-account", fields);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('id="newPassword-fault"');
    expect(await rows("SELECT user_id FROM accounts")).toEqual([]);
  });

  it("removes one of several authenticators for a reason, which the audit trail keeps", async () => {
    const person = await protect(await register("ada@example.com"));
    const second = await enrolOwn(person.tokens);
    const path = `/console/users/${person.id}`;
    const remove = `${path}/authenticators/${second.id}/remove`;
    expect(await operator.read(path)).toContain(`href="${remove}"`);
    expect((await operator.post(remove, { reason: "" })).status).toBe(422);
    expect((await operator.post(remove, { reason })).status).toBe(303);
    expect(await eventsOf(person.id, "authenticator.removed")).toEqual([
      { actor: "admin", note: reason },
    ]);
    const [{ n } = { n: 0 }] = await rows<{ n: number }>(
      "SELECT count(*) AS n FROM authenticators",
    );
    expect(n).toBe(1);
    expect((await operator.post(remove, { reason })).status).toBe(404);
  });

  it("ends one session and no other", async () => {
    const person = await register("ada@example.com");
    const tokens = [1, 2].map(() => logIn(person));
    const sessions = (await Promise.all(tokens)).length;
    const page = await operator.read(`/console/users/${person.id}`);
    const links = Array.from(
      page.matchAll(/href="([^"]+\/sessions\/[^"]+\/end)"/g),
      ([, to]) => to,
    );
    expect(links.length).toBeGreaterThanOrEqual(sessions);
    expect((await operator.post(links[0] ?? "", { reason })).status).toBe(303);
    const [event] = await eventsOf(person.id, "session.revoked");
    expect(event).toMatchObject({ actor: "admin", note: expect.stringContaining(reason) });
    const left = await operator.read(`/console/users/${person.id}`);
    expect(left.match(/\/sessions\/[^"]+\/end"/g)).toHaveLength(links.length - 1);
    expect((await operator.post(links[0] ?? "", { reason })).status).toBe(404);
  });

  it("cannot end a session of somebody else by a path of another user", async () => {
    const [ada, bob] = [await register("ada@example.com"), await register("bob@example.com")];
    await logIn(bob);
    const [session] = await rows<{ id: string }>(
      `SELECT id FROM sessions WHERE user_id = '${bob.id}' AND revoked_at IS NULL LIMIT 1`,
    );
    const path = `/console/users/${ada.id}/sessions/${session?.id}/end`;
    expect((await operator.post(path, { reason })).status).toBe(404);
  });
});

describe("the list of users", () => {
  it.each([
    ["the beginning of a name, in any case", "ada lo"],
    ["an e-mail address", "ada@"],
    ["our own id", null],
  ])("finds a person by %s", async (_, query) => {
    const { id } = await register("ada@example.com", { name: "Ada Lovelace" });
    await register("bob@example.com", { name: "Bob" });
    const found = await operator.read(`/console/users?query=${encodeURIComponent(query ?? id)}`);
    expect(found).toContain("Ada Lovelace");
    expect(found).not.toContain("bob@example.com");
  });

  it("finds a key by how it begins, and says whose it is", async () => {
    const appId = await newApp(operator, "My shop");
    const key = await createKey(appId, { name: "Checkout" });
    const found = await operator.read(`/console/users?query=${key.slice(0, 8)}`);
    expect(textOf(found)).toMatch(/Checkout My shop/);
    expect(found).toContain(`href="/console/apps/${appId}"`);
    expect(found).not.toContain(key);
    expect(await operator.read("/console/users?query=sg_zzzzzz")).not.toContain("Checkout");
  });

  it("shows who has a second factor", async () => {
    const app = await createApp();
    await enrolled(app, "with");
    await app.v1("POST", "/users/without/authenticators", { body: {} });
    const page = textOf(await operator.read("/console/users"));
    expect(page).toMatch(/with 2FA on/);
    expect(page).toMatch(/without 2FA off/);
  });
});

describe("the audit trail", () => {
  it("names people and apps, with the machine's word beside the plain one", async () => {
    const app = useKey(await newApp(operator, "My shop"), "");
    const key = await createKey(app.id, {});
    await enrolled(useKey(app.id, key), "customer-7");
    const { id } = await storedUser("customer-7");
    const page = await operator.read("/console/audit");
    expect(textOf(page)).toMatch(
      /Authenticator app setup authenticator\.confirmed customer-7 My shop/,
    );
    expect(page).toContain(`href="/console/users/${id}"`);
  });

  it("is exported as CSV that no spreadsheet computes", async () => {
    await admin("POST", "/apps", { body: { name: "Shop" } });
    const person = await register("ada@example.com");
    const note = '=HYPERLINK("https://evil.example";"x")';
    await operator.post(`/console/users/${person.id}/disable`, { reason: note });
    const exported = await operator.get("/console/audit/export.csv?type=user.disabled");
    expect(exported.headers.get("content-type")).toContain("text/csv");
    const [header, line = ""] = (await exported.text()).split("\r\n");
    expect(header).toBe(
      "at,type,outcome,reason,appId,userId,actor,authenticatorId,ip,userAgent,note,requestId,id",
    );
    expect(line).toContain(`,"'=HYPERLINK(""https://evil.example"";""x"")",`);
  });

  it("takes times by the clocks of the chosen zone, and names the zone once", async () => {
    const chosen = await operator.post("/console/time-zone", { zone: "Asia/Kolkata" });
    const [zone = ""] = chosen.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
    const there = { headers: { cookie: `${operator.cookie}; ${zone}` } };
    const read = async (query: string) =>
      (await operator.get(`/console/audit?type=app.created&${query}`, there)).text();
    elapse(60);
    await newApp(operator, "Later");
    // It is 12:01 UTC: 17:31 in Kolkata.
    const shown = await read("since=2026-10-01T17:31");
    expect(shown).toContain("app.created");
    expect(shown).toContain("5:31 PM");
    expect(textOf(shown).match(/Asia\/Kolkata/g)).toHaveLength(1);
    const later = await read("since=2026-10-01T17:32");
    expect(later).toContain(words.console.event.none);
    const refused = await operator.post("/console/time-zone", { zone: "Mars/Olympus" });
    expect(refused.status).toBe(422);
  });
});
