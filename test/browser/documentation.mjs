/** The API reference: both readers show the document, with nothing from elsewhere. Their bundles are other people's; only ours have to be light. */

import { checkFits } from "./support/layout.mjs";
import { screenshot } from "./support/screenshots.mjs";

export const name = "the API reference, in both readers";

export async function run({ openPage, step }) {
  const page = await openPage({});
  step("Swagger UI");
  await page.goto("/docs");
  await page.getByText("/v1/users/{userId}/verify").first().waitFor();
  await screenshot(page, "docs");

  step("ReDoc");
  await page.goto("/redoc");
  await page.getByText("/v1/users/{userId}/verify").first().waitFor();
  await screenshot(page, "redoc");

  step("a problem's page");
  await page.goto("/problems/invalid_code");
  await checkFits(page);
}
