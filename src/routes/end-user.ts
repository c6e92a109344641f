/**
 * The end user behind a call of a back end, as far as that says who it is: for the audit trail alone.
 * No limit counts by it, because nobody vouches for it but the key.
 */

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Deps, RequestSource } from "../env";
import { Problem } from "../problem";
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
      "The end user's address, for the audit trail. Left out, with the user agent: your own.",
  },
  {
    name: AGENT_HEADER,
    in: "header",
    schema: { type: "string" },
    description: `The end user's, for the audit trail; the first ${MAX_USER_AGENT} characters are kept.`,
  },
];

/** Adds them to the reference of every operation that takes an API key. */
export function describeEndUser(path: PathItem): void {
  for (const operation of [path.get, path.post, path.put, path.patch, path.delete]) {
    if (!operation?.security?.some((scheme) => "apiKey" in scheme)) continue;
    operation.parameters = [...(operation.parameters ?? []), ...PARAMETERS];
  }
}

export type EndUser = { [K in "ip" | "userAgent"]?: string | undefined };

/** What the headers say. Throws `invalid_request` for what is no address. */
export function readEndUser(c: Context): EndUser {
  // Empty is how a back end says that it does not know.
  const given = c.req.header(IP_HEADER) || undefined;
  const ip = given === undefined ? undefined : canonicalAddress(given);
  if (ip === null) {
    throw new Problem("invalid_request", { detail: `${IP_HEADER}: not an IP address.` });
  }
  return { ip, userAgent: c.req.header(AGENT_HEADER)?.slice(0, MAX_USER_AGENT) || undefined };
}

/** Either replaces both of the back end's own: one of each would be nobody's. */
export function onBehalfOf(deps: Deps, { ip, userAgent }: EndUser): Deps {
  if (ip === undefined && userAgent === undefined) return deps;
  const source: Omit<RequestSource, "id"> = { ip: ip ?? null, userAgent: userAgent ?? null };
  return { ...deps, request: { ...deps.request, ...source } };
}
