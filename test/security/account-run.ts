/** A full life of an account, with mistakes, as `full-run.ts` is one over the server API. */

import { auth, as, enrolOwn, type Tokens } from "../account";
import { codeFor, keepMail, otherThan } from "../mail/mailbox";
import { admin, codeOf, elapse, ORIGIN, phoneWith, wrongCodeOf } from "../service";
import { setAccounts } from "./account-support";
import type { Run } from "./full-run";

const PASSWORDS = {
  first: "correct horse battery staple",
  wrong: "incorrect donkey voltage clip",
  second: "another horse battery staple",
};

interface Challenged {
  challengeToken: string;
}

type Note = (name: string, response: Promise<Response>) => Promise<Response>;
type Hide = (what: string, value: string | undefined, shownIn: string) => void;

/** What is in no answer at all: it was only ever sent. */
export const NOWHERE = "nowhere";

export async function accountRun(): Promise<Run> {
  const mailbox = keepMail();
  const run: Run = { secrets: [], codes: [], responses: [] };
  const note: Note = async (name, response) => {
    const received = await response;
    const text = new TextDecoder().decode(await received.clone().arrayBuffer());
    run.responses.push({ name, headers: received.headers, text });
    return received;
  };
  const hide: Hide = (what, value, shownIn) => {
    if (!value) throw new Error(`no ${what} in ${shownIn}`);
    run.secrets.push({ what, value, shownIn });
  };
  const used = (code: string) => {
    run.codes.push(code);
    return code;
  };
  const keep = (tokens: Tokens, shownIn: string): Tokens => {
    hide("access token", tokens.accessToken, shownIn);
    hide("refresh token", tokens.refreshToken, shownIn);
    return tokens;
  };
  const tokensIn = async (name: string, response: Promise<Response>): Promise<Tokens> =>
    keep(await (await note(name, response)).json<Tokens>(), name);
  for (const password of Object.values(PASSWORDS)) hide("password", password, NOWHERE);
  await setAccounts({ trustedDevices: true });

  const email = "ada@example.com";
  const logIn = (password: string, body: object = {}) =>
    auth("POST", "/login", { body: { email, password, ...body } });
  await note(
    "register",
    auth("POST", "/register", { body: { email, password: PASSWORDS.first, username: "ada" } }),
  );
  await note(
    "register weakly",
    auth("POST", "/register", { body: { email, password: "short pw" } }),
  );
  await byMail();
  await note("log in wrongly", logIn(PASSWORDS.wrong));
  const plain = await tokensIn("log in", logIn(PASSWORDS.first));
  const risen = await protectWith(plain);
  await levelTwo(risen);
  return run;

  async function byMail() {
    const tokens = await tokensIn("log in for mail", logIn(PASSWORDS.first));
    await note("ask for a code", as(tokens, "POST", "/email/code"));
    const prove = (code: string) =>
      as(tokens, "POST", "/email/prove", { body: { code: used(code) } });
    await note("prove wrongly", prove(otherThan(codeFor(mailbox, email))));
    await note("prove", prove(codeFor(mailbox, email)));
    await note("forget", auth("POST", "/password/forgotten", { body: { email } }));
    const reset = (code: string) => {
      const body = { email, code: used(code), newPassword: PASSWORDS.first };
      return auth("POST", "/password/reset", { body });
    };
    await note("reset wrongly", reset(otherThan(codeFor(mailbox, email))));
    await note("reset", reset(codeFor(mailbox, email)));
    elapse(3601);
  }

  async function protectWith(tokens: Tokens) {
    const enrolment = await note("enrol", as(tokens, "POST", "/authenticators", { body: {} }));
    const pending = await enrolment.json<{
      id: string;
      secret: string;
      uri: string;
      qr: { png: string };
    }>();
    hide("secret", pending.secret, "enrol");
    hide("URI", pending.uri, "enrol");
    hide("QR code", pending.qr.png, "enrol");
    const phone = phoneWith(pending.secret);
    const confirm = (code: string) =>
      as(tokens, "POST", `/authenticators/${pending.id}/confirm`, { body: { code: used(code) } });
    await note("confirm wrongly", confirm(wrongCodeOf(phone)));
    const confirmed = await note("confirm", confirm(codeOf(phone)));
    const made = await confirmed.json<Tokens & { backupCodes: string[] }>();
    for (const code of made.backupCodes) hide("backup code", code, "confirm");
    elapse(30);
    return { phone, backupCodes: made.backupCodes, tokens: keep(made, "confirm") };
  }

  async function levelTwo({ phone, backupCodes, tokens }: Awaited<ReturnType<typeof protectWith>>) {
    const begin = async (name: string): Promise<string> => {
      const { challengeToken } = await (
        await note(name, logIn(PASSWORDS.first))
      ).json<Challenged>();
      hide("challenge token", challengeToken, name);
      return challengeToken;
    };
    const answer = (challengeToken: string, code: string, body: object = {}, headers = {}) =>
      auth("POST", "/challenge", {
        body: { challengeToken, code: used(code), ...body },
        headers: { origin: ORIGIN, ...headers },
      });
    const first = await begin("begin");
    await note("answer wrongly", answer(first, wrongCodeOf(phone)));
    const trusting = await note("answer", answer(first, codeOf(phone), { trustDevice: true }));
    const trusted = await trusting.json<Tokens & { deviceToken: string }>();
    hide("device token", trusted.deviceToken, "answer");
    keep(trusted, "answer");
    await note("answer again", answer(first, backupCodes[1] ?? ""));
    elapse(30);

    const second = await begin("begin anew");
    const cookies = await note(
      "answer for a cookie",
      answer(second, codeOf(phone), { cookie: true, trustDevice: true }),
    );
    for (const line of cookies.headers.getSetCookie()) {
      hide("cookie", /=([^;]+)/.exec(line)?.[1], NOWHERE);
    }
    const cookie = cookies.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    await note("read by cookie", auth("GET", "/me", { headers: { cookie } }));
    await note("change by cookie from elsewhere", auth("DELETE", "/me", { headers: { cookie } }));
    elapse(30);

    await note(
      "answer with a backup code",
      answer(await begin("begin late"), backupCodes[0] ?? ""),
    );
    await tokensIn("spared", logIn(PASSWORDS.first, { deviceToken: trusted.deviceToken }));
    const next = await tokensIn(
      "refresh",
      auth("POST", "/refresh", { body: { refreshToken: trusted.refreshToken } }),
    );
    await note(
      "refresh again",
      auth("POST", "/refresh", { body: { refreshToken: trusted.refreshToken } }),
    );
    await note("read when ended", as(next, "GET", "/me"));
    await note(
      "step up wrongly",
      as(tokens, "POST", "/step-up", { body: { password: PASSWORDS.wrong } }),
    );
    await note(
      "step up with a wrong code",
      as(tokens, "POST", "/step-up", { body: { code: used(wrongCodeOf(phone)) } }),
    );
    const fresh = await tokensIn(
      "step up",
      as(tokens, "POST", "/step-up", { body: { code: used(codeOf(phone)) } }),
    );
    const rotated = await note("rotate", as(fresh, "POST", "/backup-codes"));
    for (const code of (await rotated.json<{ backupCodes: string[] }>()).backupCodes) {
      hide("backup code", code, "rotate");
    }
    await finish(fresh);
  }

  async function finish(fresh: Tokens) {
    await note("change password weakly", changePassword(fresh, PASSWORDS.wrong, "ada@example.com"));
    await note("change password wrongly", changePassword(fresh, PASSWORDS.wrong, PASSWORDS.second));
    const last = await tokensIn(
      "change password",
      changePassword(fresh, PASSWORDS.first, PASSWORDS.second),
    );
    for (const path of ["/me", "/sessions", "/devices", "/authenticators", "/backup-codes"]) {
      await note(`GET ${path}`, as(last, "GET", path));
    }
    await note("GET /activity", as(last, "GET", "/activity?limit=100"));
    const { id } = await enrolOwn(last);
    await note("remove", as(last, "DELETE", `/authenticators/${id}`));
    for (const text of [
      { refreshToken: [last.refreshToken] },
      { refreshToken: last.refreshToken, more: 1 },
    ]) {
      await note("refresh badly", auth("POST", "/refresh", { body: text }));
    }
    await note("junk", as({ accessToken: `${last.accessToken}x` }, "GET", "/me"));
    const { items } = await (
      await note("GET /admin/users", admin("GET", "/users?appId=accounts"))
    ).json<{ items: { id: string }[] }>();
    for (const path of [
      `/users/${items[0]?.id}`,
      "/audit?limit=100",
      "/audit?type=password.given",
    ]) {
      await note(`GET /admin${path}`, admin("GET", path));
    }
    await note("export", admin("GET", "/audit", { headers: { accept: "application/x-ndjson" } }));
    await note("log out", auth("POST", "/logout", { body: { refreshToken: last.refreshToken } }));
    await note(
      "log out by query",
      auth("POST", `/logout?refreshToken=${last.refreshToken}`, { body: {} }),
    );
  }

  function changePassword(tokens: Tokens, currentPassword: string, newPassword: string) {
    return as(tokens, "POST", "/password", { body: { currentPassword, newPassword } });
  }
}
