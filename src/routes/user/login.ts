import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { parseAccept } from "hono/utils/accept";
import { answerLogin, login, openLogin, type LoggedIn } from "../../core/account/login";
import { logOut, refresh } from "../../core/session/refresh";
import { register } from "../../core/account/register";
import { ACCESS_TOKEN_LIFE_SECONDS, LANGUAGES, type Language } from "../../core/policy";
import { parseDeviceToken, parseRefreshToken } from "../../crypto/opaque-tokens";
import { Problem } from "../../problem";
import { clientOf } from "../address";
import type { AppEnv } from "../context";
import { CodeText, Instant } from "../fields";
import { limitUser } from "../limits";
import { body, BODY_PROBLEMS, json, nothing, problems, router } from "../openapi";
import { assertOrigin } from "../origins";
import { BackupCodesLeft } from "../server/shared";
import { cookieOf, deviceCookieOf, dropCookie, handOverDevice, handOverLogin } from "../session";
import {
  Authenticated,
  Email,
  Holding,
  Password,
  AccountSchema,
  RegistrationSchema,
  Tokens,
  Username,
} from "./shared";

const Registration = z.object({ user: AccountSchema }).openapi("Registration");

const SecondFactorRequired = z
  .object({
    status: z.literal("second_factor_required"),
    challengeToken: z.string(),
    methods: z.array(z.enum(["totp", "backup_code"])),
    expiresAt: Instant,
  })
  .openapi("SecondFactorRequired");

const LogIn = z.union([Authenticated, SecondFactorRequired]).openapi("LogIn");

const AnsweredLogIn = Authenticated.extend({
  backupCodes: BackupCodesLeft,
  deviceToken: z
    .string()
    .optional()
    .openapi({ description: "Present if the device is trusted, and no cookie was asked for." }),
}).openapi("AnsweredLogIn");

const TokenPair = Tokens.required().openapi("TokenPair");

const registerRoute = createRoute({
  method: "post",
  path: "/register",
  operationId: "register",
  tags: ["Accounts: log-in"],
  summary: "Make an account",
  description:
    "Anybody may make an account unless registration is closed. Log in afterwards with `POST /auth/login`.",
  request: {
    body: body(RegistrationSchema),
  },
  responses: {
    201: json("The account. Nobody is logged in by this call", Registration),
    ...problems(
      ...BODY_PROBLEMS,
      ...(["weak_password", "email_taken", "username_taken", "registration_closed"] as const),
    ),
  },
});

const loginRoute = createRoute({
  method: "post",
  path: "/login",
  operationId: "logIn",
  tags: ["Accounts: log-in"],
  summary: "Log in",
  description:
    "Takes an e-mail address or a user name, and the password. The answer for a user with a second factor is a challenge. There is no session before it is answered.",
  request: {
    body: body(
      z
        .strictObject({
          email: Email.optional(),
          username: Username.optional(),
          password: Password,
          cookie: Holding,
          deviceToken: z.string().min(1).max(256).optional().openapi({
            description:
              "The token of a trusted device. No code is asked for then, if the service allows that.",
          }),
          rebindToken: z.string().min(1).max(128).optional().openapi({
            description: "After an operator's reset: the token from its answer.",
          }),
        })
        .refine(
          ({ email, username }) => (email === undefined) !== (username === undefined),
          "either email or username",
        ),
    ),
  },
  responses: {
    200: json("The password is right", LogIn),
    ...problems(
      ...BODY_PROBLEMS,
      ...(["invalid_credentials", "user_disabled", "rebinding_required"] as const),
      ...(["origin_not_allowed", "conflict", "hook_denied", "hook_failed"] as const),
    ),
  },
});

const challengeRoute = createRoute({
  method: "post",
  path: "/challenge",
  operationId: "answerLogInChallenge",
  tags: ["Accounts: log-in"],
  summary: "Answer the challenge of a log-in",
  description:
    "The second step of a log-in: the code of an authenticator, or a backup code. A challenge is good for five wrong codes.",
  request: {
    body: body(
      z.strictObject({
        challengeToken: z.string().min(1).max(4096),
        code: CodeText,
        cookie: Holding,
        trustDevice: z.boolean().optional().openapi({
          description:
            "Whether this device is asked for no code next time, if the service allows that.",
        }),
      }),
    ),
  },
  responses: {
    200: json("Logged in", AnsweredLogIn),
    ...problems(
      ...BODY_PROBLEMS,
      ...(["invalid_code", "method_not_accepted", "invalid_challenge"] as const),
      ...(["locked", "origin_not_allowed"] as const),
    ),
  },
});

const RefreshToken = z.string().min(1).max(256);

const refreshRoute = createRoute({
  method: "post",
  path: "/refresh",
  operationId: "refreshTokens",
  tags: ["Accounts: log-in"],
  summary: "Exchange a refresh token",
  description:
    "Each token is good for one exchange. If a token comes a second time, its session ends, because two parties have it.",
  request: { body: body(z.strictObject({ refreshToken: RefreshToken })) },
  responses: {
    200: json("A new pair", TokenPair),
    ...problems(...BODY_PROBLEMS, "session_ended"),
  },
});

const logoutRoute = createRoute({
  method: "post",
  path: "/logout",
  operationId: "logOut",
  tags: ["Accounts: log-in"],
  summary: "Log out",
  description:
    "Send a refresh token of the session, or its cookie and an empty object. The session ends at once.",
  request: { body: body(z.strictObject({ refreshToken: RefreshToken.optional() })) },
  responses: {
    204: nothing,
    ...problems(...BODY_PROBLEMS, "session_ended", "origin_not_allowed"),
  },
});

export const loginRoutes = router()
  .openapi(registerRoute, async (c) => {
    const origin = { actor: "registration", client: clientOf(c) } as const;
    const input = { language: preferredLanguage(c), ...c.req.valid("json") };
    return c.json({ user: await register(c.var.deps, input, origin) }, 201);
  })
  .openapi(loginRoute, async (c) => {
    const { email, username, cookie, deviceToken, ...rest } = c.req.valid("json");
    if (cookie) await assertOrigin(c);
    const device = cookie ? await deviceCookieOf(c) : await parseDeviceToken(deviceToken ?? "");
    const input = { ...rest, name: email ?? username ?? "", device, client: clientOf(c) };
    const result = await login(c.var.deps, { ...input, holding: cookie ? "cookie" : "tokens" });
    if (result.status === "authenticated") return c.json(await answerOf(c, result.loggedIn), 200);
    const { token: challengeToken, methods, expiresAt } = result.challenge;
    return c.json({ status: result.status, challengeToken, methods, expiresAt }, 200);
  })
  .openapi(challengeRoute, async (c) => {
    const { challengeToken, code, cookie = false, trustDevice = false } = c.req.valid("json");
    if (cookie) await assertOrigin(c);
    const { deps } = c.var;
    const claims = await openLogin(deps, challengeToken);
    await limitUser(c.env.USER_LIMIT, claims.userId, deps.now);
    const holding = cookie ? "cookie" : "tokens";
    const answer = { code, trustDevice, holding } as const;
    const { backupCodes, deviceToken, ...loggedIn } = await answerLogin(deps, claims, answer);
    if (cookie && deviceToken) handOverDevice(c, deviceToken);
    const device = deviceToken !== undefined && !cookie && { deviceToken };
    return c.json({ ...(await answerOf(c, loggedIn)), backupCodes, ...device }, 200);
  })
  .openapi(refreshRoute, async (c) => {
    const proof = await parseRefreshToken(c.req.valid("json").refreshToken);
    if (!proof) throw new Problem("session_ended", { cause: "not a refresh token" });
    const tokens = await refresh(c.var.deps, proof);
    return c.json({ ...tokens, expiresIn: ACCESS_TOKEN_LIFE_SECONDS }, 200);
  })
  .openapi(logoutRoute, async (c) => {
    const { refreshToken } = c.req.valid("json");
    await logOut(c.var.deps, await endedBy(c, refreshToken));
    if (refreshToken === undefined) dropCookie(c);
    return c.body(null, 204);
  });

/** The first of our languages that the header `Accept-Language` names and does not refuse. */
function preferredLanguage(c: Context): Language | undefined {
  const wanted = parseAccept(c.req.header("accept-language") ?? "").filter(({ q }) => q > 0);
  const codes = wanted.map(({ type }) => type.slice(0, 2).toLowerCase());
  return codes.flatMap((code) => LANGUAGES.filter((one) => one === code))[0];
}

async function answerOf(c: Context<AppEnv>, loggedIn: LoggedIn) {
  const tokens = await handOverLogin(c, loggedIn);
  return { status: "authenticated" as const, ...tokens, user: loggedIn.user };
}

/** The session that a refresh token names, or the cookie if there is none. */
async function endedBy(c: Context<AppEnv>, refreshToken: string | undefined) {
  if (refreshToken !== undefined) {
    const proof = await parseRefreshToken(refreshToken);
    if (proof) return { sessionId: proof.sessionId, secretHash: proof.secret.hash };
  } else {
    const ignored = c.req.header("authorization") !== undefined;
    const cookie = ignored ? null : await cookieOf(c);
    if (cookie) await assertOrigin(c);
    if (cookie) return { sessionId: cookie.id, secretHash: cookie.hash };
  }
  throw new Problem("session_ended", { cause: "no session to end" });
}
