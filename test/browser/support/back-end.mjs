/** A back end of an app for its own pages: it serves a page, and passes calls on to the service with the key that the page has not got. */

import { createServer, request as ask } from "node:http";

/** What the page has instead of the key. */
export const PLACEHOLDER = "kept-by-the-back-end";
const PAGE = `<!doctype html><html lang="en"><title>Client</title><link rel="icon" href="data:,">`;

/** Calls `use` with its origin. `files` are the scripts that it serves, by their paths. */
export async function withBackEnd({ baseUrl, key, files }, use) {
  const server = createServer((request, response) => {
    const { url } = request;
    if (url === "/") send(response, "text/html", PAGE);
    else if (url in files) send(response, "text/javascript", files[url]);
    else if (url.startsWith("/moved/")) response.writeHead(307, { location: url.slice(6) }).end();
    else passOn(request, response, { baseUrl, key });
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function send(response, type, content) {
  response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(content);
}

/** With its `Host`, as a proxy in front of the service has to: a signature names it. */
function passOn(request, response, { baseUrl, key }) {
  const headers = { ...request.headers };
  if (headers.authorization === `Bearer ${PLACEHOLDER}`) headers.authorization = `Bearer ${key}`;
  const passed = ask(new URL(request.url, baseUrl), { method: request.method, headers }, (answer) =>
    answer.pipe(response.writeHead(answer.statusCode, answer.headers)),
  );
  passed.on("error", () => response.destroy());
  request.pipe(passed);
}
