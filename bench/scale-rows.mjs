/** Arguments: the bundle, the checkout. Prints as JSON how many bytes of the database a user takes, and how many an event. */

import { pathToFileURL } from "node:url";
import { sizesOf } from "./storage-rows.mjs";

const [script, root] = process.argv.slice(2);
const core = await import(pathToFileURL(script).href);
const { user, event } = await sizesOf(core, root);
console.log(JSON.stringify({ user: Math.round(user), event: Math.round(event) }));
