import * as fc from "fast-check";
import type { TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import {
  answerLogin,
  auth,
  challengeOf,
  logInWithCode,
  protect,
  register,
  type Protected,
} from "../account";
import { runs } from "../chance";
import { decorate, decoration } from "../decorated";
import { challengeLink, enrolmentLink, pathOf, settings } from "../links";
import {
  codeOf,
  createApp,
  elapse,
  enrol,
  enrolled,
  phoneWith,
  problemCode,
  wrongCodeOf,
  type TestApp,
} from "../service";
import { keyOf, visitor } from "../visitor";
import { stepUpOwn } from "./account-support";
import { SURFACES } from "./code-surfaces";
import {
  answer,
  attempts,
  challengeFor,
  firstCode,
  forgiveStrikes,
  isAccepted,
  storedUser,
} from "./support";

const somebody = async () => protect(await register("ada@example.com"));

/** Where a user of an app gives a code; whether it was accepted. */
const WAYS: [string, (app: TestApp, code: string) => Promise<boolean>][] = [
  ["verify", async (app, code) => isAccepted(await app.verify("ada", code))],
  [
    "a challenge",
    async (app, code) => isAccepted(await answer((await challengeFor(app, "ada")).token, code)),
  ],
  [
    "the page of a challenge",
    async (app, code) => {
      const browser = visitor();
      await browser.get(pathOf(await challengeLink(app, "ada")));
      return (await browser.submit({ code })).status === 303;
    },
  ],
  [
    "the page of another enrolment",
    async (app, code) => {
      const browser = visitor();
      await browser.get(pathOf(await enrolmentLink(app, "ada")));
      await browser.submit({});
      return keyOf(await browser.submit({ code })) !== "";
    },
  ],
];

const { "appended-otp /token": _lastSix, ...ELSEWHERE } = SURFACES;
/** Whatever takes a code in a field of its own. */
const FIELDS = {
  ...ELSEWHERE,
  "/account/code": async ({ email, password }: Protected, code: string) => {
    const browser = visitor();
    await browser.get("/account/login");
    await browser.submit({ login: email, password });
    return (await browser.submit({ code })).at === "/account";
  },
};

/** Somebody with a phone, and a place that takes its codes: whether it accepted one. */
interface Place {
  phone: TOTP;
  accepts: (code: string) => Promise<boolean>;
  /** Before each code. */
  begin?: () => Promise<void>;
}

const PLACES: [name: string, times: number, open: () => Promise<Place>][] = [
  ...WAYS.map(([name, accepts]): (typeof PLACES)[number] => [
    name,
    12,
    async () => {
      const app = await createApp({ settings });
      const { phone } = await enrolled(app, "ada");
      return { phone, accepts: (code) => accepts(app, code) };
    },
  ]),
  ...Object.entries(FIELDS).map(([name, accepts]): (typeof PLACES)[number] => [
    name,
    4,
    async () => {
      const ada = await somebody();
      return { phone: ada.phone, accepts: (code) => accepts(ada, code), ...sessionOf(name, ada) };
    },
  ]),
];

/** A step-up has a session of its own each time. */
function sessionOf(name: string, ada: Protected) {
  if (!name.includes("step-up")) return {};
  return { begin: async () => void (ada.tokens = await logInWithCode(ada)) };
}

describe.each(PLACES)("at %s a code is the same code however it is typed", (_, times, open) => {
  it("decorated it is accepted, and plain no more; nor the other way round", async () => {
    const { phone, accepts, begin } = await open();
    const property = fc.asyncProperty(decoration, fc.boolean(), async (parts, plainFirst) => {
      await forgiveStrikes();
      elapse(phone.period);
      await begin?.();
      const code = codeOf(phone);
      const typed = [code, decorate(code, parts)];
      if (!plainFirst) typed.reverse();
      const answers = [];
      for (const one of typed) answers.push(await accepts(one));
      expect(answers).toEqual([true, false]);
    });
    await fc.assert(property, { numRuns: runs(times) });
  });
});

describe("a code is the same code however it is typed", () => {
  it("and so it is at confirmation: what confirmed cannot log in, however it was typed", async () => {
    const app = await createApp();
    let users = 0;
    const property = fc.asyncProperty(decoration, fc.boolean(), async (parts, plainFirst) => {
      const userId = `user-${users++}`;
      const { id, secret } = await enrol(app, userId);
      const code = codeOf(phoneWith(secret));
      const typed = [code, decorate(code, parts)];
      if (!plainFirst) typed.reverse();
      const [first, second] = typed;
      const path = `/users/${userId}/authenticators/${id}/confirm`;
      expect((await app.v1("POST", path, { body: { code: first } })).status).toBe(200);
      expect(await isAccepted(await app.verify(userId, second))).toBe(false);
    });
    await fc.assert(property, { numRuns: runs(12) });
  });

  it("whatever is put into a spent code, it is not accepted a second time", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const junk = fc.string({ unit: "binary", maxLength: 8 });
    const property = fc.asyncProperty(junk, fc.nat(6), async (text, at) => {
      await forgiveStrikes();
      elapse(phone.period);
      const code = codeOf(phone);
      expect(await isAccepted(await app.verify("ada", code))).toBe(true);
      const altered = code.slice(0, at) + text + code.slice(at);
      expect(await isAccepted(await app.verify("ada", altered))).toBe(false);
    });
    await fc.assert(property, { numRuns: runs(60) });
  });

  it("wrong codes are counted however they are typed: five decorations of one lock the user", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const wrong = wrongCodeOf(phone);
    const typed = [wrong, ` ${wrong}`, `${wrong}\n`, wrong.replace(/...$/, "-$&")];
    typed.push(decorate(wrong, [{ before: "\u3000", zero: "\uff10" }]));
    for (const code of typed) await app.verify("ada", code);
    expect(await attempts("failure")).toBe(5);
    expect(await problemCode(await app.verify("ada", codeOf(phone)))).toBe("locked");
  });
});

const CALLS: [string, (person: Protected, code: string) => Promise<Response>][] = [
  [
    "the answer to a log-in",
    async (person, code) => {
      const body = { challengeToken: await challengeOf(person), code };
      return auth("POST", "/challenge", { body });
    },
  ],
  ["a step-up", stepUpOwn],
];

describe.each(CALLS)("as %s", (_name, ask) => {
  it("a backup code is the same code in any letters and groups", async () => {
    const ada = await somebody();
    const code = firstCode(ada);
    const symbols = code.replaceAll("-", "");
    const written = symbols.replaceAll("O", "0").replaceAll("I", "1").replaceAll("B", "8");
    const forms = [code.toLowerCase(), code, code.replaceAll("-", "."), `3. ${written}`];
    const answers = [];
    for (const form of forms) answers.push((await ask(ada, form)).status);
    expect(answers).toEqual([200, 422, 422, 422]);
  });

  it("decorated wrong codes are counted like plain ones", async () => {
    const ada = await somebody();
    const wrong = wrongCodeOf(ada.phone);
    for (const code of [wrong, ` ${wrong}`, wrong.split("").join(" ")]) await ask(ada, code);
    expect(await storedUser(ada.id)).toMatchObject({ failures: 3 });
  });
});

describe("after a challenge was answered", () => {
  it("no decoration of its code answers another", async () => {
    const ada = await somebody();
    const code = codeOf(ada.phone);
    expect((await answerLogin(await challengeOf(ada), code)).status).toBe(200);
    const token = await challengeOf(ada);
    for (const form of [`${code} `, `\u2003${code}`, code.split("").join("-"), `\t${code}\n`]) {
      expect(await problemCode(await answerLogin(token, form))).toBe("invalid_code");
    }
  });
});
