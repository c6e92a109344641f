/**
 * Tests `npm start` as a process among others: what becomes of it, of its engine and of its clients
 * when something ends.
 */

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, test } from "node:test";
import { findFreePort, startServer } from "./test-server.mjs";

const STARTER = [process.execPath, "scripts/start.mjs"];
/** Far beyond what it takes, because a slow machine proves nothing. */
const PATIENCE_MS = 30_000;
const IN_FLIGHT = 300;
/** Processes can be looked up on Linux only. */
const LINUX = { skip: process.platform !== "linux" };

const temporary = mkdtempSync(join(tmpdir(), "stepgate-"));
const servers = [];
after(async () => {
  await Promise.all(servers.map(({ stop }) => stop()));
  rmSync(temporary, { recursive: true });
});

async function start(command) {
  const port = await findFreePort();
  const server = startServer(port, join(temporary, String(port)), command);
  servers.push(server);
  await server.ready;
  return { ...server, port, pid: server.child.pid };
}

/** All processes that descend from `pid`, with their command lines. */
function descendants(pid) {
  const children = processes().filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [child, ...descendants(child.pid)]);
}

function processes() {
  const pids = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  return pids.flatMap((pid) => {
    try {
      const [, parent] = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
      const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ pid: Number(pid), parent: Number(parent), args }];
    } catch {
      // The process has ended meanwhile.
      return [];
    }
  });
}

function engineOf(pid) {
  return descendants(pid).find(({ args }) => args.includes("workerd serve"))?.pid;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(what, isSo) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, `${what}: not within ${PATIENCE_MS / 1000} s`);
    await sleep(20);
  }
}

/** Whether the server answers. Too many requests is an answer too. */
function isAnswering(port) {
  return fetch(`http://localhost:${port}/readyz`).then(
    () => true,
    () => false,
  );
}

test(
  "a killed engine is started again; one that fails again and again ends it all, non-zero",
  LINUX,
  async () => {
    const server = await start(STARTER);
    const killed = new Set();
    const kill = async () => {
      let pid;
      await until("a new engine", () => {
        pid = engineOf(server.pid);
        return pid !== undefined && !killed.has(pid);
      });
      killed.add(pid);
      await until("an answer", () => isAnswering(server.port));
      process.kill(pid, "SIGKILL");
    };
    for (let times = 1; times <= 5; times++) await kill();
    assert.equal(await server.ended, 1);
    assert.match(server.log(), /has failed \(SIGKILL\) and is started again/);
    assert.match(server.log(), /has failed 5 times within five minutes/);
    assert.equal(await isAnswering(server.port), false);
  },
);

/**
 * Sends the head of a request and half of its body. `finish()` sends the rest and answers the first
 * line that comes back.
 */
function openRequest(port) {
  const body = "{}";
  const head = `POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  return new Promise((opened, failed) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(head + body[0], () => opened({ finish })),
    );
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk));
    socket.on("error", failed);
    const closed = new Promise((resolve) => socket.on("close", resolve));
    const finish = async () => {
      socket.write(body[1]);
      await closed;
      return answer.split("\r\n")[0];
    };
  });
}

test("SIGTERM: what is in flight is answered, nothing new is taken, and it exits with 0", async () => {
  const server = await start(STARTER);
  const requests = await Promise.all(
    Array.from({ length: IN_FLIGHT }, () => openRequest(server.port)),
  );
  // This request was answered, so all the earlier connections were accepted.
  assert.ok(await isAnswering(server.port));
  process.kill(server.pid, "SIGTERM");
  await sleep(500);
  const answers = await Promise.all(requests.map(({ finish }) => finish()));
  assert.equal(await server.ended, 0);
  const answered = answers.filter((line) => /^HTTP\/1\.1 4\d\d/.test(line));
  assert.equal(answered.length, IN_FLIGHT);
  assert.equal(await isAnswering(server.port), false);
});

const PARENTS = {
  "the starter": { command: STARTER, victim: (pid) => pid },
  "the starter of npm": {
    command: ["npm", "start"],
    victim: (pid) => descendants(pid).find(({ args }) => /^\S*node scripts/.test(args)).pid,
  },
  npm: { command: ["npm", "start"], victim: (pid) => pid },
};
for (const [name, { command, victim }] of Object.entries(PARENTS)) {
  test(
    `${name} is killed: nothing stays behind`,
    { skip: process.platform !== "linux" },
    async () => {
      const server = await start(command);
      const all = [{ pid: server.pid }, ...descendants(server.pid)];
      assert.ok(engineOf(server.pid));
      process.kill(victim(server.pid), "SIGKILL");
      await until("the end of all", () => !all.some(({ pid }) => isRunning(pid)));
      assert.equal(await isAnswering(server.port), false);
    },
  );
}
