/** What becomes of the archive when the time of its events is over. */

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { HOUR } from "../../../src/core/audit/archive-object";
import {
  addEvents,
  bytesOf,
  faultsOfChain,
  idOf,
  manifestIn,
  objectNames,
  objectRows,
  runCron,
} from "../../archive";
import { elapse } from "../../service";

describe("when AUDIT_RETENTION_DAYS are over", () => {
  it("whole hours go, row and object, and the chain begins later", async () => {
    const old = idOf(400, -10_000_000);
    await addEvents([old + HOUR - 1, old + HOUR, old + 3 * HOUR, idOf(0)]);
    await runCron();
    const before = await objectRows();
    elapse(3600 - 11);
    await runCron();
    expect(await objectRows()).toEqual(before);
    elapse(1);
    await runCron();
    expect(await objectRows()).toEqual(before.slice(1));
    expect(await objectNames()).toEqual(before.slice(1).map(({ name }) => name));
    expect(await faultsOfChain()).toEqual([]);
    const { previous } = await manifestIn(await bytesOf(before[1]?.name ?? ""));
    expect(previous).toEqual({ name: before[0]?.name, sha256: before[0]?.sha256 });
  });

  it("objects go that no row names, left behind by a run that broke off", async () => {
    await env.ARCHIVE.put("audit/db/2025/08/01/13.000.0123456789abcdef.ndjson.gz", "left behind");
    await env.ARCHIVE.put("audit/db/2026/08/01/13.000.0123456789abcdef.ndjson.gz", "left behind");
    await env.ARCHIVE.put("something else", "not ours");
    await runCron();
    expect(await objectNames()).toEqual([
      "audit/db/2026/08/01/13.000.0123456789abcdef.ndjson.gz",
      "something else",
    ]);
  });

  it("no object goes before its row", async () => {
    const rows = Array.from({ length: 600 }, (_, at) => idOf(401) - at * HOUR);
    const insert = env.DB.prepare(
      "INSERT INTO archive_objects VALUES (?1, ?1, 1, ?2, '', 1, x'00')",
    );
    const names = rows.map((id) => {
      const hour = new Date(id / 1000).toISOString();
      return `audit/db/${hour.slice(0, 10).replaceAll("-", "/")}/${hour.slice(11, 13)}.000.x.ndjson.gz`;
    });
    await env.DB.batch(rows.map((id, at) => insert.bind(id, names[at] ?? "")));
    await Promise.all(names.map((name) => env.ARCHIVE.put(name, "")));
    await runCron();
    const left = (await objectRows()).map(({ name }) => name);
    expect(left).toHaveLength(100);
    expect(await objectNames()).toEqual(left);
    await runCron();
    expect([await objectRows(), await objectNames()]).toEqual([[], []]);
  });
});
