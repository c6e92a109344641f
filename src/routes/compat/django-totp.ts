/**
 * The API of the package django-totp with its JWT login, as measured against the published package.
 * All paths end in a slash. docs/compat.md#api-4 lists the differences.
 */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import type { SessionCaller } from "../../core/caller/actor";
import { rotateBackupCodes } from "../../core/authenticator/rotate-backup-codes";
import { confirm } from "../../core/authenticator/confirm";
import { disableSecondFactor } from "../../core/authenticator/remove";
import { enrol } from "../../core/authenticator/enrol";
import { loadBySession } from "../../core/caller/by-session";
import { answerLogin, login, openLogin } from "../../core/account/login";
import { refresh } from "../../core/session/refresh";
import type { Credentials } from "../../core/session/sessions";
import { parseRefreshToken } from "../../crypto/opaque-tokens";
import { isActive } from "../../core/user/record";
import { DEFAULT_PARAMETERS } from "../../crypto/totp";
import { Problem } from "../../problem";
import { clientOf } from "../address";
import { bearer } from "../auth";
import type { AppEnv } from "../context";
import { MAX_CODE_LENGTH } from "../fields";
import { limitByAddress } from "../limits";
import { withAccounts } from "../placement";
import { tokenProof } from "../session";
import { ForeignAnswer, parseFields, speaking, withWait } from "./dialect";
import { whereOn } from "./switch";

const REALM = { "www-authenticate": 'Bearer realm="api"' };
const NO_SECRET = "User does not have an associated TOTP secret.";
const REQUIRED = "This field is required.";

const detail = (status: 400 | 401 | 429, words: string) =>
  new ForeignAnswer(status, { detail: words });

const invalidToken = () =>
  new ForeignAnswer(401, { detail: "Token is invalid or expired", code: "token_not_valid" }, REALM);

/** Refuses fields in the words of Django REST framework: every field with its complaints. */
function complain(issues: { field: string; isMissing: boolean; message: string }[]) {
  const lists = Object.groupBy(issues, ({ field }) => field);
  const body = Object.entries(lists).map(([field, list = []]) => [
    field,
    list.map(({ isMissing, message }) => (isMissing ? REQUIRED : message)),
  ]);
  return new ForeignAnswer(400, Object.fromEntries(body));
}

function text(max: number) {
  return untrimmed(max).trim();
}

function untrimmed(max: number) {
  return z
    .string("Not a valid string.")
    .min(1, "This field may not be blank.")
    .max(max, `Ensure this field has no more than ${max} characters.`);
}

const Confirmation = z.object({ input_code: text(12) });
const Login = z.object({ username: text(254), password: untrimmed(1024) });
const Answer = z.object({
  totp_challenge_token: text(4096),
  otp_code: text(MAX_CODE_LENGTH).optional(),
  backup_code: text(MAX_CODE_LENGTH).optional(),
});

/** Translates a problem. A throttled client is told so in the framework's words. */
function translate(problem: Problem, c: Context<AppEnv>): ForeignAnswer {
  const { code, status, title, retryAfter } = problem;
  const type = c.req.header("content-type") ?? "";
  switch (code) {
    case "malformed_request":
      return detail(400, "JSON parse error - the body is not valid JSON");
    case "unsupported_media_type":
      return new ForeignAnswer(415, { detail: `Unsupported media type "${type}" in request.` });
    case "locked":
    case "rate_limited": {
      const wait = retryAfter === undefined ? "" : ` Expected available in ${retryAfter} seconds.`;
      return detail(429, `Request was throttled.${wait}`);
    }
    case "not_enrolled":
      return detail(400, NO_SECRET);
    default:
      return new ForeignAnswer(status, { detail: title });
  }
}

/** Gives an answer of this API in place of these problems. */
function instead(codes: readonly string[], answer: () => ForeignAnswer) {
  return (error: unknown): never => {
    if (!(error instanceof Problem && codes.includes(error.code))) throw error;
    throw withWait(answer(), error);
  };
}

const REFUSED = {
  detail: "Given token not valid for any token type",
  code: "token_not_valid",
  messages: [
    {
      token_class: "AccessToken",
      token_type: "access",
      message: "Token is invalid or expired",
    },
  ],
};

const refuse = () => new ForeignAnswer(401, REFUSED, REALM);

/** Finds the caller. A token that is missing or malformed is refused in Simple JWT's words. */
async function callerFor(c: Context<AppEnv>, fresh: boolean) {
  if (c.req.header("authorization") === undefined) {
    const body = { detail: "Authentication credentials were not provided." };
    throw new ForeignAnswer(401, body, REALM);
  }
  const proof = await tokenProof(c, bearer(c) ?? "");
  if (!proof) throw refuse();
  const caller: SessionCaller = { ...proof, fresh, enrolment: true };
  const loaded = await loadBySession(c.var.deps, caller).catch(instead(["unauthorized"], refuse));
  return { caller, loaded };
}

function pair({ accessToken: access, refreshToken }: Credentials) {
  return { access, refresh: refreshToken };
}

const complainOf = (message: string) => new ForeignAnswer(400, { non_field_errors: [message] });

/** The code or the backup code, as one field of ours. */
function codeOf({ otp_code: otp, backup_code: backup }: z.output<typeof Answer>): string {
  if (otp && backup) {
    throw complainOf("Provide only one of otp_code or backup_code, not both.");
  }
  const code = otp ?? backup;
  if (!code) throw complainOf("Either otp_code or backup_code is required.");
  return code;
}

const totp = new Hono<AppEnv>()
  .post("/create/", async (c) => {
    const { caller, loaded } = await callerFor(c, true);
    if (loaded.authenticators.some(isActive)) {
      throw detail(400, "TOTP is already enabled. Disable the old one before creating a new one.");
    }
    const accountName = loaded.account.username ?? loaded.account.email;
    const input = { accountName, parameters: DEFAULT_PARAMETERS, replaces: true };
    const { qr } = await enrol(c.var.deps, caller, input);
    return c.json({ svg: `<?xml version='1.0' encoding='UTF-8'?>\n${qr.svg}` }, 201);
  })
  .post("/confirm/", async (c) => {
    const { caller, loaded } = await callerFor(c, true);
    const { input_code: code } = await parseFields(c, Confirmation, complain);
    const pending = loaded.authenticators.findLast(({ state }) => state === "pending");
    if (loaded.authenticators.some(isActive))
      throw detail(400, "Backup codes already exist for this user.");
    if (!pending) throw detail(400, NO_SECRET);
    const { deps } = c.var;
    const diagnoses = ["clock_skew", "parameters_ignored", "time_zone"];
    const wrong = ["invalid_code", "invalid_request", "enrolment_closed", ...diagnoses];
    // The session stays at its level, because the answer has no place for tokens of another level.
    const { backupCodes } = await confirm(deps, caller, {
      authenticatorId: pending.id,
      code,
    }).catch(instead(wrong, () => detail(400, "Invalid TOTP code.")));
    return c.json({ backup_codes: backupCodes });
  })
  .post("/disable/", async (c) => {
    const { caller, loaded } = await callerFor(c, true);
    if (loaded.authenticators.length === 0) throw detail(400, NO_SECRET);
    await disableSecondFactor(c.var.deps, caller);
    return c.body(null, 204);
  })
  .post("/rotate_backup_codes/", async (c) => {
    const { caller } = await callerFor(c, true);
    return c.json({ backup_codes: await rotateBackupCodes(c.var.deps, caller) });
  });

const jwt = new Hono<AppEnv>()
  .post("/create/", async (c) => {
    const { username: name, password } = await parseFields(c, Login, complain);
    const input = { name, password, device: null, holding: "tokens", client: clientOf(c) } as const;
    const refused = ["invalid_credentials", "user_disabled", "rebinding_required", "hook_denied"];
    const result = await login(c.var.deps, input).catch(
      instead(refused, () => detail(401, "Invalid credentials.")),
    );
    if (result.status === "authenticated") {
      return c.json({ is_totp_enabled: false, ...pair(result.loggedIn.credentials) });
    }
    return c.json({ is_totp_enabled: true, totp_challenge_token: result.challenge.token });
  })
  .post("/totp/verify/", async (c) => {
    const fields = await parseFields(c, Answer, complain);
    const code = codeOf(fields);
    const { deps } = c.var;
    const dead = instead(["invalid_challenge"], () =>
      detail(400, "Invalid or expired challenge token."),
    );
    const wrong = instead(["invalid_code", "method_not_accepted", "invalid_request"], () =>
      detail(400, "Invalid 2FA code."),
    );
    const claims = await openLogin(deps, fields.totp_challenge_token).catch(dead);
    const answer = { code, trustDevice: false, holding: "tokens" } as const;
    const { credentials } = await answerLogin(deps, claims, answer).catch(dead).catch(wrong);
    return c.json(pair(credentials));
  })
  .post("/refresh/", async (c) => {
    const fields = await parseFields(c, z.object({ refresh: text(256) }), complain);
    const proof = await parseRefreshToken(fields.refresh);
    if (!proof) throw invalidToken();
    const renewed = await refresh(c.var.deps, proof).catch(
      instead(["session_ended"], invalidToken),
    );
    return c.json({ access: renewed.accessToken, refresh: renewed.refreshToken });
  })
  .post("/verify/", async (c) => {
    const { token } = await parseFields(c, z.object({ token: text(4096) }), complain);
    const proof = await tokenProof(c, token);
    if (!proof) throw invalidToken();
    const caller = { ...proof, fresh: false, enrolment: false };
    const worthless = ["unauthorized", "enrolment_required", "rebinding_required"];
    await loadBySession(c.var.deps, caller).catch(instead(worthless, invalidToken));
    return c.json({});
  });

const PATHS = [
  ...["create", "confirm", "disable", "rotate_backup_codes"].map((one) => `/totp/${one}/`),
  ...["create", "totp/verify", "refresh", "verify"].map((one) => `/jwt/${one}/`),
];

export const djangoTotp = new Hono<AppEnv>()
  .use("/totp/*", whereOn("django-totp"), limitByAddress, ...withAccounts)
  .use("/jwt/*", whereOn("django-totp"), limitByAddress, ...withAccounts)
  .route("/totp", totp)
  .route("/jwt", jwt)
  .on(["GET", "PUT", "PATCH", "DELETE"], PATHS, (c) => {
    c.header("allow", "POST, OPTIONS");
    return c.json({ detail: `Method "${c.req.method}" not allowed.` }, 405);
  });

djangoTotp.onError(speaking(translate));
