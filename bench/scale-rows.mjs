/** Arguments: the bundle, the checkout. Prints as JSON how many bytes of the database a row of each table takes. */

import { pathToFileURL } from "node:url";
import { bytesOfRows } from "./storage-rows.mjs";

const [script, root] = process.argv.slice(2);
const core = await import(pathToFileURL(script).href);
console.log(JSON.stringify(await bytesOfRows(core, root)));
