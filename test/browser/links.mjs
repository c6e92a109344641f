/** The pages that apps send their users to, at a desk, and on a small phone without JavaScript. */

import { goThroughLinks } from "./support/links-journey.mjs";
import { withShop } from "./support/shop.mjs";
import { visitor as visit } from "./support/visitor.mjs";

export const name = "the pages behind an app's links, and the way back";

const MANNERS = [
  { prefix: "links", width: 1280 },
  { prefix: "links-narrow", width: 320, dark: true, language: "de-DE", javaScript: false },
];

export async function run({ call, adminToken, ...given }) {
  await withShop({ call, adminToken }, async (shop) => {
    for (const manner of MANNERS) await go(manner, { shop, ...given });
  });
}

async function go(manner, { shop, openPage, step, readQrCode }) {
  const settings = { ...manner, mayVisit: [shop.origin] };
  const open = async () => visit(await openPage(settings), manner);
  await goThroughLinks({
    visitor: await open(),
    openOther: open,
    userId: manner.prefix,
    shop,
    readQrCode,
    step: (text) => step(`${manner.prefix}: ${text}`),
  });
}
