/** What a person has to correct in a form, in their language. */

import { zValidator } from "@hono/zod-validator";
import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { Problem } from "../../problem";
import type { ProblemCode } from "../../problem-table";
import type { AppEnv } from "../context";
import { asksForBackupCode, formatLeft, signed, textsOf } from "./language";
import type { Texts } from "./texts/texts";

export interface Fault {
  message: string;
  /** The name of the field, if the fault belongs to one field. */
  field?: string | undefined;
  /** How many seconds it takes until it is worth trying again. */
  waitSeconds?: number | undefined;
}

const FIELD_OF: { [code in ProblemCode]?: string } = {
  clock_skew: "code",
  email_taken: "email",
  invalid_code: "code",
  invalid_mailed_code: "mailedCode",
  method_not_accepted: "code",
  parameters_ignored: "code",
  time_zone: "code",
  username_taken: "username",
  weak_password: "newPassword",
};

/** Shows the page of a form once more, with what is wrong. */
export type ShowAgain = (c: Context<AppEnv>, faults: Fault[]) => Response | Promise<Response>;

/** Gives what was typed in a form that is shown again, except in fields for secrets and codes. */
export async function typedIn(c: Context): Promise<(name: string) => string | undefined> {
  const typed = c.req.method === "POST" ? await c.req.parseBody() : {};
  return (name) => {
    const value = typed[name];
    return typeof value === "string" ? value : undefined;
  };
}

/** Gives the boxes of this name that were ticked. Null: no form was sent. */
export async function tickedIn(c: Context, name: string): Promise<unknown[] | null> {
  if (c.req.method !== "POST") return null;
  return [(await c.req.parseBody({ all: true }))[name]].flat();
}

/**
 * Reads the fields of a form by `schema`. If they do not fit, the form's own page says what is
 * wrong.
 */
export function form<T extends z.ZodType>(schema: T, showAgain: ShowAgain) {
  return zValidator("form", schema, (result, c: Context) => {
    return result.success ? undefined : showFaults(c, showAgain, result.error);
  });
}

/** Does the same for a form that searches and changes nothing. */
export function search<T extends z.ZodType>(schema: T, showAgain: ShowAgain) {
  return zValidator("query", schema, (result, c: Context) => {
    return result.success ? undefined : showFaults(c, showAgain, result.error);
  });
}

interface Issue {
  path: PropertyKey[];
  /** Our own note of what exactly is wrong, if there are words for it. */
  params?: Record<string, unknown> | undefined;
}

function showFaults(c: Context, showAgain: ShowAgain, { issues }: { issues: readonly Issue[] }) {
  const fields = Map.groupBy(issues, ({ path }) => String(path[0]));
  const faults = [...fields].map(([field, [issue]]) => ({
    field,
    message: ofField(c, field, issue),
  }));
  return showProblemIn(c, showAgain, new Problem("invalid_request"), faults);
}

/**
 * Does what a form asks for. A problem that its user can correct is shown in the form's own page. A
 * problem that is solved elsewhere, such as a session that has ended, is thrown. `field` is the one
 * that only core/ can judge.
 */
export async function submit(
  c: Context<AppEnv>,
  showAgain: ShowAgain,
  act: () => Promise<Response>,
  field = "code",
): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Problem) || MENDED_ELSEWHERE.has(error.code)) throw error;
    return showProblemIn(c, showAgain, error, faultsOf(c, error, field));
  }
}

/** Shows a problem in the form's own page, in these words. */
export function showProblemIn(
  c: Context<AppEnv>,
  showAgain: ShowAgain,
  problem: Problem,
  faults: Fault[],
): Response | Promise<Response> {
  answerProblem(c, problem);
  return showAgain(c, faults);
}

/** Makes this problem the answer, whichever page shows it. */
export function answerProblem(c: Context<AppEnv>, problem: Problem): void {
  c.set("problem", problem);
  if (problem.retryAfter !== undefined) c.header("retry-after", String(problem.retryAfter));
  c.status(problem.status);
}

/** Whether the challenge that a page asks for is over, so that answering it again is no use. */
export function isOver(c: Context<AppEnv>): boolean {
  const problem = c.get("problem");
  return problem !== undefined && (problem.code === "invalid_challenge" || wasLastTry(problem));
}

function wasLastTry({ extensions }: Problem): boolean {
  return extensions["attemptsRemaining"] === 0;
}

const MENDED_ELSEWHERE = new Set<ProblemCode>([
  "already_confirmed",
  "enrolment_required",
  "password_required",
  "second_factor_required",
  "session_ended",
  "unauthorized",
]);

/** The faults of a problem. That a code is wrong goes without saying if it has locked or capped. */
function faultsOf(c: Context<AppEnv>, problem: Problem, field: string): Fault[] {
  const { code, retryAfter, extensions } = problem;
  const t = textsOf(c);
  const last = wasLastTry(problem) ? [{ message: t.lastTry }] : [];
  if (code === "invalid_code" && extensions["capped"] === true)
    return [...last, { message: t.problems.locked }];
  if (code === "invalid_code" && retryAfter !== undefined)
    return [...last, lockFault(t, retryAfter)];
  return last.length > 0 ? last : [faultOf(c, problem, field)];
}

function lockFault(t: Texts, waitSeconds: number): Fault {
  return { message: t.lockedFor({ time: formatLeft(waitSeconds) }), waitSeconds };
}

function faultOf(c: Context<AppEnv>, problem: Problem, field: string): Fault {
  const { code, retryAfter } = problem;
  const t = textsOf(c);
  if (code === "locked" && retryAfter !== undefined) return lockFault(t, retryAfter);
  // For example, a text that is no code is a mistake in the field.
  if (code === "invalid_request") return { field, message: ofField(c, field) };
  if (code === "invalid_code" && asksForBackupCode(c)) return { field, message: t.wrongBackupCode };
  if (code === "invalid_credentials" && PASSWORDS.has(field))
    return { field, message: t.wrongPassword };
  return { field: FIELD_OF[code], message: messageOf(t, problem) };
}

/** Fields of users who are logged in. No name is asked for beside them. */
const PASSWORDS = new Set(["currentPassword", "password"]);

/** Gives a problem in the reader's language. */
export function messageOf(t: Texts, problem: Problem): string {
  const { code, title, retryAfter, policy, extensions } = problem;
  if (code === "locked" && retryAfter !== undefined) return lockFault(t, retryAfter).message;
  if (policy === "mailed_codes" && retryAfter !== undefined)
    return t.tooManyCodes({ time: formatLeft(retryAfter) });
  const offset = Number(extensions["offsetSeconds"]);
  if (code === "clock_skew") return t.clockSkew(signed(offset));
  if (code === "time_zone") return t.timeZone(signed(offset / 3600));
  if (code === "weak_password") return weakness(t, extensions);
  const messages: { [code in ProblemCode]?: string } = t.problems;
  return messages[code] ?? title;
}

function weakness({ weakPassword }: Texts, { reason, length }: Problem["extensions"]): string {
  if (reason === "too_short" || reason === "too_long") {
    return weakPassword[reason]({ length: Number(length) });
  }
  const { too_short: _, too_long: __, ...words } = weakPassword;
  return new Map(Object.entries(words)).get(String(reason)) ?? weakPassword.common;
}

function ofField(c: Context, name: string, issue?: Issue): string {
  const messages: Record<string, string> = textsOf(c).fields;
  const asked = name === "code" && asksForBackupCode(c) ? "backupCode" : name;
  return messages[`${asked}.${String(issue?.params?.["fault"])}`] ?? messages[asked] ?? name;
}
