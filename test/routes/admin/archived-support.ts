/** Lists of the trail over HTTP, and buckets that count or fail. */

import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { HOUR } from "../../../src/core/audit/archive-object";
import { archiveEvents } from "../../../src/core/upkeep/archive";
import type { Bindings } from "../../../src/env";
import { idOf } from "../../archive";
import { depsOf } from "../../deps";
import { admin } from "../../service";

interface Event {
  id: number;
  at: string;
  type: string;
  outcome: string;
  appId: string | null;
  userId: string | null;
}
interface Page {
  items: Event[];
  nextCursor: string | null;
}

export const NOON = Date.UTC(2026, 8, 1, 12) * 1000;

export async function page(query: string, bindings: Bindings = env): Promise<Page> {
  const response = await admin("GET", `/audit?${query}`, { bindings });
  expect(response.status).toBe(200);
  return response.json<Page>();
}

/** All pages of a list, in their order. */
export async function pages(query: string): Promise<Page[]> {
  const all = [await page(query)];
  for (let next = all[0]?.nextCursor; next !== null; next = all.at(-1)?.nextCursor) {
    all.push(await page(`${query}&cursor=${next}`));
  }
  return all;
}

export async function everything(query = "limit=100"): Promise<Event[]> {
  return (await pages(query)).flatMap(({ items }) => items);
}

export async function exported(path = "/audit"): Promise<string> {
  const headers = { accept: "application/x-ndjson" };
  return (await admin("GET", path, { headers })).text();
}

/** The bucket with a count of what is read, or one that fails. */
export function bucket(get: (name: string) => unknown): Bindings {
  const ARCHIVE = new Proxy(env.ARCHIVE, {
    get(target, member) {
      if (member === "get") return get;
      return Reflect.get(target, member).bind(target);
    },
  });
  return { ...env, ARCHIVE };
}

export function countedBucket(): { bindings: Bindings; names: string[] } {
  const names: string[] = [];
  const bindings = bucket((name) => {
    names.push(name);
    return env.ARCHIVE.get(name);
  });
  return { bindings, names };
}

export const unreachable = bucket(() => Promise.reject(new Error("the bucket does not answer")));

/** So many events in each of these hours before noon, 30 days ago. */
export async function fillHours(hours: number, each: number, userId: (hour: number) => string) {
  const insert = env.DB.prepare(`INSERT INTO audit_events (id, type, outcome, actor, user_id)
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)
    SELECT ?1 + i, 'code.verified', 'success', 'system', ?3 FROM n`);
  const all = Array.from({ length: hours }, (_, hour) =>
    insert.bind(NOON - (hour + 1) * HOUR, each, userId(hour)),
  );
  await env.DB.batch([...all, insert.bind(idOf(0), 1, "usr_now")]);
}

/** As many runs as it takes. */
export async function archiveAll(): Promise<void> {
  const { deps } = await depsOf();
  while ((await archiveEvents(deps, env.ARCHIVE)) > 0);
}
