/** Pages as a person would have them open, watched for what no page of ours may do. */

const HEIGHT = 800;
const EMPTY_PAGE = { contentType: "text/html", body: "<!doctype html>" };
/** What a page makes itself, from memory. */
const LOCAL_PROTOCOLS = new Set(["about:", "blob:", "data:"]);

const faultsByContext = new WeakMap();
const settingsByContext = new WeakMap();

/**
 * A page in a browser profile of its own. Warnings and errors on its console (violations of the CSP are such), errors of its scripts, missing
 * files, and requests to other origins are faults, and fail the flow. `mayVisit` are origins that it may lead to: they show an empty page,
 * but after a redirect, which only a server of their own can answer.
 */
export async function openPage(browser, options) {
  const { baseUrl, width = 1280, dark = false, javaScript = true, language = "en-GB" } = options;
  const { reducedMotion = false, mayVisit = [], userAgent, headers } = options;
  const settings = {
    baseURL: baseUrl,
    viewport: { width, height: HEIGHT },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: reducedMotion ? "reduce" : "no-preference",
    javaScriptEnabled: javaScript,
    locale: language,
    ...(userAgent && { userAgent }),
    ...(headers && { extraHTTPHeaders: headers }),
  };
  const context = await browser.newContext(settings);
  settingsByContext.set(context, settings);
  for (const origin of mayVisit) {
    await context.route(`${origin}/**`, (route) => route.fulfill(EMPTY_PAGE));
  }
  const faults = [];
  faultsByContext.set(context, faults);
  watch(context, faults, new Set([baseUrl, ...mayVisit]));
  return context.newPage();
}

/** The same document, as a page without JavaScript shows it, where scripts of ours can run: those of the page are left out. Nobody watches it. */
export async function openTwin(page) {
  const settings = settingsByContext.get(page.context());
  const browser = page.context().browser();
  const context = await browser.newContext({ ...settings, javaScriptEnabled: true });
  const twin = await context.newPage();
  const url = page.url().startsWith("http") ? page.url() : settings.baseURL;
  const body = withoutScripts(await page.content());
  await twin.route(url, (route) => route.fulfill({ contentType: "text/html", body }));
  await twin.setViewportSize(page.viewportSize());
  await twin.goto(url);
  return twin;
}

function withoutScripts(html) {
  return html.replaceAll(/<script\b.*?<\/script>/gis, "").replaceAll(/<\/?noscript\b[^>]*>/gi, "");
}

/** The faults so far, which are then forgotten. */
export function takeFaults(context) {
  return faultsByContext.get(context)?.splice(0) ?? [];
}

function watch(context, faults, origins) {
  context.on("console", (message) => faults.push(...describeMessage(message)));
  context.on("weberror", (error) => faults.push(`script error: ${error.error().message}`));
  context.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (LOCAL_PROTOCOLS.has(protocol) || origins.has(origin)) return;
    faults.push(`request to another origin: ${request.url()}`);
  });
  context.on("response", (response) => {
    if (isFault(response)) faults.push(`${response.status()}: ${response.url()}`);
  });
}

/** The console also reports statuses of 400 and more; whether one is a fault says the response. */
function describeMessage(message) {
  if (message.text().startsWith("Failed to load resource: the server responded")) return [];
  if (message.type() !== "error" && message.type() !== "warning") return [];
  return [`console ${message.type()}: ${message.text()}`];
}

/** Pages and calls may be refused; the files of a page are there, and a server error is never right. */
function isFault(response) {
  const mayBeRefused = ["document", "fetch", "xhr"].includes(response.request().resourceType());
  return response.status() >= (mayBeRefused ? 500 : 400);
}
