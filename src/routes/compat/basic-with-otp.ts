/**
 * The API of a FastAPI article with HTTP Basic and `?otp=`, as measured against the published
 * program. docs/compat.md#api-3 lists the differences.
 */

import { Hono, type Context } from "hono";
import type { SessionCaller } from "../../core/caller/actor";
import { disableSecondFactor } from "../../core/authenticator/remove";
import { enrol } from "../../core/authenticator/enrol";
import { loadBySession } from "../../core/caller/by-session";
import { answerLogin, login, openLogin, type Login } from "../../core/account/login";
import type { Credentials } from "../../core/session/sessions";
import { confirmOwn } from "../../core/account/step-up";
import { isActive } from "../../core/user/record";
import { DEFAULT_PARAMETERS } from "../../crypto/totp";
import { Problem } from "../../problem";
import { clientOf } from "../address";
import { bearer } from "../auth";
import type { AppEnv } from "../context";
import { limitByAddress } from "../limits";
import { withAccounts } from "../placement";
import { secretProof } from "../session";
import { fieldsOf, ForeignAnswer, speaking } from "./dialect";
import { whereOn } from "./switch";

/** As in the published program, failures are answers of status 200 with one of these. */
const STATUS = { ok: 0, wrongOtp: 2, wrongCredentials: 3 } as const;
const BASIC = { "www-authenticate": "Basic" };

const forbid = (detail: string) => new ForeignAnswer(403, { detail });

function translate(problem: Problem): ForeignAnswer {
  const { code, status, title } = problem;
  if (code === "unauthorized") return new ForeignAnswer(401, { detail: "Unauthorized" });
  return new ForeignAnswer(status, { detail: title });
}

/** Reads name and password of HTTP Basic (RFC 7617). */
function readBasic(c: Context<AppEnv>): { name: string; password: string } {
  const [, encoded] = /^basic +(\S+) *$/i.exec(c.req.header("authorization") ?? "") ?? [];
  if (encoded === undefined) throw new ForeignAnswer(401, { detail: "Not authenticated" }, BASIC);
  const text = decode(encoded);
  const colon = text?.indexOf(":") ?? -1;
  if (text === null || colon < 0) {
    const detail = "Invalid authentication credentials";
    throw new ForeignAnswer(401, { detail }, BASIC);
  }
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decode(base64: string): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.fromBase64(base64),
    );
  } catch {
    return null;
  }
}

/** Whether a login ended in one of these problems. */
function causeOf(error: unknown, codes: readonly string[]): error is Problem {
  return error instanceof Problem && codes.includes(error.code);
}

const WRONG_CREDENTIALS = [
  "invalid_credentials",
  "user_disabled",
  "rebinding_required",
  "hook_denied",
] as const;
const WRONG_OTP = [
  "invalid_code",
  "method_not_accepted",
  "invalid_request",
  "invalid_challenge",
  "locked",
] as const;

/** The session's secret, which these clients send as a bearer token. */
function tokenOf({ cookie }: Credentials): string {
  if (!cookie) throw new Error("a session without its secret");
  return cookie.value;
}

/**
 * Answers the challenge and gives the session's secret, or null if the code is wrong. A missing
 * code is asked for, and nothing is charged.
 */
async function giveOtp(
  c: Context<AppEnv>,
  result: Login & { status: "second_factor_required" },
  otp: string | undefined,
): Promise<string | null> {
  if (!otp) return null;
  const { deps } = c.var;
  const answer = { code: otp, trustDevice: false, holding: "cookie" } as const;
  try {
    const claims = await openLogin(deps, result.challenge.token);
    return tokenOf((await answerLogin(deps, claims, answer)).credentials);
  } catch (error) {
    if (!causeOf(error, WRONG_OTP)) throw error;
    if (error.retryAfter !== undefined) c.header("retry-after", String(error.retryAfter));
    return null;
  }
}

/**
 * Activates a pending authenticator, which the first right code does. A wrong code is no obstacle
 * yet.
 */
async function activate(c: Context<AppEnv>, token: string, code: string): Promise<string> {
  const caller = await callerOf(token);
  const { authenticators } = await loadBySession(c.var.deps, caller);
  const pending = authenticators.findLast(({ state }) => state === "pending");
  if (!pending) return token;
  try {
    const input = { authenticatorId: pending.id, code, withBackupCodes: false };
    return tokenOf((await confirmOwn(c.var.deps, caller, input)).credentials);
  } catch (error) {
    if (error instanceof Problem) return token;
    throw error;
  }
}

async function callerOf(token: string): Promise<SessionCaller> {
  const proof = await secretProof(token);
  if (!proof) throw new Problem("unauthorized");
  return { ...proof, fresh: false, enrolment: true };
}

/** Finds the caller. A bearer token that is missing or malformed is refused in FastAPI's words. */
function callerFor(c: Context<AppEnv>): Promise<SessionCaller> {
  if (!c.req.header("authorization")) throw forbid("Not authenticated");
  const token = bearer(c);
  if (token === undefined) throw forbid("Invalid authentication credentials");
  return callerOf(token);
}

/** The values that Pydantic's lax reading takes for booleans. */
const TRUE = [true, 1, "1", "on", "t", "true", "y", "yes"];
const FALSE = [false, 0, "0", "off", "f", "false", "n", "no"];

async function readEnabled(c: Context<AppEnv>): Promise<boolean> {
  const fields = await fieldsOf(c);
  const given = fields["enabled"];
  const value = typeof given === "string" ? given.toLowerCase() : given;
  if (TRUE.some((one) => one === value)) return true;
  if (FALSE.some((one) => one === value)) return false;
  const error =
    given === undefined
      ? { msg: "field required", type: "value_error.missing" }
      : { msg: "value could not be parsed to a boolean", type: "type_error.bool" };
  throw new ForeignAnswer(422, { detail: [{ loc: ["body", "enabled"], ...error }] });
}

const notAllowed = (c: Context<AppEnv>) => c.json({ detail: "Method Not Allowed" }, 405);

/**
 * `{"enabled": true}` only prepares the second factor. The first right code at `/auth/credentials`
 * switches it on.
 */
export const basicWithOtp = new Hono<AppEnv>()
  .post("/auth/credentials", whereOn("basic-with-otp"), async (c) => {
    const input = {
      ...readBasic(c),
      device: null,
      holding: "cookie",
      client: clientOf(c),
    } as const;
    const otp = c.req.queries("otp")?.at(-1);
    const result = await login(c.var.deps, input).catch((error: unknown) => {
      if (causeOf(error, WRONG_CREDENTIALS)) return null;
      throw error;
    });
    if (!result) return c.json({ token: null, status: STATUS.wrongCredentials });
    if (result.status === "second_factor_required") {
      const token = await giveOtp(c, result, otp);
      return c.json({ token, status: token === null ? STATUS.wrongOtp : STATUS.ok });
    }
    const token = tokenOf(result.loggedIn.credentials);
    return c.json({ token: otp ? await activate(c, token, otp) : token, status: STATUS.ok });
  })
  .put("/auth/otp/enable", whereOn("basic-with-otp"), async (c) => {
    const caller = { ...(await callerFor(c)), fresh: true };
    const enabled = await readEnabled(c);
    const loaded = await loadBySession(c.var.deps, caller);
    const isOn = loaded.authenticators.length > 0;
    if (!enabled && isOn) await disableSecondFactor(c.var.deps, caller);
    return c.json(null);
  })
  .get("/auth/otp/generate", whereOn("basic-with-otp"), async (c) => {
    const caller = { ...(await callerFor(c)), fresh: true };
    const { authenticators } = await loadBySession(c.var.deps, { ...caller, fresh: false });
    if (authenticators.some(isActive)) {
      throw forbid("OTP is active. Its secret was shown when it was made.");
    }
    const input = { parameters: DEFAULT_PARAMETERS, replaces: true };
    const { qr } = await enrol(c.var.deps, caller, input);
    const png = Uint8Array.fromBase64(qr.png.slice(qr.png.indexOf(",") + 1));
    return c.body(png, 200, { "content-type": "image/png" });
  })
  .get("/whoami", whereOn("basic-with-otp"), limitByAddress, ...withAccounts, async (c) => {
    const caller = { ...(await callerFor(c)), enrolment: false };
    const { account } = await loadBySession(c.var.deps, caller);
    return c.json(account.username ?? account.email);
  })
  .on(["GET", "PUT", "PATCH", "DELETE"], "/auth/credentials", whereOn("basic-with-otp"), notAllowed)
  .on(["GET", "POST", "PATCH", "DELETE"], "/auth/otp/enable", whereOn("basic-with-otp"), notAllowed)
  .on(
    ["PUT", "POST", "PATCH", "DELETE"],
    ["/auth/otp/generate", "/whoami"],
    whereOn("basic-with-otp"),
    notAllowed,
  );

basicWithOtp.onError(speaking(translate));
