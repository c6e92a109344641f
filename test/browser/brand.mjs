/** A page in the name, the colour and with the logo of an app, in light and in dark. */

import assert from "node:assert/strict";
import { expectStatus } from "../../scripts/api-client.mjs";
import { checkPage } from "./support/check-page.mjs";
import { screenshot } from "./support/screenshots.mjs";

export const name = "a page that looks as its app wants it";

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 24"><circle cx="16" cy="12" r="12" style="fill:#ffe600"/></svg>';
const BRAND = {
  displayName: "Corner Shop",
  accentColor: "#ffe600",
  supportUrl: "https://shop.example/help",
};
const SCHEMES = [
  { dark: false, button: "rgb(121, 108, 0)", text: "rgb(255, 255, 255)" },
  { dark: true, button: "rgb(255, 230, 0)", text: "rgb(0, 0, 0)" },
];

export async function run({ baseUrl, call, adminToken, openPage, step }) {
  const key = await brandedApp({ baseUrl, call, adminToken });
  for (const { dark, ...colors } of SCHEMES) {
    step(dark ? "dark" : "light");
    const json = { userId: `brand-${dark}`, accountName: "ada@example.com" };
    const made = await call("POST", "/v1/enrolment-links", { token: key, json });
    const page = await openPage({ dark });
    await page.goto(expectStatus(201, made, "a link").url);
    const seen = await page.evaluate(look);
    assert.deepEqual(seen, { ...colors, called: BRAND.displayName, logo: [32, 24] });
    await checkPage(page);
    await screenshot(page, dark ? "brand-dark" : "brand");
  }
}

async function brandedApp({ baseUrl, call, adminToken: token }) {
  const json = { name: "Shop", brand: BRAND };
  const { id } = expectStatus(201, await call("POST", "/admin/apps", { token, json }), "an app");
  const headers = { authorization: `Bearer ${token}`, "content-type": "image/svg+xml" };
  const url = new URL(`/admin/apps/${id}/logo`, baseUrl);
  const { status } = await fetch(url, { method: "PUT", headers, body: LOGO });
  assert.equal(status, 200);
  const keys = `/admin/apps/${id}/keys`;
  return expectStatus(201, await call("POST", keys, { token, json: {} }), "a key").key;
}

/** Runs in the page. */
function look() {
  const { backgroundColor, color } = getComputedStyle(document.querySelector("button.main"));
  const brand = document.querySelector("header .brand");
  const { naturalWidth, naturalHeight } = brand.querySelector("img");
  const called = brand.textContent.trim();
  return { button: backgroundColor, text: color, called, logo: [naturalWidth, naturalHeight] };
}
