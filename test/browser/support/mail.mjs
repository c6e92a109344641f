/** The mail of a service on one's own machine, which its operator reads. */

/** The code in the newest letter to this address. `page` is of an operator who has signed in. */
export async function readMailedCode(page, email) {
  await page.goto("/console/outbox");
  await page.locator(`main li:has-text("${email}") a`).first().click();
  const [code] = /^\d{8}$/m.exec(await page.locator("pre").innerText()) ?? [];
  if (code === undefined) throw new Error(`There is no code for ${email}.`);
  return code;
}
