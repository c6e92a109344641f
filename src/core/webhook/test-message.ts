/** A message that is about nothing, to try an endpoint with. */

import type { Deps } from "../../env";
import type { Answer } from "../outgoing/post";
import { loadEndpoint, type EndpointPath } from "./endpoint";
import { openSecrets } from "./secret";
import { postSigned } from "./send";

/** Sends it, whether the endpoint is paused or not, and answers how that ended. Throws `not_found`. */
export async function sendTest(deps: Deps, path: EndpointPath): Promise<Answer> {
  const endpoint = await loadEndpoint(deps, path);
  const { now } = deps;
  const message = {
    id: `evt_test_${crypto.randomUUID()}`,
    type: "webhook.test",
    version: 1,
    sequence: now.getTime() * 1000,
    timestamp: now.toISOString(),
    data: { appId: path.appId },
  };
  const address = { url: endpoint.url, secrets: await openSecrets(deps, endpoint) };
  return postSigned(deps, address, message);
}
