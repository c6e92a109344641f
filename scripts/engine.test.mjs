import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, test } from "node:test";
import { copyAssets } from "./assets.mjs";
import { prepareBundle } from "./local/bundle.mjs";
import { startEngine } from "./local/engine.mjs";
import { untilReady } from "./local/ready.mjs";
import { prepareState } from "./local/state.mjs";
import { BODY_THAT_NEVER_COMES, MALFORMED, sendRaw } from "./raw-request.mjs";
import { generateSecrets } from "./secrets.mjs";
import { findFreePort } from "./test-server.mjs";
import { ROOT } from "./wrangler.mjs";

const stateDir = mkdtempSync(join(tmpdir(), "stepgate-"));
const secrets = generateSecrets();
const lines = [];
let port;
let origin;
let engine;

before(async () => {
  port = await findFreePort();
  origin = `http://127.0.0.1:${port}`;
  copyAssets();
  const bundle = await prepareBundle();
  prepareState(stateDir);
  engine = await startEngine({
    bundle,
    bindings: { ...bundle.config.vars, ...secrets, ISSUER_URL: "https://2fa.example.com" },
    addresses: [`127.0.0.1:${port}`, `[::1]:${port}`],
    addressHeader: "x-real-ip",
    stateDir,
    onLine: (line) => lines.push(line),
  });
  await untilReady(origin, { lines });
});

after(async () => {
  await engine.stop();
  rmSync(stateDir, { recursive: true });
});

/** From an address of its own, so that no test meets the limits of another. */
let callers = 0;
function get(path, headers = {}) {
  const address = `192.0.2.${++callers}`;
  return fetch(`${origin}${path}`, { headers: { "x-real-ip": address, ...headers } });
}

/** The status of so many calls without a key. */
async function statusesOf(count, headersOf) {
  const calls = Array.from({ length: count }, (_, at) => get("/v1/time", headersOf(at)));
  const answers = await Promise.all(calls);
  return Object.groupBy(answers, ({ status }) => status);
}

test("one miniflare is installed, and with it one workerd", () => {
  const { miniflare } = packageIn("node_modules/wrangler").dependencies;
  assert.equal(packageIn(".").devDependencies.miniflare, miniflare);
});

function packageIn(folder) {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
}

test("both loopback addresses answer", async () => {
  for (const host of ["127.0.0.1", "[::1]"]) {
    assert.equal((await fetch(`http://${host}:${port}/readyz`)).status, 200);
  }
});

/** Every path that miniflare and wrangler name, and what stands below those. */
function namedPaths() {
  const folders = ["miniflare/dist/src", "wrangler/wrangler-dist"];
  const files = folders.flatMap((folder) => {
    const path = join(ROOT, "node_modules", folder);
    const names = readdirSync(path, { recursive: true }).filter((name) => name.endsWith(".js"));
    return names.map((name) => readFileSync(join(path, name), "utf8"));
  });
  const named = files.flatMap((text) => text.match(/\/(?:cdn-cgi|__cf_local)\/[\w./-]*/g) ?? []);
  const below = ["/api/d1/database", "/api/d1/database/DB/raw", "/api/storage/kv/namespaces"];
  const paths = new Set([...named, ...KNOWN_PATHS]);
  return [...paths].flatMap((path) => [path, ...below.map((end) => path.replace(/\/$/, "") + end)]);
}

/** Of earlier versions, and of the installed one. */
const KNOWN_PATHS = [
  "/cdn-cgi/explorer",
  "/cdn-cgi/local/explorer",
  "/cdn-cgi/local/scheduled",
  "/cdn-cgi/handler/scheduled",
  "/cdn-cgi/mf/scheduled",
  "/cdn-cgi/local/email",
  "/cdn-cgi/local/platform-proxy",
  "/cdn-cgi/ProxyWorker/play",
  "/cdn-cgi/InspectorProxyWorker/websocket",
  "/cdn-cgi/trace",
];

const SQL = JSON.stringify({ sql: "SELECT * FROM users", params: [] });

test("nothing of the development tools answers, on any path that they name", async () => {
  const paths = namedPaths();
  assert.ok(paths.includes("/cdn-cgi/local/explorer/api/d1/database"));
  for (const path of paths) {
    for (const request of [{}, { method: "POST", body: SQL }]) {
      const answer = await fetch(`${origin}${path}`, {
        ...request,
        headers: { "x-real-ip": path },
      });
      assert.equal(answer.status, 404, path);
      assert.equal((await answer.json()).code, "unknown_path");
    }
  }
});

/** The ports of loopback that this process and workerd listen on. */
function listeningPorts() {
  const sockets = [process.pid, engine.pid()].flatMap((pid) =>
    readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  const rows = readFileSync("/proc/net/tcp", "utf8").trim().split("\n").slice(1);
  const listening = rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state]) => state === "0A");
  return listening
    .filter((row) => sockets.includes(row[9]))
    .map(([, address]) => address.split(":"))
    .map(([address, number]) => ({ address, port: Number.parseInt(number, 16) }));
}

test(
  "the ports that miniflare has for itself are on loopback, and answer no tool either",
  { skip: process.platform !== "linux" },
  async () => {
    const own = listeningPorts().filter((one) => one.port !== port);
    assert.ok(own.length > 0);
    for (const one of own) {
      assert.equal(one.address, "0100007F");
      for (const path of namedPaths()) {
        const answer = await fetch(`http://127.0.0.1:${one.port}${path}`, {
          method: "POST",
          body: SQL,
        });
        assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status}`);
        await answer.text();
      }
    }
  },
);

test("nobody calls the Worker but over HTTP", async () => {
  const line = "CONNECT miniflare-unsafe-internal-capnp-connect HTTP/1.1\r\n";
  const { status } = await sendRaw(
    port,
    `${line}Host: miniflare-unsafe-internal-capnp-connect\r\n\r\n`,
  );
  assert.ok(status >= 400, status);
});

test("assets are answered with the headers of _headers, and what is none by the Worker", async () => {
  const style = await get("/assets/pages.css");
  assert.equal(style.status, 200);
  assert.equal(style.headers.get("cache-control"), "public, max-age=2592000");
  assert.equal(style.headers.get("x-content-type-options"), "nosniff");
  assert.match(style.headers.get("content-type"), /^text\/css/);
  const missing = await get("/assets/nothing");
  assert.equal(missing.status, 404);
  assert.match(missing.headers.get("content-type"), /problem\+json/);
  const posted = await fetch(`${origin}/assets/pages.css`, { method: "POST" });
  assert.match(posted.headers.get("content-type"), /problem\+json/);
});

test("pages and assets come compressed where the client takes it, and whole", async () => {
  for (const path of ["/docs", "/assets/pages.js"]) {
    const [plain, compressed] = await Promise.all([
      get(path, { "accept-encoding": "identity" }),
      get(path, { "accept-encoding": "gzip, br" }),
    ]);
    assert.equal(plain.headers.get("content-encoding"), null);
    assert.equal(compressed.headers.get("content-encoding"), "gzip");
    assert.equal(await compressed.text(), await plain.text());
  }
  assert.equal((await get("/readyz")).headers.get("content-encoding"), null);
});

test("the limit of calls without a key holds by address, as wrangler.toml says", async () => {
  // Whatever minutes these fall into: each takes 300, and there are two at most.
  const one = await statusesOf(620, () => ({ "x-real-ip": "198.51.100.1" }));
  assert.ok(one[200].length >= 300);
  assert.ok(one[429].length >= 20);
  const others = await statusesOf(310, (at) => ({ "x-real-ip": `198.51.101.${at % 250}` }));
  assert.deepEqual(Object.keys(others), ["200"]);
});

/** Another address each time, by whoever believes it. */
function pretending(at) {
  const address = `203.0.113.${at % 250}`;
  return { "cf-connecting-ip": address, "x-real-ip": `${address}, 198.51.100.2` };
}

test("where a request comes from is the proxy's last word, never the header of the platform", async () => {
  const answers = await statusesOf(620, pretending);
  assert.ok(answers[429].length >= 20);
});

/** A form of a page, as a browser at `from` sends it through a proxy that has ended TLS. */
function postFrom(from) {
  const head = `POST /account/log-in HTTP/1.1\r\nHost: 2fa.example.com\r\nOrigin: ${from}\r\n`;
  const form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b";
  return sendRaw(port, head + form);
}

test("the Worker sees the scheme that the client does", async () => {
  const own = await postFrom("https://2fa.example.com");
  const foreign = await postFrom("http://2fa.example.com");
  assert.notEqual(own.status, foreign.status);
  assert.equal(foreign.status, 403);
});

/** Asks for what needs the database, and is gone before the answer. */
function askAndHangUp(at) {
  return new Promise((gone) => {
    const head = `GET /readyz HTTP/1.1\r\nHost: localhost\r\nX-Real-IP: 192.0.3.${at % 250}\r\n\r\n`;
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(head, () => setTimeout(() => socket.destroy(), at % 200)),
    );
    socket.on("error", () => {}).on("close", gone);
  });
}

/** Whatever a hundred people are answered at once. */
async function healthStatuses() {
  const answers = await Promise.all(Array.from({ length: 100 }, () => get("/readyz")));
  return [...new Set(answers.map(({ status }) => status))];
}

test("many who hang up at once harm nobody who waits", async () => {
  const hangingUp = Array.from({ length: 500 }, (_, at) => askAndHangUp(at));
  assert.deepEqual(await healthStatuses(), [200]);
  await Promise.all(hangingUp);
  assert.deepEqual(await healthStatuses(), [200]);
});

function cleanUps() {
  return lines.filter((line) => line.includes('"cleaned_up"')).length;
}

test("the clean-up runs by itself, again and again, and by nobody else", async () => {
  engine.startCrons(200);
  const seen = cleanUps();
  for (let waited = 0; cleanUps() < seen + 2 && waited < 20_000; waited += 50) await sleep(50);
  assert.ok(cleanUps() >= seen + 2);
  const { status } = await get("/nothing", { "x-stepgate-token": "undefined" });
  assert.equal(status, 404);
});

for (const [name, text] of Object.entries(MALFORMED)) {
  test(`${name}: refused, and nothing is said about the inside`, async () => {
    const { status, answer } = await sendRaw(port, text);
    assert.ok(status >= 400 && status < 500, answer.split("\r\n")[0]);
    assertNoInsides(answer);
  });
}

test("a body that never comes ends the request at the deadline", async () => {
  const { status, answer } = await sendRaw(port, BODY_THAT_NEVER_COMES);
  assert.equal(status, 408);
  assertNoInsides(answer);
});

function assertNoInsides(answer) {
  assert.doesNotMatch(answer, /\.(?:js|mjs|ts|c\+\+|h):\d|\n\s+at |node_modules|workerd|kj\//);
}

test("no line that was printed holds a URL", () => {
  assert.doesNotMatch(lines.join("\n"), /\?secret|\?sql|localhost:\d+\/cdn-cgi/);
});
