import { beforeEach, describe, expect, it } from "vitest";
import {
  codeOf,
  createApp,
  enrol,
  phoneWith,
  problemCode,
  wrongCodeOf,
  type TestApp,
} from "../../service";
import { rows } from "../../security/support";

let app: TestApp;
beforeEach(async () => {
  app = await createApp();
});

/** Seven or eight digits, so that no code is right by chance for another time as well. */
const EIGHT = { digits: 8 };

const confirm = (id: string, code: string) =>
  app.v1("POST", `/users/ada/authenticators/${id}/confirm`, { body: { code } });

async function tries(): Promise<number> {
  const [row] = await rows<{ tries: number }>("SELECT tries FROM authenticators");
  return row?.tries ?? Number.NaN;
}

const HOURS = [-14, -9.5, -5.75, -1, -0.5, -0.25, 0.25, 0.5, 1, 2, 5.5, 12.75, 14];

describe("a phone whose time zone is set by hand", () => {
  it.each(HOURS)("is told so when it is %d hours off, for one try", async (hours) => {
    const { id, secret } = await enrol(app, "ada", EIGHT);
    const phone = phoneWith(secret, EIGHT);
    const offsetSeconds = hours * 3600;
    for (const [at, seconds] of [-30, 0, 30].entries()) {
      const code = phone.generate({ timestamp: Date.now() + (offsetSeconds + seconds) * 1000 });
      const response = await confirm(id, code);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ code: "time_zone", offsetSeconds });
      expect(await tries()).toBe(at + 1);
    }
  });

  it.each([15, 60, 120])("is told so with a period of %i seconds too", async (period) => {
    const parameters = { ...EIGHT, period };
    const { id, secret } = await enrol(app, "ada", parameters);
    const code = phoneWith(secret, parameters).generate({
      timestamp: Date.now() + 5.75 * 3600_000,
    });
    const response = await confirm(id, code);
    expect(await response.json()).toMatchObject({ code: "time_zone", offsetSeconds: 20_700 });
  });

  it.each([14.25, -14.25, 24, 0.2])(
    "is told no more than that the code is wrong at %d hours",
    async (hours) => {
      const { id, secret } = await enrol(app, "ada", EIGHT);
      const code = phoneWith(secret, EIGHT).generate({ timestamp: Date.now() + hours * 3600_000 });
      expect(await problemCode(await confirm(id, code))).toBe("invalid_code");
    },
  );
});

const USUAL = { algorithm: "SHA1", digits: 6, period: 30 };
const IGNORED: [object, object][] = [
  [{ algorithm: "SHA512" }, USUAL],
  [{ algorithm: "SHA256" }, USUAL],
  [{ digits: 8 }, USUAL],
  [{ digits: 7, algorithm: "SHA256" }, USUAL],
  [{ period: 60 }, USUAL],
  [{ algorithm: "SHA512", digits: 8, period: 60 }, USUAL],
  [
    { algorithm: "SHA512", digits: 8 },
    { ...USUAL, digits: 8 },
  ],
  [
    { algorithm: "SHA512", digits: 8 },
    { ...USUAL, algorithm: "SHA512" },
  ],
];

describe("an app that ignores how codes are to be made", () => {
  it.each(IGNORED)(
    "enrolled with %j and using %j is told so, for one try",
    async (enrolment, used) => {
      const { id, secret } = await enrol(app, "ada", enrolment);
      for (const [at, steps] of [-1, 0, 1].entries()) {
        const response = await confirm(id, codeOf(phoneWith(secret, used), steps));
        expect(response.status).toBe(422);
        expect(await response.json()).toMatchObject({ code: "parameters_ignored", ...used });
        expect(await tries()).toBe(at + 1);
      }
    },
  );

  it("is told nothing else by six digits that are wrong, which take a try", async () => {
    const { id, secret } = await enrol(app, "ada", EIGHT);
    const response = await confirm(id, wrongCodeOf(phoneWith(secret)));
    expect(await response.json()).toMatchObject({
      code: "invalid_code",
      detail: "code: 8 digits.",
    });
    expect(await tries()).toBe(1);
    for (const code of ["1234567", "A".repeat(24)]) {
      expect(await problemCode(await confirm(id, code))).toBe("invalid_request");
    }
    expect(await tries()).toBe(1);
  });

  it("is not told so when its code is right for what was enrolled", async () => {
    const { id, secret } = await enrol(app, "ada", { algorithm: "SHA512", digits: 8 });
    const phone = phoneWith(secret, { algorithm: "SHA512", digits: 8 });
    expect((await confirm(id, codeOf(phone))).status).toBe(200);
  });

  it("has five tries in all, whatever it is told", async () => {
    const { id, secret } = await enrol(app, "ada", { algorithm: "SHA512" });
    for (let at = 0; at < 5; at++) await confirm(id, codeOf(phoneWith(secret)));
    const right = codeOf(phoneWith(secret, { algorithm: "SHA512" }));
    expect(await problemCode(await confirm(id, right))).toBe("enrolment_closed");
  });
});
