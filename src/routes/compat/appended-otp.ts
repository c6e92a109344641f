/**
 * The API of a FastAPI tutorial that appends the code to the password, as measured against the
 * published program. docs/compat.md#api-1 lists the differences.
 */

import { Hono, type Context } from "hono";
import { toProfile } from "../../core/user/account";
import { loadBySession } from "../../core/caller/by-session";
import { loginAtOnce } from "../../core/account/login-at-once";
import { Problem } from "../../problem";
import { clientOf } from "../address";
import { bearer } from "../auth";
import type { AppEnv } from "../context";
import { limitByAddress } from "../limits";
import { withAccounts } from "../placement";
import { tokenProof } from "../session";
import { fieldsOf, ForeignAnswer, speaking } from "./dialect";
import { whereOn } from "./switch";

const DIGITS = 6;
const CHALLENGE = { "www-authenticate": "Bearer" };

const refuse = (detail: string) => new ForeignAnswer(401, { detail }, CHALLENGE);

const REFUSED = new Set(["invalid_credentials", "hook_denied", "method_not_accepted"]);

/** Gives one answer for every failure at `/token`, even for a locked user. */
function translate(problem: Problem): ForeignAnswer {
  const { code, status, title } = problem;
  if (REFUSED.has(code)) return refuse("Incorrect username or password");
  return new ForeignAnswer(status, { detail: title });
}

/** Refuses fields that are missing or malformed, in FastAPI's words. */
function invalid(...errors: { field: string; msg: string; type: string; ctx?: object }[]) {
  const detail = errors.map(({ field, ...error }) => ({ loc: ["body", field], ...error }));
  return new ForeignAnswer(422, { detail });
}

const missing = (field: string) => ({ field, msg: "field required", type: "value_error.missing" });

/** Reads the password form of OAuth 2.0 (RFC 6749 §4.3.2). */
async function readForm(c: Context<AppEnv>): Promise<{ username: string; password: string }> {
  const isJson = c.req.header("content-type")?.startsWith("application/json");
  const fields = isJson ? {} : await fieldsOf(c).catch(() => ({}));
  const { username, password, grant_type: grant } = { ...NO_FIELDS, ...fields };
  const absent = Object.entries({ username, password }).filter(([, value]) => !isText(value));
  if (absent.length > 0) throw invalid(...absent.map(([field]) => missing(field)));
  if (isText(grant) && grant !== "password") {
    const msg = 'string does not match regex "password"';
    const ctx = { pattern: "password" };
    throw invalid({ field: "grant_type", msg, type: "value_error.str.regex", ctx });
  }
  return { username: String(username), password: String(password).slice(0, MAX_PASSWORD) };
}

const NO_FIELDS: Record<string, unknown> = {};
/** In UTF-16 units. Nobody has a longer password. */
const MAX_PASSWORD = 1024;

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/**
 * Takes apart what was typed. For a user with a second factor the last six code points are the
 * code; otherwise there is no code.
 */
function split(typed: string, needsCode: boolean): { password: string; digits: string } {
  const points = Array.from(typed);
  if (!needsCode) return { password: typed, digits: "" };
  return { password: points.slice(0, -DIGITS).join(""), digits: points.slice(-DIGITS).join("") };
}

async function userOf(c: Context<AppEnv>) {
  const token = bearer(c);
  if (token === undefined) throw refuse("Not authenticated");
  const proof = await tokenProof(c, token);
  if (!proof) throw refuse("Could not validate credentials");
  const caller = { ...proof, fresh: false, enrolment: false };
  const loaded = await loadBySession(c.var.deps, caller).catch((error: unknown) => {
    throw error instanceof Problem && error.code === "unauthorized"
      ? refuse("Could not validate credentials")
      : error;
  });
  const { email, username, name } = toProfile(loaded);
  return { username: username ?? email, email, full_name: name, disabled: false };
}

const ready = [whereOn("appended-otp"), limitByAddress, ...withAccounts] as const;
const notAllowed = (c: Context<AppEnv>) => c.json({ detail: "Method Not Allowed" }, 405);

export const appendedOtp = new Hono<AppEnv>()
  .post("/token", ...ready, async (c) => {
    const { username: name, password } = await readForm(c);
    const { credentials } = await loginAtOnce(c.var.deps, {
      name,
      split: (needsCode) => split(password, needsCode),
      client: clientOf(c),
    });
    return c.json({ access_token: credentials.accessToken, token_type: "bearer" });
  })
  .on("POST", "/token/", ...ready, (c) => c.redirect("/token", 307))
  .on("GET", ["/users/me", "/users/me/"], ...ready, async (c) => c.json(await userOf(c)))
  .on("GET", ["/users/me/items", "/users/me/items/"], ...ready, async (c) => {
    const { username } = await userOf(c);
    return c.json([{ item_id: "Foo", owner: username }]);
  })
  .on(["GET", "PUT", "PATCH", "DELETE"], "/token", whereOn("appended-otp"), notAllowed)
  .on(["POST", "PUT", "PATCH", "DELETE"], "/users/me/*", whereOn("appended-otp"), notAllowed);

appendedOtp.onError(speaking(translate));
