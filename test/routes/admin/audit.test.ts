import { beforeEach, describe, expect, it } from "vitest";
import {
  admin,
  codeOf,
  createApp,
  elapse,
  enrolled,
  wrongCodeOf,
  type TestApp,
} from "../../helpers";

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
