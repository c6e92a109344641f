/** What the operator's commands share: where the service is, and the token that it takes. */

import { join } from "node:path";
import { Refusal } from "./refusal.mjs";
import { readSecrets } from "./secrets.mjs";
import { ROOT } from "./wrangler.mjs";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Reads the URL. Secrets are sent there, so it must not be in the clear over a network. */
export function readUrl(text = "http://localhost:8000") {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === "https:") return url;
  if (url?.protocol === "http:" && LOOPBACK.has(url.hostname)) return url;
  throw new Refusal("--url is the server's address, https://… or on this machine.");
}

/** The token from the environment, or on this machine that of `npm start`. */
export function readAdminToken({ hostname }) {
  const { ADMIN_TOKEN } = process.env;
  if (ADMIN_TOKEN) return ADMIN_TOKEN;
  if (LOOPBACK.has(hostname)) return readSecrets(join(ROOT, ".dev.vars")).ADMIN_TOKEN;
  throw new Refusal("The operator's token is missing: set ADMIN_TOKEN in the environment.");
}
