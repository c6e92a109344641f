/** Stepgate in an Express app with express-session: `stepgate`, `begin`, `finish`. */

import type { Stepgate } from "./client.js";
import { StepgateError } from "./errors.js";
import * as logIn from "./log-in.js";
import type { Visitor } from "./parameters.js";

export type { Pages } from "./log-in.js";

/** What is needed of Express's request, with express-session. */
export interface Request {
  readonly session: { regenerate(done: (error: unknown) => void): unknown };
  readonly ip?: string | undefined;
  readonly headers: { readonly "user-agent"?: string | undefined };
}

/** What is needed of Express's response. */
export interface Response {
  readonly headersSent: boolean;
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(text?: string): unknown;
}

/** The one member of the session that this package writes. */
const MEMBER = "stepgate";

/** Weak: a request is not kept for longer than Express keeps it. */
const clients = new WeakMap<object, Stepgate>();

/** Gives every request the client: `app.use(stepgate(client))`. */
export function stepgate(client: Stepgate) {
  return (request: object, _response: unknown, next: () => void): void => {
    clients.set(request, client);
    next();
  };
}

/**
 * The password was right. True if a code is needed; if not, the user is logged in.
 *
 * @throws {StepgateError}, with nobody logged in, if the service does not say which.
 */
export async function begin(request: Request, userId: string): Promise<boolean> {
  return logIn.begin(sessionOf(request), clientOf(request), userId, visitorOf(request));
}

/**
 * Logs the user in whose code this is, and answers their id. The code is spent.
 *
 * @throws {InvalidCode}, `Locked`, `LogInEnded` when the password has to be given again, `Unavailable`.
 */
export async function finish(request: Request, code: string): Promise<string> {
  return logIn.finish(sessionOf(request), clientOf(request), code, visitorOf(request));
}

/** The id of the user who is logged in by `begin` or `finish`, or null. */
export function userOf(request: Request): string | null {
  return logIn.findUser(stored(request));
}

/** Lets in who is logged in, and leads everybody else to one of the pages. */
export function requireSecondFactor(pages: logIn.Pages = {}) {
  return (request: Request, response: Response, next: () => void): void => {
    if (userOf(request) !== null) return next();
    const page = logIn.pageFor(stored(request), clientOf(request).now(), pages);
    response.statusCode = page === undefined ? 401 : 303;
    if (page !== undefined) response.setHeader("location", page);
    response.end();
  };
}

/** Answers what the app has not caught: `app.use(answerErrors())`, after all routes. */
export function answerErrors(log: (line: string) => void = console.warn) {
  return (
    error: unknown,
    _request: unknown,
    response: Response,
    next: (error?: unknown) => void,
  ): void => {
    if (!(error instanceof StepgateError) || response.headersSent) return next(error);
    const { status, text, headers } = logIn.describe(error);
    log(`Stepgate: ${error.message}`);
    response.statusCode = status;
    response.setHeader("content-type", "text/plain; charset=utf-8");
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.end(text);
  };
}

function sessionOf(request: Request): logIn.Session {
  return {
    get: () => stored(request),
    set: (state) => {
      // After `regenerate` it is another object: it is looked up at each access.
      Object.assign(request.session, { [MEMBER]: state });
    },
    clear: () => regenerate(request),
  };
}

function stored(request: Request): unknown {
  // express-session leaves it out while its store is down.
  const session: object | undefined = request.session;
  return new Map<string, unknown>(Object.entries(session ?? {})).get(MEMBER);
}

function regenerate({ session }: Request): Promise<void> {
  if (typeof session?.regenerate !== "function") {
    throw new TypeError("There is no session of express-session in this request.");
  }
  return new Promise((done, failed) => {
    session.regenerate((error) => (error ? failed(error) : done()));
  });
}

function clientOf(request: Request): Stepgate {
  const client = clients.get(request);
  if (!client) throw new TypeError("`app.use(stepgate(client))` has to come before this.");
  return client;
}

function visitorOf({ ip, headers }: Request): Visitor {
  return { ip, userAgent: headers["user-agent"] };
}
