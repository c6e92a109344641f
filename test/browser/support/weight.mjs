/** What a page costs to load for the first time. */

const LIMIT_BYTES = 30 * 1024;

/** Loads the page again with an empty cache: at most 30 KiB on the wire without pictures, one stylesheet, at most one script. */
export async function checkWeight(page) {
  const files = await listFiles(page);
  const counted = files.filter(({ type }) => type !== "Image");
  const bytes = counted.reduce((sum, file) => sum + file.bytes, 0);
  const count = (type) => files.filter((file) => file.type === type).length;
  const isLight = bytes <= LIMIT_BYTES && count("Stylesheet") === 1 && count("Script") <= 1;
  if (isLight) return;
  const lines = files.map((file) => `${file.type} ${file.url}: ${file.bytes}`);
  const most = `${LIMIT_BYTES} bytes, one stylesheet and one script at most`;
  throw new Error(`${page.url()} has ${bytes} bytes (allowed: ${most}):\n  ${lines.join("\n  ")}`);
}

async function listFiles(page) {
  const files = new Map();
  const session = await page.context().newCDPSession(page);
  session.on("Network.responseReceived", ({ requestId, type, response: { url } }) => {
    if (!url.startsWith("data:")) files.set(requestId, { type, url, bytes: 0 });
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const file = files.get(requestId);
    if (file) file.bytes = encodedDataLength;
  });
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  // With a fragment it would only scroll.
  await page.goto(page.url().replace(/#.*/, ""), { waitUntil: "networkidle" });
  await session.detach();
  return [...files.values()];
}
