/** Prints wrangler.toml as wrangler understands it. A process of its own: wrangler is large, and stays in memory. */

import { join } from "node:path";
import { unstable_readConfig } from "wrangler";

const config = unstable_readConfig({ config: join(import.meta.dirname, "../../wrangler.toml") });
console.log(JSON.stringify(config));
