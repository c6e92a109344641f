/** The account pages where they are narrowest: a small phone, dark, in German, without JavaScript. */

import { goThroughAccount } from "./support/account-journey.mjs";
import { visitor as visit } from "./support/visitor.mjs";

export const name = "the account pages on a small phone, without JavaScript";

const SETTINGS = { width: 320, dark: true, language: "de-DE", javaScript: false };
const MANNER = { prefix: "account-narrow", javaScript: false };

export async function run({ openPage, readQrCode, step }) {
  await goThroughAccount({
    visitor: visit(await openPage(SETTINGS), MANNER),
    other: visit(await openPage(SETTINGS), MANNER),
    email: "narrow@example.com",
    readQrCode,
    step,
  });
}
