/**
 * A log-in between the password and the code, in a session of whatever framework. The session holds
 * either a pending log-in or a user, never both. The browser may have kept what is in it, so that a
 * pending log-in carries its own end and is finished once.
 */

import type { Stepgate } from "./client.js";
import { InvalidCode, Locked, LogInEnded, Refused, type StepgateError } from "./errors.js";
import type { Visitor } from "./parameters.js";

/** From the password to the code. */
const PENDING_LIFE_MS = 300_000;

/** Whose password was right, and until when (milliseconds since 1970) the code may come. */
export interface Pending {
  readonly id: string;
  readonly userId: string;
  readonly until: number;
}

/** Plain JSON. */
export type LogIn = { readonly pending: Pending } | { readonly userId: string };

/** Where one browser's log-in is kept, and nobody else can write. */
export interface Session {
  /** What was set, or whatever else is there. */
  get(): unknown;
  set(logIn: LogIn): void | Promise<void>;
  /** Empties it and gives it a new id, if it has one. */
  clear(): void | Promise<void>;
}

/** Pages to lead to. Without them the answer is 401. */
export interface Pages {
  readonly logIn?: string | undefined;
  /** Where the code is asked for. */
  readonly code?: string | undefined;
}

/** The pending log-ins that this process has finished, as long as a copy could come again. */
const finished = new Map<string, number>();

/** True if a code is needed. If not, the user is logged in. */
export async function begin(
  session: Session,
  client: Stepgate,
  userId: string,
  visitor: Visitor,
): Promise<boolean> {
  await session.clear();
  const isNeeded = await client.needsCode(userId, { visitor });
  await session.set(isNeeded ? pend(userId, client.now()) : { userId });
  return isNeeded;
}

/** Logs the user in whose code this is, and answers their id. */
export async function finish(
  session: Session,
  client: Stepgate,
  code: string,
  visitor: Visitor,
): Promise<string> {
  const pending = findPending(await session.get(), client.now());
  if (!pending) throw new LogInEnded("No log-in is waiting for a code. Begin with the password.");
  const { userId } = pending;
  await client.verify(userId, code, { visitor });
  finishOnce(pending, client.now());
  await session.clear();
  await session.set({ userId });
  return userId;
}

/** Who is logged in. Null for everything that `begin` and `finish` have not written. */
export function findUser(logIn: unknown): string | null {
  const { userId } = recordOf(logIn);
  return typeof userId === "string" && userId !== "" ? userId : null;
}

/** Null if it has ended. It is not open for longer because the clock was set back. */
export function findPending(logIn: unknown, now: number): Pending | null {
  const { id, userId, until } = recordOf(recordOf(logIn)["pending"]);
  if (typeof id !== "string" || typeof userId !== "string" || typeof until !== "number")
    return null;
  const isOpen = until > now && until - now <= PENDING_LIFE_MS;
  return isOpen && !finished.has(id) ? { id, userId, until } : null;
}

/** The page for somebody who is not logged in. */
export function pageFor(logIn: unknown, now: number, pages: Pages): string | undefined {
  return findPending(logIn, now) ? pages.code : pages.logIn;
}

/** For an error that the app has not caught. */
export function describe(error: StepgateError): {
  status: 401 | 422 | 429 | 503;
  text: string;
  headers: Record<string, string>;
} {
  const status = statusOf(error);
  const seconds = error instanceof Refused ? error.retryAfter : null;
  return {
    status,
    text: SAID[status],
    headers: seconds === null ? {} : { "retry-after": String(seconds) },
  };
}

const SAID = {
  401: "The log-in has ended. Begin again with the password.",
  422: "The code is wrong, expired or already used.",
  429: "Too many wrong codes. Try again later.",
  503: "The second factor cannot be checked right now, and nobody is let in without it.",
};

function statusOf(error: StepgateError): 401 | 422 | 429 | 503 {
  if (error instanceof InvalidCode) return 422;
  if (error instanceof Locked) return 429;
  return error instanceof LogInEnded ? 401 : 503;
}

function pend(userId: string, now: number): LogIn {
  return { pending: { id: crypto.randomUUID(), userId, until: now + PENDING_LIFE_MS } };
}

/** After the code was right. Throws LogInEnded for the second of two at the same time. */
function finishOnce({ id, until }: Pending, now: number): void {
  for (const [old, end] of finished) if (end <= now) finished.delete(old);
  if (finished.has(id)) throw new LogInEnded("This log-in is finished already.");
  finished.set(id, until);
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
