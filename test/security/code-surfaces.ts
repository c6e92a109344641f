/** Where an account's codes are taken, over the APIs. */

import { answerLogin, as, challengeOf, type Protected } from "../account";
import { basic, exchange, seen } from "../compat/support";
import { createKey, useKey } from "../service";

/** Where the client of django-react runs. */
export const PAGE = { origin: "https://2fa.test" };

/** Every surface that takes a code of this user, and whether it accepted it. */
export const SURFACES: Record<string, (person: Protected, code: string) => Promise<boolean>> = {
  "/v1 verify": async (person, code) => {
    const app = useKey("accounts", await createKey("accounts", {}));
    const answer = await app.verify(person.id, code);
    return answer.status === 200 && (await answer.json<{ valid: boolean }>()).valid;
  },
  "/auth/challenge": async (person, code) =>
    (await answerLogin(await challengeOf(person), code)).status === 200,
  "/auth/step-up": async ({ tokens }, code) =>
    (await as(tokens, "POST", "/step-up", { body: { code } })).status === 200,
  "appended-otp /token": async ({ email, password }, code) => {
    const form = { username: email, password: password + code };
    return (await exchange("POST", "/token", { form })).status === 200;
  },
  "django-react otp/validate": async ({ id, email, password }, code) => {
    const body = { email, password };
    const login = await exchange("POST", "/api/auth/login", { body, headers: PAGE });
    const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const answer = { body: { user_id: id, token: code }, headers: { ...PAGE, cookie } };
    return (await exchange("POST", "/api/auth/otp/validate", answer)).status === 200;
  },
  "basic-with-otp /auth/credentials": async ({ email, password }, code) => {
    const headers = basic(email, password);
    const answer = exchange("POST", `/auth/credentials?otp=${encodeURIComponent(code)}`, {
      headers,
    });
    return (await seen<{ status: number }>(answer))[1].status === 0;
  },
  "django-totp jwt/totp/verify": async (person, code) => {
    const body = { totp_challenge_token: await challengeOf(person), otp_code: code };
    return (await exchange("POST", "/api/jwt/totp/verify/", { body })).status === 200;
  },
};
