import { beforeEach, expect, it, vi } from "vitest";
import { lagging } from "../../lagging";
import {
  bearer,
  codeOf,
  createApp,
  enrolled,
  wrongCodeOf,
  type EnrolledUser,
  type TestApp,
} from "../../service";
import { answer, callOn, challengeFor } from "../../security/support";

let app: TestApp;
let ada: EnrolledUser;
beforeEach(async () => {
  app = await createApp();
  ada = await enrolled(app, "ada");
});

const METRIC = String.raw`d1;dur=\d+\.\d\d;desc="primary"`;

it("tells a back end where D1 answered, when a code was right, wrong or refused", async () => {
  for (const path of ["/users/ada/verify", "/users/ada/verify?status=1", "/users/bob/verify"]) {
    const response = await app.v1("POST", path, { body: { code: wrongCodeOf(ada.phone) } });
    const trips = path.includes("ada") ? `${METRIC}, ${METRIC}` : METRIC;
    expect(response.headers.get("server-timing")).toMatch(new RegExp(`^${trips}$`));
  }
});

it("names a replica and its region, in the header and in the log", async () => {
  const { bindings } = await lagging();
  const log = vi.spyOn(console, "log");
  const options = { body: { code: codeOf(ada.phone) }, headers: bearer(app.key) };
  const response = await callOn(bindings, "POST", "/v1/users/ada/verify", options);
  expect(response.headers.get("server-timing")).toMatch(/^d1;dur=\S+;desc="APAC replica", d1;/);
  const sqlMilliseconds = expect.any(Number);
  expect(JSON.parse(String(log.mock.lastCall))).toMatchObject({
    d1: [
      { region: "APAC", primary: false, sqlMilliseconds },
      { primary: true, sqlMilliseconds },
    ],
  });
});

it("tells a browser nothing of it, nor a back end that D1 was not asked for", async () => {
  const { token } = await challengeFor(app, "ada");
  expect((await answer(token, codeOf(ada.phone))).headers.has("server-timing")).toBe(false);
  const unread = await app.v1("POST", "/users/ada/verify", { body: { code: "12" } });
  expect(unread.headers.has("server-timing")).toBe(false);
});
