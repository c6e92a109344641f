/**
 * The API of a Django REST tutorial and its React client, as measured against the published
 * program: six calls below `/api/auth/`. docs/compat.md#api-2 lists the differences.
 */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { toProfile, type Profile } from "../../core/user/account";
import type { SessionCaller } from "../../core/caller/actor";
import { disableSecondFactor } from "../../core/authenticator/remove";
import { enrol } from "../../core/authenticator/enrol";
import { loadBySession } from "../../core/caller/by-session";
import { answerLogin, login, openLogin } from "../../core/account/login";
import { CHALLENGE_LIFE_SECONDS } from "../../core/policy";
import { register } from "../../core/account/register";
import { confirmOwn } from "../../core/account/step-up";
import { isActive } from "../../core/user/record";
import { DEFAULT_PARAMETERS } from "../../crypto/totp";
import { Problem } from "../../problem";
import { clientOf } from "../address";
import type { AppEnv } from "../context";
import { CodeText } from "../fields";
import { ownCookie, setOwnCookie } from "../cookies";
import { limitByAddress } from "../limits";
import { assertOrigin, openToRegisteredOrigins } from "../origins";
import { withAccounts } from "../placement";
import { cookieProof, handOver, handOverLogin } from "../session";
import { Email, Password, PersonName } from "../user/shared";
import { ForeignAnswer, parseFields, speaking } from "./dialect";
import { whereOn } from "./switch";

/** The cookie that holds the challenge of a login which waits for its code. It is no session. */
const PENDING = "stepgate-pending";
const WRONG_TOKEN = "Token is invalid or user doesn't exist";

/** Numbers are accepted too, because the published server makes text of any value. */
const Token = z.union([z.string(), z.number()]).transform(String).pipe(CodeText);
const UserId = z.string().max(255);
const Registration = z.object({ email: Email, name: PersonName, password: Password });
const Login = z.object({ email: Email, password: Password });
const OfUser = z.object({ user_id: UserId });
const OfToken = OfUser.extend({ token: Token });

const PATHS = [
  "/register",
  "/login",
  "/otp/generate",
  "/otp/verify",
  "/otp/validate",
  "/otp/disable",
];

function fail(status: 400 | 404 | 409, message: string): ForeignAnswer {
  return new ForeignAnswer(status, { status: "fail", message });
}

const complain = ([issue]: { field: string; isMissing: boolean; message: string }[]) =>
  fail(
    400,
    issue ? `${issue.field}: ${issue.isMissing ? "This field is required." : issue.message}` : "",
  );

/** Translates a problem. `message` is always a string, because the client shows nothing else. */
function translate(problem: Problem, c: Context<AppEnv>): ForeignAnswer {
  const { code, status, title, detail } = problem;
  const type = c.req.header("content-type") ?? "";
  switch (code) {
    case "malformed_request":
      return new ForeignAnswer(400, { detail: "JSON parse error - the body is not valid JSON" });
    case "unsupported_media_type":
      return new ForeignAnswer(415, { detail: `Unsupported media type "${type}" in request.` });
    case "invalid_credentials":
    case "user_disabled":
    case "rebinding_required":
    case "hook_denied":
      return fail(400, "Incorrect email or password");
    case "email_taken":
      return fail(409, "User with that email already exists");
    case "weak_password":
      return fail(400, detail ?? title);
    case "invalid_code":
    case "method_not_accepted":
    case "clock_skew":
    case "parameters_ignored":
    case "time_zone":
    case "invalid_challenge":
    case "invalid_request":
    case "enrolment_closed":
    case "locked":
      return fail(400, WRONG_TOKEN);
    default:
      return new ForeignAnswer(status, { status: "fail", message: title });
  }
}

function noUser(id: string): ForeignAnswer {
  return fail(404, `No user with Id: ${id} found`);
}

/** What the published server shows of a user, without the secret that it also showed. */
function toUser({ id, name, email, twoFactor }: Profile) {
  const enabled = { otp_enabled: twoFactor, otp_verified: twoFactor };
  return { id, name: name ?? email, email, ...enabled, otp_base32: null, otp_auth_url: null };
}

/** Loads the session's user. These calls act on nobody else; any other user is not found. */
async function callerFor(c: Context<AppEnv>, userId: string) {
  const proof = await cookieProof(c);
  if (!proof) throw noUser(userId);
  const caller: SessionCaller = { ...proof, fresh: true, enrolment: true };
  const loaded = await loadBySession(c.var.deps, caller).catch((error: unknown) => {
    throw error instanceof Problem && error.code === "unauthorized" ? noUser(userId) : error;
  });
  if (loaded.user.id !== userId) throw noUser(userId);
  return { caller, loaded };
}

/**
 * Explains why there is no login to validate: the session has no second factor, or there is no
 * session and thus no user.
 */
async function explainNoLogin(c: Context<AppEnv>, userId: string): Promise<Response> {
  const { loaded } = await callerFor(c, userId);
  if (loaded.authenticators.some(isActive)) throw fail(400, WRONG_TOKEN);
  throw fail(404, "OTP must be verified first");
}

export const djangoReact = new Hono<AppEnv>()
  .use(whereOn("django-react"), openToRegisteredOrigins, limitByAddress, ...withAccounts)
  .post("/register", async (c) => {
    const input = await parseFields(c, Registration, complain);
    await register(c.var.deps, input, { actor: "registration", client: clientOf(c) });
    const message = "Registered successfully, please login";
    return c.json({ status: "success", message }, 201);
  })
  .post("/login", async (c) => {
    const { email: name, password } = await parseFields(c, Login, complain);
    await assertOrigin(c);
    const input = { name, password, device: null, holding: "cookie", client: clientOf(c) } as const;
    const result = await login(c.var.deps, input);
    if (result.status === "authenticated") {
      await handOverLogin(c, result.loggedIn);
      setOwnCookie(c, PENDING, "", 0);
      return c.json({ status: "success", user: toUser(result.loggedIn.user) });
    }
    setOwnCookie(c, PENDING, result.challenge.token, CHALLENGE_LIFE_SECONDS.default);
    return c.json({ status: "success", user: toUser(result.user) });
  })
  .post("/otp/generate", async (c) => {
    const { user_id: userId } = await parseFields(c, OfUser, () => noUser("None"));
    const { caller } = await callerFor(c, userId);
    const input = { parameters: DEFAULT_PARAMETERS, replaces: true };
    const { secret, uri } = await enrol(c.var.deps, caller, input);
    return c.json({ base32: secret, otpauth_url: uri });
  })
  .post("/otp/verify", async (c) => {
    const { user_id: userId, token: code } = await parseFields(c, OfToken, complain);
    const { caller, loaded } = await callerFor(c, userId);
    const pending = loaded.authenticators.findLast(({ state }) => state === "pending");
    if (!pending) throw fail(400, WRONG_TOKEN);
    const input = { authenticatorId: pending.id, code, withBackupCodes: false };
    const { credentials } = await confirmOwn(c.var.deps, caller, input);
    handOver(c, credentials);
    return c.json({ otp_verified: true, user: toUser({ ...toProfile(loaded), twoFactor: true }) });
  })
  .post("/otp/validate", async (c) => {
    const { user_id: userId, token: code } = await parseFields(c, OfToken, complain);
    const pending = ownCookie(c, PENDING);
    if (!pending) return explainNoLogin(c, userId);
    await assertOrigin(c);
    const claims = await openLogin(c.var.deps, pending);
    if (claims.userId !== userId) throw noUser(userId);
    const answer = { code, trustDevice: false, holding: "cookie", client: clientOf(c) } as const;
    await handOverLogin(c, await answerLogin(c.var.deps, claims, answer));
    setOwnCookie(c, PENDING, "", 0);
    return c.json({ otp_valid: true });
  })
  .post("/otp/disable", async (c) => {
    const { user_id: userId } = await parseFields(c, OfUser, () => noUser("None"));
    const { caller, loaded } = await callerFor(c, userId);
    if (loaded.authenticators.length > 0) {
      await disableSecondFactor(c.var.deps, caller);
    }
    return c.json({ otp_disabled: true, user: toUser({ ...toProfile(loaded), twoFactor: false }) });
  })
  .on(["GET", "PUT", "PATCH", "DELETE"], PATHS, (c) => {
    c.header("allow", "POST, OPTIONS");
    return c.json({ detail: `Method "${c.req.method}" not allowed.` }, 405);
  });

djangoReact.onError(speaking(translate));
