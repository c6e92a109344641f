/** A day that never was, for the picture of the console: rows of the audit trail, written into the database of the test. */

import { join } from "node:path";
import { explainFailure, runWrangler } from "../../../scripts/wrangler.mjs";

const HOUR_MS = 60 * 60_000;
const MINUTE_MS = 60_000;
/** What happens from midnight (UTC) on, hour by hour. */
const DAY = {
  "code.verified success": "6 3 2 1 1 2 5 11 24 31 28 26 22 27 33 30 25 19 14 12 15 13 9 8",
  "code.verified failure": "0 1 0 0 0 0 1 1 3 4 2 2 1 3 12 4 2 2 1 0 1 2 0 1",
  "user.refused refused": "0 0 0 0 0 0 0 0 0 1 0 0 0 0 5 1 0 0 0 0 0 0 0 0",
  "user.locked success": "0 0 0 0 0 0 0 0 0 1 0 0 0 0 2 1 0 0 0 0 0 0 0 0",
  "authenticator.confirmed success": "0 0 0 0 0 0 0 1 3 5 2 4 1 3 6 4 2 1 1 0 2 1 0 0",
};

/** Of the last day, but for the current hour. `folder` is the server's, which may be running. */
export async function writeHistory(folder) {
  const place = ["--local", "--persist-to", join(folder, "state")];
  const sql = `INSERT INTO audit_events (id, type, outcome, actor) VALUES ${rows().join(", ")}`;
  const result = await runWrangler(["d1", "execute", "DB", ...place, "--command", sql]);
  if (result.code !== 0) throw new Error(`No history: ${explainFailure(result)}`);
}

function rows() {
  const thisHour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const hours = Array.from({ length: 23 }, (_, at) => thisHour - (at + 1) * HOUR_MS);
  return Object.entries(DAY).flatMap(([event, counts], kind) => {
    const [type, outcome] = event.split(" ");
    // An id is a time in microseconds.
    const row = (time) => `(${time * 1000 + kind}, '${type}', '${outcome}', 'system')`;
    return hours.flatMap((hour) => {
      const count = Number(counts.split(" ")[new Date(hour).getUTCHours()]);
      return Array.from({ length: count }, (_, at) => row(hour + at * MINUTE_MS));
    });
  });
}
