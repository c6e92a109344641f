/** Where a local server listens and keeps its data, read from the environment and tried before anything is started. */

import { existsSync, mkdirSync, mkdtempSync, rmdirSync } from "node:fs";
import { createServer, isIP, isIPv6 } from "node:net";
import { dirname, join, resolve } from "node:path";
import { Refusal } from "../refusal.mjs";
import { ensureSecrets, readSecrets } from "../secrets.mjs";
import { ROOT } from "../wrangler.mjs";

export const DEFAULT_PORT = 8000;
/** Both: else a client that tries the other one first would reach a stranger. */
const LOOPBACK = ["127.0.0.1", "::1"];
/** Why one of the two cannot be had on a machine without IPv6. */
const NO_SUCH_ADDRESS = ["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"];

export function readPort(text) {
  if (!text) return DEFAULT_PORT;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Refusal(`PORT=${text} is not a port: a number from 1 to 65535.`);
}

/** The addresses that can be listened on, all free; of loopback those that the machine has. */
export async function chooseAddresses(host, port) {
  if (host && host !== "localhost" && !isIP(host)) {
    throw new Refusal(`HOST=${host} is not an IP address: 0.0.0.0 is all of IPv4, :: all of IPv6.`);
  }
  const isLoopback = !host || host === "localhost";
  const usable = [];
  for (const address of isLoopback ? LOOPBACK : [host]) {
    const code = await tryToListen(port, address);
    if (code === "EADDRINUSE") {
      throw new Refusal(`Port ${port} is in use. Choose another: PORT=${port + 1} npm start`);
    }
    if (code === "EACCES") throw new Refusal(`Port ${port} needs rights that you do not have.`);
    if (code === null) usable.push(address);
    else if (!isLoopback || !NO_SUCH_ADDRESS.includes(code)) {
      throw new Refusal(`${address} cannot be listened on: ${code}.`);
    }
  }
  return usable;
}

/** The error's code, or null. */
function tryToListen(port, host) {
  return new Promise((done) => {
    const probe = createServer();
    probe.once("error", ({ code }) => done(code));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => done(null)));
  });
}

/** As it stands in a URL, and in workerd's configuration. */
export function withPort(address, port) {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Absolute, made, and tried: rights alone do not say whether a folder can be written to. */
export function prepareStateDir(given) {
  const folder = resolve(given || join(ROOT, ".wrangler/state"));
  try {
    makeFolder(folder);
    rmdirSync(mkdtempSync(join(folder, "probe-")));
    return folder;
  } catch (error) {
    const name = given ? `STATE_DIR=${given}` : folder;
    throw new Refusal(`${name} cannot be used for data: ${error.message}.`, { cause: error });
  }
}

/** Step by step: Node's own `recursive` never ends where the system says that a parent which exists does not. */
function makeFolder(folder) {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

export function secretsFileOf({ SECRETS_FILE }) {
  return resolve(SECRETS_FILE || join(ROOT, ".dev.vars"));
}

/** Of the file `path`: the secrets, and whether they are new. */
export function prepareSecrets(path) {
  const fresh = ensureSecrets(path, "Made by `npm start`, for this machine only.");
  try {
    return { fresh, secrets: readSecrets(path) };
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    throw new Refusal(
      `${fault.message} Mend it, or delete it together with the local data (STATE_DIR, else .wrangler/state) to start afresh.`,
      { cause: fault },
    );
  }
}
