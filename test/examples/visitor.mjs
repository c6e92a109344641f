/** Somebody in front of an example app, who goes by what examples/README.md says that all of them have. */

import assert from "node:assert/strict";
import { checkPage } from "../browser/support/check-page.mjs";

export const ADA = { email: "ada@example.com", password: "first-program-1843" };
export const GRACE = { email: "grace@example.com", password: "nanosecond-1906" };

const PROTECTED = ["/", "/set-up", "/backup-codes"];

export function visitor(page) {
  /** Presses what leads to another page, and gives the answer to it. */
  const follow = async (role, name) => {
    const target = page.getByRole(role, { name, exact: true });
    const [response] = await Promise.all([page.waitForNavigation(), target.click()]);
    return response;
  };
  const press = (name) => follow("button", name);
  const fill = (label, text) => page.getByLabel(label, { exact: true }).fill(text);
  const enter = async (label, code, button) => {
    await fill(label, code);
    return press(button);
  };
  return {
    page,
    press,
    enter,
    follow: (name) => follow("link", name),
    async logIn({ email, password }) {
      await page.goto("/log-in");
      await fill("E-mail", email);
      await fill("Password", password);
      return press("Log in");
    },
    async logOut() {
      await page.goto("/");
      await press("Log out");
      await assertAt(page, "/log-in", "Log in");
    },
    enterBackupCode: (code) => enter("Backup code", code, "Use the backup code"),
  };
}

const checked = new Set();

/** The page of this path and heading, which everybody can use: that is checked once, and once with a complaint. */
export async function assertAt(page, path, heading) {
  const headings = await page.getByRole("heading", { level: 1 }).allInnerTexts();
  assert.deepEqual([new URL(page.url()).pathname, headings], [path, [heading]]);
  assert.ok((await page.title()).startsWith(heading), `the title is ${await page.title()}`);
  const complaints = await page.getByRole("alert").count();
  const state = `${page.url()} ${heading} ${complaints}`;
  if (!checked.has(state)) await checkPage(page);
  checked.add(state);
}

export async function assertIn(page, { email }) {
  const response = await page.goto("/");
  assert.equal(response.status(), 200);
  assert.match(response.headers()["cache-control"], /no-store/);
  await assertAt(page, "/", "Your account");
  await page.getByText(`Logged in as ${email}.`).waitFor();
}

/** Neither the protected view nor another page of somebody who is logged in is shown. */
export async function assertOut(page) {
  const before = page.url();
  for (const path of PROTECTED) {
    await page.goto(path);
    const at = new URL(page.url()).pathname;
    assert.ok(["/log-in", "/code"].includes(at), `${path} leads to ${at}`);
    assert.equal(await page.getByText("Logged in as").count(), 0);
  }
  await page.goto(before);
}

/** The same page, which says what is wrong with the code. */
export async function assertRefused(page, response, path, heading) {
  assert.equal(response.status(), 422);
  await assertAt(page, path, heading);
  assert.equal(
    await page.getByRole("alert").innerText(),
    "This code is wrong, expired or already used.",
  );
}

/** A plain answer of 503, and nobody is in. */
export async function assertUnavailable(page, response) {
  assert.equal(response.status(), 503);
  assert.match(response.headers()["content-type"], /^text\/plain/);
  assert.match(await response.text(), /cannot be checked right now/);
}
