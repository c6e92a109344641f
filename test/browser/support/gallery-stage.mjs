/** What the gallery's pages are reached with: a server of its own in one language, its people, and the browsers that they hold. */

import assert from "node:assert/strict";
import { connect } from "../../../scripts/api-client.mjs";
import { placeOf } from "./account.mjs";
import { SHOP_ORIGIN } from "./gallery-data.mjs";
import { openPage } from "./page.mjs";
import { visitor } from "./visitor.mjs";

/** The header in which the gallery's server reads an address, as from a proxy, so that people come from different places. */
export const ADDRESS_HEADER = "x-real-ip";

/** More than one page takes on a slow machine. A selector that is not there is found out sooner. */
const PATIENCE_MS = 15_000;

/** Makes the stage for one language. The address of each new browser is another, so that no limit by address is reached by chance. */
export function createStage(browser, { server, language }) {
  const { baseUrl, adminToken, folder } = server;
  const made = new Map();
  const kept = new Set();
  const opened = new Set();
  let guests = 0;
  const stage = {
    baseUrl,
    adminToken,
    folder,
    /** The API as an app's back end reaches it. */
    call: connect(baseUrl, { [ADDRESS_HEADER]: "198.51.100.7", "user-agent": "my-shop/2.4" }),
    /** The API as somebody with this address and this browser reaches it. */
    callFrom({ ip, userAgent }) {
      return connect(baseUrl, { [ADDRESS_HEADER]: ip, "user-agent": userAgent });
    },
    /** Somebody in front of a new browser, which is closed after the page's pictures. */
    async open({ ip = `203.0.113.${(guests++ % 200) + 10}`, userAgent } = {}) {
      const headers = { [ADDRESS_HEADER]: ip };
      const options = { baseUrl, language, userAgent, headers, mayVisit: [SHOP_ORIGIN] };
      const page = await openPage(browser, options);
      page.setDefaultTimeout(PATIENCE_MS);
      opened.add(page.context());
      return visitor(page, { prefix: "gallery" });
    },
    /** What several pages need, made when it is first asked for. */
    once(name, make) {
      if (!made.has(name)) made.set(name, make(stage));
      return made.get(name);
    },
    /** Leaves this person's browser open for pages to come. */
    keep(guest) {
      kept.add(guest.page.context());
      return guest;
    },
    async tidy() {
      for (const context of opened) {
        if (kept.has(context)) continue;
        opened.delete(context);
        await context.close();
      }
    },
    async close() {
      for (const context of opened) await context.close();
    },
  };
  return stage;
}

/** Opens a page, which must not lead elsewhere. */
export async function visit({ page }, path) {
  await page.goto(path);
  assert.equal(placeOf(page), path);
}

/** Reaches a page that anybody can open. */
export function guestAt(path) {
  return async (stage) => {
    const guest = await stage.open();
    await visit(guest, path);
    return guest;
  };
}

/** Fills these fields and sends their form. The keys are selectors. */
export async function send(guest, fields) {
  for (const [field, text] of Object.entries(fields)) await guest.fill(field, text);
  await guest.press(`form:has(${Object.keys(fields)[0]}) button:not([type=button])`);
  return guest;
}
