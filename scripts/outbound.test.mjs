/** The Worker's own requests, as they leave this machine (local/outbound.mjs). */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Request } from "miniflare";
import { createOutbound, UNREACHABLE } from "./local/outbound.mjs";

let server;
let port;
const received = [];

before(async () => {
  server = createServer(async (request, response) => {
    const parts = await request.toArray();
    received.push({
      url: request.url,
      headers: request.headers,
      body: Buffer.concat(parts).toString(),
    });
    if (request.url === "/moved")
      response.writeHead(302, { location: "http://10.0.0.1/" }).end("moved");
    else response.writeHead(200, { "x-from": "receiver" }).end("thanks");
  }).listen(0, "localhost");
  await once(server, "listening");
  ({ port } = server.address());
});

after(() => server.close());

const isUnreachable = ({ headers }) => headers.has(UNREACHABLE);
const postTo = (issuer, url) =>
  createOutbound(issuer)(new Request(url, { method: "POST", body: "hello", redirect: "manual" }));

test("a service on localhost reaches a receiver on localhost", async () => {
  const response = await postTo("http://localhost:8000", `http://localhost:${port}/events?a=1`);
  assert.deepEqual([response.status, await response.text()], [200, "thanks"]);
  assert.equal(response.headers.get("x-from"), "receiver");
  const { url, body, headers } = received.at(-1);
  assert.deepEqual([url, body, headers.host], ["/events?a=1", "hello", `localhost:${port}`]);
});

test("a redirect is answered as it is", async () => {
  const response = await postTo("http://localhost:8000", `http://localhost:${port}/moved`);
  assert.deepEqual([response.status, response.headers.get("location")], [302, "http://10.0.0.1/"]);
});

test("a service that the internet knows does not reach this machine, by its address or by a name for it", async () => {
  const count = received.length;
  for (const host of ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"]) {
    const response = await postTo("https://2fa.example.com", `http://${host}:${port}/`);
    assert.ok(isUnreachable(response), host);
  }
  assert.equal(received.length, count);
});

test("nobody reaches the network that this machine is in", async () => {
  const nearby =
    "10.0.0.1 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 0.0.0.0 [fd00::1] [fe80::1] [::ffff:10.0.0.1] [64:ff9b::a00:1] 224.0.0.1 255.255.255.255";
  for (const host of nearby.split(" ")) {
    for (const issuer of ["http://localhost:8000", "https://2fa.example.com"]) {
      assert.ok(isUnreachable(await postTo(issuer, `https://${host}/`)), host);
    }
  }
});

test("a receiver that is not there, and a name that nobody has, are unreachable", async () => {
  assert.ok(isUnreachable(await postTo("http://localhost:8000", "http://localhost:1/")));
  assert.ok(isUnreachable(await postTo("http://localhost:8000", "https://nobody.invalid/")));
});
