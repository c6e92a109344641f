/** The frame of an HTML page of ours. */

import { html } from "hono/html";

export function htmlDocument(title: string, head: unknown, content: unknown) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${head}
      </head>
      <body>
        ${content}
      </body>
    </html>`;
}

/** Keeps browsers from asking for /favicon.ico. */
export const noIcon = html`<link rel="icon" href="data:," />`;
