import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { DATABASES, everywhere, separate } from "../../databases";
import { EVENTS_LOOKED_AT } from "../../../src/core/audit/record";
import { signedIn } from "../../console";
import { metered } from "../../d1-meter";
import {
  admin,
  codeOf,
  createApp,
  elapse,
  enrolled,
  wrongCodeOf,
  type TestApp,
} from "../../service";
import { words } from "../../words";

let app: TestApp;
beforeEach(async () => {
  app = await createApp();
});

interface Event {
  id: number;
  at: string;
  type: string;
  outcome: string;
  reason: string | null;
  actor: string;
  note: string | null;
  ip: string | null;
  requestId: string;
}

async function events(query = ""): Promise<Event[]> {
  const response = await admin("GET", `/audit?limit=100${query}`);
  return (await response.json<{ items: Event[] }>()).items;
}

it("tells the whole story, newest first", async () => {
  separate();
  const { phone } = await enrolled(app, "ada");
  for (let failures = 0; failures < 5; failures++) await app.verify("ada", wrongCodeOf(phone));
  await app.verify("ada", codeOf(phone));
  elapse(30);
  await app.verify("ada", codeOf(phone));
  const story = (await events()).map(({ type, outcome }) => `${type} ${outcome}`);
  expect(story).toEqual([
    "code.verified success",
    "user.refused refused",
    "user.locked success",
    ...Array.from({ length: 5 }, () => "code.verified failure"),
    "authenticator.confirmed success",
    "authenticator.enrolled success",
    "api_key.created success",
    "app.created success",
  ]);
});

it("tells who, from where and why, and which request", async () => {
  const { phone } = await enrolled(app, "ada");
  const body = { code: wrongCodeOf(phone), ip: "2001:db8::1", userAgent: "Browser" };
  const response = await app.v1("POST", "/users/ada/verify", { body });
  const [event] = await events("&type=code.verified");
  expect(event).toMatchObject({
    at: new Date().toISOString(),
    appId: app.id,
    reason: "wrong_code",
    actor: `key:${app.key.split("_")[1]}`,
    ip: "2001:db8::1",
    userAgent: "Browser",
    requestId: response.headers.get("x-request-id"),
  });
});

it("notes refused attempts of a user once a minute at most", async () => {
  const { phone } = await enrolled(app, "ada");
  for (let failures = 0; failures < 5; failures++) await app.verify("ada", wrongCodeOf(phone));
  for (let floods = 0; floods < 20; floods++) await app.verify("ada", codeOf(phone));
  expect(await events("&type=user.refused")).toHaveLength(1);
});

describe("filters", () => {
  it("select by app, user, type and time, and combine", async () => {
    const { phone } = await enrolled(app, "ada");
    const other = await createApp();
    await enrolled(other, "bob");
    elapse(60);
    const since = new Date().toISOString();
    await app.verify("ada", codeOf(phone));
    const until = new Date(Date.now() + 1).toISOString();
    elapse(60);
    await app.v1("POST", "/users/ada/backup-codes");

    expect((await events(`&appId=${other.id}`)).every(({ note }) => note !== app.id)).toBe(true);
    expect((await events(`&since=${since}`)).map(({ type }) => type)).toEqual([
      "backup_codes.rotated",
      "code.verified",
    ]);
    expect(await events(`&since=${since}&until=${until}`)).toHaveLength(1);
    expect(await events(`&since=${since}&type=code.verified&appId=${other.id}`)).toEqual([]);
    const { items } = await (
      await admin("GET", "/users?query=ada")
    ).json<{ items: { id: string }[] }>();
    const ofAda = (await events(`&userId=${items[0]?.id}`)).map(({ type }) => type);
    expect(ofAda).toEqual([
      "backup_codes.rotated",
      "code.verified",
      "authenticator.confirmed",
      "authenticator.enrolled",
    ]);
  });

  it("select by outcome", async () => {
    const { phone } = await enrolled(app, "ada");
    await app.verify("ada", wrongCodeOf(phone));
    await app.verify("ada", codeOf(phone));
    const ofCodes = await events("&type=code.verified");
    expect(ofCodes.map(({ outcome }) => outcome)).toEqual(["success", "failure"]);
    expect(await events("&outcome=failure")).toEqual(ofCodes.slice(1));
    expect(await events("&outcome=refused")).toEqual([]);
  });

  it("select what is newer than an event, page by page", async () => {
    const { phone } = await enrolled(app, "ada");
    const [newest] = await events();
    const after = `&after=${newest?.id}`;
    expect(await events(after)).toEqual([]);
    await app.verify("ada", codeOf(phone));
    await app.verify("ada", wrongCodeOf(phone));
    const both = await events(after);
    expect(both.map(({ outcome }) => outcome)).toEqual(["failure", "success"]);
    const first = await admin("GET", `/audit?limit=1${after}`);
    const { nextCursor } = await first.json<{ nextCursor: string }>();
    const second = await admin("GET", `/audit?limit=1${after}&cursor=${nextCursor}`);
    expect(await second.json()).toEqual({ items: both.slice(1), nextCursor: null });
  });

  it.each([
    "userid=typo",
    "since=yesterday",
    "type=nothing",
    "outcome=maybe",
    "after=x",
    "after=",
    "after=99999999999999999",
    "limit=0",
    "limit=101",
    "cursor=x",
    "cursor=1.5.9.7.4.3",
  ])("refuse %s", async (query) => {
    expect((await admin("GET", `/audit?${query}`)).status).toBe(422);
  });
});

it("comes in pages that neither miss nor repeat an event while new ones arrive", async () => {
  const { phone } = await enrolled(app, "ada");
  const before = (await events()).map(({ id }) => id);
  const seen: number[] = [];
  let cursor = "";
  do {
    const response = await admin("GET", `/audit?limit=1${cursor}`);
    const page = await response.json<{ items: Event[]; nextCursor: string | null }>();
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
    await app.verify("ada", codeOf(phone));
  } while (cursor);
  expect(seen).toEqual(before);
});

it("is exported as one JSON document a line, all of it", async () => {
  const { phone } = await enrolled(app, "ada");
  await app.verify("ada", codeOf(phone));
  const response = await admin("GET", "/audit", { headers: { accept: "application/x-ndjson" } });
  expect(response.headers.get("content-type")).toBe("application/x-ndjson");
  const lines = (await response.text()).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(await events());
});

describe("a rare event among many others", () => {
  const more = 2 * EVENTS_LOOKED_AT + 5;
  beforeEach(async () => {
    const insert = `INSERT INTO audit_events (id, type, outcome, actor)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
      SELECT ?1 * 1000 + 1000 + i, 'code.verified', 'success', 'system' FROM n`;
    await everywhere.prepare(insert).bind(Date.now(), more).run();
  });

  it("is found some pages later, each of which looks at a bounded number of events", async () => {
    const { binding, meter } = metered();
    const bindings = { ...env, ...binding };
    const pages: string[][] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const path: string = `/audit?type=app.created${cursor && `&cursor=${cursor}`}`;
      const response = await admin("GET", path, { bindings });
      const page = await response.json<{ items: Event[]; nextCursor: string | null }>();
      pages.push(page.items.map(({ type }) => type));
      cursor = page.nextCursor;
    }
    expect(pages).toEqual([[], [], ["app.created"]]);
    // Twice, for where to go on.
    expect(meter.rowsRead).toBeLessThan(2 * (more + 10) + 10);
  });

  it("is in an export, which goes on by itself, and on the console after one more click", async () => {
    const headers = { accept: "application/x-ndjson" };
    const exported = await admin("GET", "/audit?type=app.created", { headers });
    const lines = (await exported.text()).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(["app.created"]);
    const operator = await signedIn();
    const page = await operator.read("/console/audit?type=app.created&live=no");
    expect(page).toContain(words.console.searchOn);
    expect(page).toContain("&amp;cursor=");
  });

  it("costs nothing of it where its time or its user is known", async () => {
    const { binding, meter } = metered();
    const bindings = { ...env, ...binding };
    const until = new Date(Date.now() + 1).toISOString();
    const found = await admin("GET", `/audit?type=app.created&until=${until}`, { bindings });
    expect(await found.json()).toMatchObject({ items: [{}], nextCursor: null });
    await admin("GET", "/audit?type=app.created&userId=usr_nobody", { bindings });
    expect(meter.rowsRead).toBeLessThan(20 * DATABASES.length);
  });
});
