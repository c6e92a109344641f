/**
 * Renders src/api.ts, the types of the server API, from docs/openapi.json. With `--check` it writes
 * nothing, and fails if the file is not what it would write.
 */

import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import { namedSchemas } from "./named-schemas.mjs";

const DOCUMENT = new URL("../../../docs/openapi.json", import.meta.url);
const RENDERED = new URL("../src/api.ts", import.meta.url);
/** The paths that an API key is for, and the public keys of the assertions. Webhooks are sent to the same back ends. */
const OURS = /^\/(v1|\.well-known)\//;
const INTRO =
  "// Rendered from docs/openapi.json by `npm run api -w clients/typescript`. Do not change it here.\n\n";

const document = onlyOurs(JSON.parse(readFileSync(DOCUMENT, "utf8")));
const text = INTRO + astToString(await openapiTS(document));
if (!process.argv.includes("--check")) writeFileSync(RENDERED, text);
else if (text !== readIfThere(RENDERED)) {
  console.error("src/api.ts is out of date. Run `npm run api -w clients/typescript` and commit.");
  process.exitCode = 1;
}

function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** A change of another part of the API changes nothing here. */
function onlyOurs({ components, paths, ...rest }) {
  const ours = Object.fromEntries(Object.entries(paths).filter(([path]) => OURS.test(path)));
  const schemas = namedSchemas([ours, rest.webhooks], components.schemas);
  return { ...rest, components: { ...components, schemas }, paths: ours };
}
