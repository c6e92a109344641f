/**
 * A plugin of miniflare: sockets that lead straight to the Worker, on every address that is asked for. miniflare's own direct sockets take a
 * header of the client for the request's `cf`, and Cap'n Proto calls; these do neither, and `cf` says who connected.
 */

import { fileURLToPath } from "node:url";

const NAME = "stepgate-sockets";
const TYPE = "sockets";

/** For `unsafeBindings`; `addresses` are `host:port`. The Worker gets no binding by it. */
export function socketsOn(addresses) {
  const plugin = { package: fileURLToPath(import.meta.url), name: NAME };
  return [{ name: NAME, type: TYPE, plugin, options: { addresses } }];
}

export const plugins = {
  [NAME]: {
    getBindings() {},
    getNodeBindings: () => ({}),
    getServices({ options: { config } }) {
      const asked = Object.values(config.env).find(({ type }) => type === `unsafe:${TYPE}`);
      if (!asked) return undefined;
      const service = { name: `core:user:${config.name}` };
      const sockets = asked.dev.options.addresses.map((address) => ({
        name: `${NAME}:${address}`,
        address,
        service,
        http: {},
      }));
      return { services: [], extensions: [], sockets };
    },
  },
};
