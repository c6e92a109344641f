/** What a person has to mend in a form, in their language. */

import { zValidator } from "@hono/zod-validator";
import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { Problem, type ProblemCode } from "../../problem";
import type { AppEnv } from "../context";
import { textsOf } from "./language";
import type { Texts } from "./texts/en";

export interface Fault {
  message: string;
  /** The name of the field, if it is one field's. */
  field?: string | undefined;
  /** Until it is worth trying again. */
  waitSeconds?: number | undefined;
}

const FIELD_OF: { [code in ProblemCode]?: string } = {
  clock_skew: "code",
  email_taken: "email",
  invalid_code: "code",
  username_taken: "username",
  weak_password: "newPassword",
};

/** The page of a form, once more with what is wrong. */
type ShowAgain = (c: Context<AppEnv>, faults: Fault[]) => Response | Promise<Response>;

/** The fields of a form as `schema` has them; else the form's own page, which says what is wrong. */
export function form<T extends z.ZodType>(schema: T, showAgain: ShowAgain) {
  return zValidator("form", schema, (result, c: Context) => {
    if (result.success) return undefined;
    c.set("problem", new Problem("invalid_request"));
    c.status(422);
    const names = new Set(result.error.issues.map(({ path }) => String(path[0])));
    return showAgain(
      c,
      [...names].map((field) => ({ field, message: ofField(textsOf(c), field) })),
    );
  });
}

/**
 * Does what a form asks for. A problem that its user can mend is shown in the form's own page; one
 * that is mended elsewhere, such as a session that has ended, is thrown.
 */
export async function submit(
  c: Context<AppEnv>,
  showAgain: ShowAgain,
  act: () => Promise<Response>,
): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Problem) || MENDED_ELSEWHERE.has(error.code)) throw error;
    c.set("problem", error);
    if (error.retryAfter !== undefined) c.header("retry-after", String(error.retryAfter));
    c.status(error.status);
    return showAgain(c, [faultOf(textsOf(c), error)]);
  }
}

const MENDED_ELSEWHERE = new Set<ProblemCode>([
  "enrolment_required",
  "password_required",
  "second_factor_required",
  "session_ended",
  "unauthorized",
]);

function faultOf(t: Texts, problem: Problem): Fault {
  const { code, retryAfter: waitSeconds } = problem;
  // What has the form of no code is the field's mistake.
  if (code === "invalid_request") return { field: "code", message: t.fields.code };
  return { field: FIELD_OF[code], message: messageOf(t, problem), waitSeconds };
}

/** A problem in the reader's language. */
export function messageOf(t: Texts, { code, title, retryAfter, extensions }: Problem): string {
  if (code === "locked" && retryAfter !== undefined) return t.lockedFor(retryAfter);
  if (code === "clock_skew") return t.clockSkew(Number(extensions["offsetSeconds"]));
  if (code === "weak_password") return weakness(t, extensions);
  const messages: { [code in ProblemCode]?: string } = t.problems;
  return messages[code] ?? title;
}

function weakness({ weakPassword }: Texts, { reason, length }: Problem["extensions"]): string {
  const words: Record<string, (length: number) => string> = weakPassword;
  return (words[String(reason)] ?? weakPassword.common)(Number(length));
}

function ofField({ fields }: Texts, name: string): string {
  const messages: Record<string, string> = fields;
  return messages[name] ?? name;
}
