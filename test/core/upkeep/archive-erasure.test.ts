/** What the archive says of people, and what becomes of that when they are deleted. */

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { HOUR, MAX_EVENTS } from "../../../src/core/audit/archive-object";
import { archiveEvents } from "../../../src/core/upkeep/archive";
import { EVENTS_SEARCHED } from "../../../src/core/upkeep/archive-seal";
import {
  addEvents,
  archivedEvents,
  bytesOf,
  flood,
  hotEvents,
  idOf,
  objectNames,
  objectRows,
  onceOnly,
  runCron,
} from "../../archive";
import { counted, watched } from "../../calls";
import { metered } from "../../d1-meter";
import { depsOf } from "../../deps";
import { enrolmentLink, pathOf, settings } from "../../links";
import { storedUser } from "../../security/support";
import { admin, codeOf, createApp, elapse, enrolled, phoneWith, type TestApp } from "../../service";
import { insertInto } from "../../storage";
import { visitor } from "../../visitor";

const MONTH = 31 * 24 * 3600;
const IP = "192.0.2.77";
const BROWSER = "Distinctive Browser/1.0";

interface Told {
  type: string;
  userId: string | null;
  ip: string | null;
  userAgent: string | null;
  note: string | null;
}

async function told(query = ""): Promise<Told[]> {
  const headers = { accept: "application/x-ndjson" };
  const text = await (await admin("GET", `/audit?${query}`, { headers })).text();
  return text
    .split("\n")
    .slice(0, -1)
    .map((line): Told => JSON.parse(line));
}

/** All that the bucket holds, as text. */
async function bucketText(): Promise<string> {
  const texts = (await objectNames()).map(async (name) => {
    const stream = new Blob([await bytesOf(name)]).stream();
    return new Response(stream.pipeThrough(new DecompressionStream("gzip"))).text();
  });
  return (await Promise.all(texts)).join("");
}

/** Everything that there is until now becomes old and is archived. */
async function archiveAll(bindings = env): Promise<void> {
  elapse(MONTH);
  await addEvents([idOf(0)]);
  await runCron(bindings);
  expect(await hotEvents()).toHaveLength(1);
}

/** A user with an event that names their address and browser, and one with the operator's words. */
async function prepareUser(app: TestApp, userId = "ada"): Promise<string> {
  const { phone } = await enrolled(app, userId);
  const body = { code: codeOf(phone), ip: IP, userAgent: BROWSER };
  await app.v1("POST", `/users/${userId}/verify`, { body });
  const { id } = await storedUser(userId);
  await admin("POST", `/users/${id}/unlock`, { body: { reason: "her own words" } });
  return id;
}

describe("what an archived event says of a user", () => {
  it("is sealed in the bucket, and told as before", async () => {
    const id = await prepareUser(await createApp());
    const before = await told(`userId=${id}`);
    await archiveAll();
    expect(await told(`userId=${id}`)).toEqual(before);
    const text = await bucketText();
    for (const clear of [IP, BROWSER, "her own words"]) expect(text).not.toContain(clear);
    expect(text).toContain(id);
  });

  it("is gone when the user is deleted, by whomever; what happened stays", async () => {
    const app = await createApp();
    const ids = [await prepareUser(app, "ada"), await prepareUser(app, "bob")];
    await archiveAll();
    const others = await told(`userId=${ids[1]}`);
    await app.v1("DELETE", "/users/ada");
    const [, ...archived] = await told(`userId=${ids[0]}`);
    expect(archived.map(({ type }) => type)).toEqual(others.map(({ type }) => type));
    for (const event of archived) {
      expect(event).toMatchObject({ ip: null, userAgent: null, note: null });
    }
    expect(await told(`userId=${ids[1]}`)).toEqual(others);
    await admin("DELETE", `/users/${ids[1]}`);
    expect(JSON.stringify(await told())).not.toContain(IP);
    const keys = env.DB.prepare("SELECT count(*) AS n FROM users WHERE erasure_key <> ''");
    expect(await keys.first("n")).toBe(0);
  });

  it("is gone with the users of a deleted app", async () => {
    const app = await createApp();
    const id = await prepareUser(app);
    await archiveAll();
    await admin("DELETE", `/apps/${app.id}`);
    await runCron();
    await runCron();
    expect(JSON.stringify(await told(`userId=${id}`))).not.toContain(IP);
  });

  it("is nothing for a user of an app that was deleted before", async () => {
    const app = await createApp();
    const id = await prepareUser(app);
    await admin("DELETE", `/apps/${app.id}`);
    await runCron();
    await runCron();
    expect(JSON.stringify(await told(`userId=${id}`))).toContain(IP);
    await archiveAll();
    expect(await bucketText()).toContain(id);
    for (const clear of [IP, BROWSER, "her own words"]) {
      expect(await bucketText()).not.toContain(clear);
    }
  });

  it("stays where deleting the user left it: the operator's address", async () => {
    const id = await prepareUser(await createApp());
    const headers = { "cf-connecting-ip": "198.51.100.9" };
    await admin("DELETE", `/users/${id}`, { headers });
    await archiveAll();
    const [deleted, ...others] = await told(`userId=${id}`);
    expect(deleted).toMatchObject({ type: "user.deleted", ip: "198.51.100.9" });
    expect(JSON.stringify(others)).not.toContain(IP);
    expect(await bucketText()).not.toContain(IP);
  });

  it("is nothing for somebody without an address: then nobody gets a key", async () => {
    await enrolled(await createApp(), "ada");
    await archiveAll();
    expect(await env.DB.prepare("SELECT erasure_key AS key FROM users").first("key")).toBe(null);
  });

  it("is left out where the user is deleted at any call of the run", async () => {
    const prepare = async () => {
      for (const table of ["audit_events", "archive_objects"]) {
        await env.DB.prepare(`DELETE FROM ${table}`).run();
      }
      const app = await createApp();
      const id = await prepareUser(app, `user-${app.id}`);
      elapse(MONTH);
      await addEvents([idOf(0)]);
      return { id, path: `/users/user-${app.id}`, app };
    };
    await prepare();
    const { bindings, calls } = counted();
    await runCron(bindings);
    for (let at = calls() - 8; at <= calls(); at++) {
      const { id, path, app } = await prepare();
      await runCron(
        watched(async (number, make) => {
          if (number === at) await app.v1("DELETE", path);
          return make();
        }),
      );
      const events = await told(`userId=${id}`);
      expect([at, events.map(({ type }) => type)[0]]).toEqual([at, "user.deleted"]);
      expect([at, events.filter(({ ip, note }) => (ip ?? note) !== null)]).toEqual([at, []]);
      expect([at, (await objectRows()).length > 0]).toEqual([at, true]);
    }
    expect(await bucketText()).not.toContain(IP);
  });
});

describe("a link that was opened before its user existed", () => {
  async function enrolByLink(app: TestApp, later = 0): Promise<string> {
    const browser = visitor();
    await browser.get(pathOf(await enrolmentLink(app, "newcomer")));
    const { html } = await browser.submit({});
    elapse(later);
    const [, secret = ""] = /secret=([A-Z2-7]+)/.exec(html) ?? [];
    await browser.submit({ code: codeOf(phoneWith(secret)) });
    return (await storedUser("newcomer")).id;
  }

  it("tells who opened it until that user is deleted", async () => {
    const app = await createApp({ settings });
    const id = await enrolByLink(app);
    const openings = async () =>
      (await told()).filter(({ type, userId }) => type === "link.opened" && userId === null);
    const before = await openings();
    expect(before).toMatchObject([
      { ip: expect.any(String), note: expect.stringMatching(/^link_/) },
    ]);
    await archiveAll();
    expect(await openings()).toEqual(before);
    expect(await bucketText()).not.toContain(before[0]?.ip);
    await admin("DELETE", `/users/${id}`);
    expect(await openings()).toEqual([{ ...before[0], ip: null, userAgent: null }]);
  });

  it("tells it too if they came in the next hour, which is another object", async () => {
    const app = await createApp({ settings });
    elapse(3600 - ((Date.now() / 1000) % 3600) + 50 * 60);
    const id = await enrolByLink(app, 12 * 60);
    await archiveAll();
    expect(await objectNames()).toHaveLength(3);
    const { ip } = (await told()).find(({ type }) => type === "link.opened") ?? {};
    expect(ip).toEqual(expect.any(String));
    expect(await bucketText()).not.toContain(`"${ip}"`);
    await admin("DELETE", `/users/${id}`);
    const [opened] = (await told()).filter(({ type }) => type === "link.opened");
    expect(opened).toMatchObject({ ip: null, userAgent: null });
  });

  it.each([
    [
      "is sealed if its user is found among so many events",
      EVENTS_SEARCHED - 2,
      expect.any(String),
    ],
    ["is left out if there are more, and its user may be behind them", EVENTS_SEARCHED, undefined],
  ])("%s", async (_, between, sealed) => {
    const user = { id: "usr_a", app_id: "accounts", external_id: "a", created_at: 0 };
    await insertInto(env.DB, "users", user).run();
    const opened = Math.floor(idOf(40) / HOUR) * HOUR;
    await addEvents([opened], () => ({ type: "link.opened", note: "link_a", ip: IP }));
    await flood(opened + 1, between);
    const came = { user_id: "usr_a", actor: "link:link_a" };
    await addEvents([opened + 1 + between, idOf(0)], (id) => (id === idOf(0) ? {} : came));
    const { binding, meter } = metered(env.DB);
    const { deps } = await depsOf({ ...env, ...binding });
    await archiveEvents(deps, env.ARCHIVE, onceOnly());
    const [{ sealed: kept, ...event } = { sealed: null }] = await archivedEvents();
    expect(event).toMatchObject({ type: "link.opened", note: "link_a", ip: null });
    expect(kept).toEqual(sealed);
    expect(meter.rowsRead).toBeLessThan(EVENTS_SEARCHED + 8 * MAX_EVENTS);
  });

  it("is archived as it is if nobody came of it", async () => {
    const app = await createApp({ settings });
    const body = { userId: "nobody", accountName: "nobody" };
    await app.v1("POST", "/enrolment-links", { body, headers: { "stepgate-user-ip": IP } });
    const before = await told();
    expect(before[0]).toMatchObject({ type: "link.created", userId: null, ip: IP });
    await archiveAll();
    expect((await told()).slice(1)).toEqual(before);
    expect((await archivedEvents()).every(({ sealed }) => sealed === undefined)).toBe(true);
  });
});
