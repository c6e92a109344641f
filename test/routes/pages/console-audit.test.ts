import { beforeEach, describe, expect, it } from "vitest";
import { everywhere } from "../../databases";
import { newApp, signedIn, type Operator } from "../../console";
import { admin, createApp, createKey, elapse, enrolled, useKey, wrongCodeOf } from "../../service";
import { faultsIn } from "../../form-faults";
import { storedUser } from "../../security/support";
import { words } from "../../words";

let operator: Operator;
beforeEach(async () => {
  operator = await signedIn();
});

/** What the page has its script ask for. */
async function liveUrl(path = "/console/audit"): Promise<string> {
  const [, url = ""] = /data-live="([^"]+)"/.exec(await operator.read(path)) ?? [];
  return url.replaceAll("&amp;", "&");
}

describe("the live tail", () => {
  it("answers rows that are newer, and where to go on", async () => {
    const start = await liveUrl();
    expect((await operator.get(start)).status).toBe(204);
    elapse(1);
    await newApp(operator, "Shop");
    const answer = await operator.get(start);
    const rows = await answer.text();
    expect(rows).toMatch(/^<li>.*<code>app\.created<\/code>.*<\/li>$/s);
    expect(rows.match(/<li>/g)).toHaveLength(1);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const next = answer.headers.get("x-next") ?? "";
    expect((await operator.get(next)).status).toBe(204);
    elapse(1);
    await newApp(operator, "Shop 2");
    expect((await operator.get(next)).status).toBe(200);
  });

  it("keeps to the filter, and goes past what does not fit it", async () => {
    const start = await liveUrl("/console/audit?type=app.deleted");
    await newApp(operator);
    const answer = await operator.get(start);
    expect(answer.status).toBe(204);
    const next = new URL(answer.headers.get("x-next") ?? "", "https://2fa.test");
    expect(next.searchParams.get("type")).toBe("app.deleted");
    expect(positionOf(next)).toBeGreaterThan(positionOf(new URL(start, next)));
  });

  it("says when there was more than it shows", async () => {
    const start = await liveUrl();
    await fill(40);
    const rows = await (await operator.get(start)).text();
    expect(rows.match(/<li>/g)).toHaveLength(31);
    expect(rows).toContain(words.console.event.more);
  });

  it("is not there on older pages, for a time that is over, or when it was stopped", async () => {
    for (const query of ["cursor=1", "until=2026-01-01T00:00", "live=no"]) {
      expect(await liveUrl(`/console/audit?${query}`)).toBe("");
    }
  });
});

/** So many events, to the microsecond. */
/** How far it is in all databases together. */
function positionOf({ searchParams }: URL): number {
  const parts = (searchParams.get("after") ?? "").split(".");
  return parts.reduce((sum, part) => sum + Number(part), 0);
}

async function fill(count: number): Promise<void> {
  const now = Date.now() * 1000 + 10;
  await everywhere.batch(
    Array.from({ length: count }, (_, at) =>
      everywhere
        .prepare(
          "INSERT INTO audit_events (id, type, outcome, actor, ip, user_agent) VALUES (?, 'code.verified', 'success', 'key:abcdefghijklmnop', '2001:db8:1234:5678:9abc:def0:1234:5678', 'Mozilla/5.0 Firefox/140.0')",
        )
        .bind(now + at),
    ),
  );
}

describe("the audit trail", () => {
  it("is filtered by app, user, type, outcome and time", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    await app.verify("ada", wrongCodeOf(phone));
    const { id } = await storedUser("ada");
    const count = async (query: string) =>
      (await operator.read(`/console/audit?${query}`)).match(/<li><div><span class="medium">/g)
        ?.length ?? 0;
    expect(await count(`appId=${app.id}`)).toBe(5);
    expect(await count(`userId=${id}`)).toBe(3);
    expect(await count("type=code.verified&outcome=")).toBe(1);
    expect(await count("outcome=failure")).toBe(1);
    expect(await count("since=2026-10-01T12:00&until=2026-10-01T12:01")).toBe(6);
    expect(await count("since=2026-10-01T12:01")).toBe(0);
    expect(await count("until=2026-10-01T12:00:10")).toBe(0);
  });

  it("says what of a filter it does not understand", async () => {
    for (const [field, value] of [
      ["since", "junk"],
      ["until", "2026-13-01T00:00"],
      ["type", "x"],
    ]) {
      const answer = await operator.get(`/console/audit?${field}=${value}`);
      expect(answer.status).toBe(422);
      const { fields, focus } = await faultsIn(await answer.text());
      expect([Object.keys(fields), focus]).toEqual([[field], [field]]);
    }
    expect((await operator.get("/console/audit/tail?after=x")).status).toBe(422);
  });

  it("turns pages, and each stays small", async () => {
    await fill(40);
    const first = await operator.read("/console/audit");
    expect(first.match(/<li><div><span class="medium">/g)).toHaveLength(30);
    const [, older] = /href="(\?cursor=[\d.]+)"/.exec(first) ?? [];
    const second = await operator.read(`/console/audit${older}`);
    expect(second.match(/<li><div><span class="medium">/g)).toHaveLength(11);
    const packed = new Response(first).body?.pipeThrough(new CompressionStream("gzip"));
    expect((await new Response(packed).arrayBuffer()).byteLength).toBeLessThan(30 * 1024);
  });

  it("is taken away whole, one document a line, as the admin API has it", async () => {
    await newApp(operator);
    const answer = await operator.get("/console/audit/export?type=app.created");
    expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
    expect(answer.headers.get("content-disposition")).toContain("attachment");
    const lines = new TextDecoder()
      .decode(await answer.arrayBuffer())
      .trim()
      .split("\n");
    const { items } = await (
      await admin("GET", "/audit?type=app.created")
    ).json<{ items: unknown[] }>();
    expect(lines.map((line) => JSON.parse(line))).toEqual(items);
  });
});

it("whatever others chose to be called, it is text wherever it is shown", async () => {
  const evil = `<script>x</script>&"'<b>`;
  const { id: appId } = await (
    await admin("POST", "/apps", { body: { name: evil, issuer: evil } })
  ).json<{ id: string }>();
  const app = useKey(appId, await createKey(appId, { name: evil }));
  const start = await liveUrl();
  const { phone } = await enrolled(app, evil, { name: evil });
  const body = { code: wrongCodeOf(phone), ip: "203.0.113.1", userAgent: evil };
  await app.v1("POST", `/users/${encodeURIComponent(evil)}/verify`, { body });
  const { id } = await storedUser(evil);
  await operator.post(`/console/users/${id}/disable`, { reason: evil });
  const [key] = await (
    await admin("GET", `/apps/${appId}/keys`)
  )
    .json<{ items: { id: string }[] }>()
    .then(({ items }) => items);
  const shown = encodeURIComponent(evil);
  const paths = [
    start,
    "/console",
    "/console/apps",
    `/console/apps/${appId}`,
    `/console/apps/${appId}/delete`,
    `/console/apps/${appId}/new-key`,
    `/console/apps/${appId}/keys/${key?.id}/revoke`,
    `/console/users?query=${shown}`,
    `/console/users?query=${shown}&appId=${shown}&state=`,
    `/console/users/${id}`,
    `/console/users/${id}/delete`,
    `/console/audit?userId=${shown}&appId=${shown}`,
    `/console/audit`,
  ];
  const pages = await Promise.all(paths.map((path) => operator.read(path)));
  pages.push(
    await (await operator.post("/console/apps", { appName: `${evil}:`, issuer: evil })).text(),
  );
  for (const [at, page] of pages.entries()) {
    expect([paths[at], page.includes("&lt;script&gt;x")]).toEqual([paths[at], true]);
    expect(page).not.toMatch(/<script>|<b>|&"'|"'</);
  }
});
