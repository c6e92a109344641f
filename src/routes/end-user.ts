/**
 * The end user behind a call of a back end, if the back end says who it is. This is for the audit
 * trail alone. No limit counts by it, because only the key vouches for it.
 */

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Deps } from "../env";
import { invalidFields } from "../problem";
import { canonicalAddress, MAX_USER_AGENT } from "./address";

const IP_HEADER = "Stepgate-User-Ip";
const AGENT_HEADER = "Stepgate-User-Agent";

type PathItem = NonNullable<ReturnType<OpenAPIHono["getOpenAPI31Document"]>["paths"]>[string];

const PARAMETERS: NonNullable<PathItem["parameters"]> = [
  {
    name: IP_HEADER,
    in: "header",
    schema: {
      anyOf: [
        { type: "string", format: "ipv4" },
        { type: "string", format: "ipv6" },
      ],
    },
    description:
      "The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call.",
  },
  {
    name: AGENT_HEADER,
    in: "header",
    schema: { type: "string" },
    description: `The user agent of the end user, for the audit trail. The first ${MAX_USER_AGENT} characters are kept.`,
  },
];

/** Adds the headers to the reference of every operation that takes an API key. */
export function describeEndUser(path: PathItem): void {
  for (const operation of [path.get, path.post, path.put, path.patch, path.delete]) {
    if (!operation?.security?.some((scheme) => "apiKey" in scheme)) continue;
    operation.parameters = [...(operation.parameters ?? []), ...PARAMETERS];
  }
}

export type EndUser = { [K in "ip" | "userAgent"]?: string | undefined };

/** Reads the headers. Throws `invalid_request` if the address is none. */
export function readEndUser(c: Context): EndUser {
  // A back end leaves the header empty if it does not know the address.
  const given = c.req.header(IP_HEADER) || undefined;
  const ip = given === undefined ? undefined : canonicalAddress(given);
  if (ip === null) {
    throw invalidFields([{ path: [IP_HEADER], detail: "not an IP address.", isParameter: true }]);
  }
  return { ip, userAgent: c.req.header(AGENT_HEADER)?.slice(0, MAX_USER_AGENT) || undefined };
}

/**
 * Puts the end user in place of the back end. Giving either value replaces both, because one of
 * each would describe nobody.
 */
export function onBehalfOf(deps: Deps, { ip, userAgent }: EndUser): Deps {
  if (ip === undefined && userAgent === undefined) return deps;
  const source = { ip: ip ?? null, userAgent: userAgent ?? null };
  return { ...deps, request: { ...deps.request, ...source } };
}
