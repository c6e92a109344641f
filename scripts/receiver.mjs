/**
 * A receiver of webhooks in twenty lines, as a back end has one: it verifies the signature, answers at once, and knows a message that has
 * come before by its id. PORT and WEBHOOK_SECRET say where it listens, and for what.
 */

import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const seen = new Set();

const server = createServer(async (request, response) => {
  try {
    const { id, type, data } = webhook.verify(await text(request), request.headers);
    if (!seen.has(id)) console.log(`${id} ${type} ${data.user?.externalId ?? ""} ${data.outcome}`);
    seen.add(id);
    response.writeHead(204).end();
  } catch {
    response.writeHead(400).end();
  }
});
server.listen(Number(process.env.PORT), "localhost", () => console.log("ready"));
