/** What somebody who has just started a local server wants to know. */

import { relative } from "node:path";
import { DEFAULT_PORT } from "./settings.mjs";

export function printBanner(url, { port, secretsFile, fresh }) {
  const demo = port === DEFAULT_PORT ? "npm run demo" : `PORT=${port} npm run demo`;
  const vars = relative(process.cwd(), secretsFile);
  console.log(`
Stepgate answers at ${url}

  ${url}/         make an account and set up a second factor
  ${url}/console  apps, users and the audit trail, for the operator
  ${url}/docs     the API, to try out
  ${url}/redoc    the API, to read
  ${demo}     in a second terminal: enrol your phone, verify a code

The operator's token is ADMIN_TOKEN in ${vars}${fresh ? ", made just now" : ""}. Ctrl-C stops.
`);
}
