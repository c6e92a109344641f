/** D1 and KV for `workers/remote-bindings.js`: a process of its own, SQLite on a seeded database file, and a map. */

import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";

const [, , file] = process.argv;
const database = new DatabaseSync(file);
database.exec("PRAGMA synchronous = OFF");
const prepared = new Map();
const kv = new Map();

const server = createServer(async (request, response) => {
  const chunks = await Array.fromAsync(request);
  const body = Buffer.concat(chunks).toString();
  try {
    const { status, text } = answer(request, body);
    response.writeHead(status, { "content-type": "application/json" }).end(text);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));

function answer({ method, url, headers }, body) {
  if (headers.host === "d1") return { status: 200, text: JSON.stringify(batch(JSON.parse(body))) };
  if (method === "PUT") kv.set(url, body);
  return { status: kv.has(url) ? 200 : 404, text: kv.get(url) ?? "" };
}

/** One transaction, as in D1. */
function batch(queries) {
  database.exec("BEGIN IMMEDIATE");
  try {
    const results = queries.map(query);
    database.exec("COMMIT");
    return results;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

const totalChanges = database.prepare("SELECT total_changes() AS n");

function query({ sql, params }) {
  if (!prepared.has(sql)) prepared.set(sql, database.prepare(sql));
  const statement = prepared.get(sql);
  const before = totalChanges.get().n;
  statement.setReturnArrays(true);
  const rows = statement.all(...params);
  const columns = statement.columns().map(({ name }) => name);
  return { columns, rows, changes: totalChanges.get().n - before };
}
