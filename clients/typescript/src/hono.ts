/** Stepgate in a Hono app: `stepgate`, `begin`, `finish`. */

import type { Context, ErrorHandler, MiddlewareHandler } from "hono";
import type { Stepgate } from "./client.js";
import { type CookieSettings, cookieSessions } from "./cookie-session.js";
import { StepgateError } from "./errors.js";
import * as logIn from "./log-in.js";
import type { Visitor } from "./parameters.js";

export type { CookieSettings } from "./cookie-session.js";
export type { LogIn, Pages, Pending, Session } from "./log-in.js";

/** Sessions of your own, for those who keep them on the server. */
export interface SessionSettings {
  readonly session: (context: Context) => logIn.Session;
}

export type Settings = (CookieSettings | SessionSettings) & {
  /** The end user's address, which each runtime knows in its own way. */
  readonly visitor?: ((context: Context) => Visitor) | undefined;
};

interface Present {
  readonly client: Stepgate;
  readonly session: logIn.Session;
  readonly visitor: Visitor;
}

/** Weak: a context is not kept for longer than Hono keeps it. */
const requests = new WeakMap<Context, Present>();

/** Gives every request the client and a session: `app.use(stepgate(client, { secret }))`. */
export function stepgate(client: Stepgate, settings: Settings): MiddlewareHandler {
  const { visitor = browserOf } = settings;
  const sessionOf = "session" in settings ? settings.session : cookieSessions(settings, client.now);
  return (context, next) => {
    const present = { client, session: sessionOf(context), visitor: visitor(context) };
    requests.set(context, present);
    return next();
  };
}

/**
 * The password was right. True if a code is needed; if not, the user is logged in.
 *
 * @throws {StepgateError}, with nobody logged in, if the service does not say which.
 */
export async function begin(context: Context, userId: string): Promise<boolean> {
  const { session, client, visitor } = presentOf(context);
  return logIn.begin(session, client, userId, visitor);
}

/**
 * Logs the user in whose code this is, and answers their id. The code is spent.
 *
 * @throws {InvalidCode}, `Locked`, `LogInEnded` when the password has to be given again, `Unavailable`.
 */
export async function finish(context: Context, code: string): Promise<string> {
  const { session, client, visitor } = presentOf(context);
  return logIn.finish(session, client, code, visitor);
}

/** Ends the log-in. */
export async function end(context: Context): Promise<void> {
  await presentOf(context).session.clear();
}

/** The id of the user who is logged in by `begin` or `finish`, or null. */
export async function userOf(context: Context): Promise<string | null> {
  return logIn.findUser(await presentOf(context).session.get());
}

/** Lets in who is logged in, as `c.var.userId`, and leads everybody else to one of the pages. */
export function requireSecondFactor(
  pages: logIn.Pages = {},
): MiddlewareHandler<{ Variables: { userId: string } }> {
  return async (context, next) => {
    const { session, client } = presentOf(context);
    const stored = await session.get();
    const userId = logIn.findUser(stored);
    if (userId === null) {
      const page = logIn.pageFor(stored, client.now(), pages);
      return page === undefined ? context.body(null, 401) : context.redirect(page, 303);
    }
    context.set("userId", userId);
    return next();
  };
}

/**
 * Answers what the app has not caught: `app.onError(answerErrors())`. Other errors go to `otherwise`,
 * which does what Hono does.
 */
export function answerErrors(
  otherwise: ErrorHandler = asHono,
  log: (line: string) => void = console.warn,
): ErrorHandler {
  return (error, context) => {
    if (!(error instanceof StepgateError)) return otherwise(error, context);
    const { status, text, headers } = logIn.describe(error);
    log(`Stepgate: ${error.message}`);
    return context.text(text, status, headers);
  };
}

const asHono: ErrorHandler = (error, context) => {
  if ("getResponse" in error) {
    const response = error.getResponse();
    return context.newResponse(response.body, response);
  }
  console.error(error);
  return context.text("Internal Server Error", 500);
};

function presentOf(context: Context): Present {
  const present = requests.get(context);
  if (!present) throw new TypeError("`app.use(stepgate(client, …))` has to come before this.");
  return present;
}

function browserOf(context: Context): Visitor {
  return { userAgent: context.req.header("user-agent") };
}
