/** Where an audit event says that it was caused from, for every type that a request can cause. */

import { beforeEach, describe, expect, it, vi } from "vitest";
import { everywhere, isMany } from "../databases";
import { app as routes } from "../../src/app";
import { AUDIT_TYPES, type AuditType } from "../../src/core/audit/event";
import worker from "../../src/index";
import {
  as,
  auth,
  expectJson,
  logIn,
  logInWithCode,
  PASSWORD,
  protect,
  register,
  tokensOf,
} from "../account";
import { basic } from "../compat/support";
import { signedIn } from "../console";
import {
  elapse,
  admin,
  bearer,
  call,
  codeOf,
  createApp,
  createKey,
  enrolled,
  phoneWith,
  wrongCodeOf,
} from "../service";
import { challengeLink, enrolmentLink, openEnrolmentLink, pathOf, settings } from "../links";
import { operations } from "../operations";
import { challengeFor, freshAddress, storedUser } from "../security/support";
import { OF_DATABASES } from "../shards/support";
import { MAIL_CAUSES } from "../mail/causes";
import { keyOf, visitor } from "../visitor";
import { keyId, request, restoreWorld } from "../world";
import { WEBHOOK_CAUSES } from "../webhooks/causes";

interface Recorded {
  type: AuditType;
  ip: string | null;
  userAgent: string | null;
}

async function recorded(since = 0): Promise<Recorded[]> {
  const { results } = await everywhere
    .prepare("SELECT id, type, ip, user_agent AS userAgent FROM audit_events WHERE id > ?")
    .bind(since)
    .all<Recorded & { id: number }>();
  return results.toSorted((a, b) => a.id - b.id).map(({ id: _id, ...event }) => event);
}

const here = { ip: "", userAgent: "A browser/1.0" };

/** As the edge hands requests on: all of them from one place. */
beforeEach(() => {
  here.ip = freshAddress()["cf-connecting-ip"];
  vi.spyOn(worker, "fetch").mockImplementation((asked, ...rest) => {
    const headers = new Headers(asked.headers);
    headers.set("cf-connecting-ip", here.ip);
    headers.set("user-agent", here.userAgent);
    return routes.fetch(new Request(asked, { headers }), ...rest);
  });
});

async function adaOf(appSettings: object = settings) {
  const app = await createApp({ settings: appSettings });
  return { app, user: await enrolled(app, "ada") };
}

const idOf = async (userId: string) => (await storedUser(userId)).id;

async function fail(times: number, appSettings: object = settings) {
  const { app, user } = await adaOf(appSettings);
  for (let count = 0; count < times; count++) await app.verify("ada", wrongCodeOf(user.phone));
  return { app, user };
}

const grace = () => register("grace@example.net");
const protectedGrace = async () => protect(await grace());
async function operate(method: string, path: string, body?: object): Promise<void> {
  await adaOf();
  await admin(method, `/users/${await idOf("ada")}${path}`, body && { body });
}

async function trusted() {
  await admin("PATCH", "/apps/accounts", { body: { settings: { trustedDevices: true } } });
  const person = await protectedGrace();
  return logInWithCode(person, { trustDevice: true });
}

async function setPassword(path: string): Promise<void> {
  const { tokens } = await protectedGrace();
  const body = { currentPassword: PASSWORD, newPassword: "another horse battery staple" };
  await as(tokens, "POST", path, { body });
}

/** What causes an event of each type. */
const CAUSES: Record<AuditType, () => Promise<unknown>> = {
  ...OF_DATABASES,
  "account.changed": async () =>
    as((await protectedGrace()).tokens, "PATCH", "/me", { body: { name: "Grace" } }),
  "account.created": grace,
  "account.secured": () => setPassword("/secure"),
  "app.created": createApp,
  "app.updated": async () =>
    admin("PATCH", `/apps/${(await createApp()).id}`, { body: { name: "Shop" } }),
  "app.deleted": async () => admin("DELETE", `/apps/${(await createApp()).id}`),
  "api_key.created": createApp,
  "api_key.revoked": async () => {
    const { id } = await createApp();
    await admin("DELETE", `/apps/${id}/keys/${keyId(await createKey(id, {}))}`);
  },
  "authenticator.enrolled": adaOf,
  "authenticator.confirmed": adaOf,
  "authenticator.resynchronised": async () => {
    const { app, user } = await adaOf();
    const codes = [codeOf(user.phone, 4), codeOf(user.phone, 5)];
    await app.v1("POST", "/users/ada/resync", { body: { codes } });
  },
  "authenticator.step_reset": async () => {
    const now = Date.now();
    vi.setSystemTime(now + 3_600_000);
    const { app } = await adaOf();
    vi.setSystemTime(now);
    await app.v1("POST", "/users/ada/unlock");
  },
  "authenticator.imported": () =>
    operate("POST", "/authenticators", { secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" }),
  "authenticator.removed": async () => {
    const { app, user } = await adaOf();
    await app.v1("DELETE", `/users/ada/authenticators/${user.authenticatorId}`);
  },
  "authenticator.renamed": async () => {
    const { tokens, authenticatorId } = await protectedGrace();
    await as(tokens, "PATCH", `/authenticators/${authenticatorId}`, { body: { name: "Phone" } });
  },
  "backup_codes.rotated": async () =>
    (await adaOf()).app.v1("POST", "/users/ada/backup-codes", { body: {} }),
  "challenge.answered": async () => {
    const { app, user } = await adaOf();
    const { token } = await challengeFor(app, "ada");
    await call("POST", "/v1/challenges/verify", { body: { token, code: codeOf(user.phone) } });
  },
  "challenge.cancelled": async () => {
    const { app } = await adaOf();
    const link = await challengeLink(app, "ada");
    await visitor().submit({ cancel: "yes" }, pathOf(link));
  },
  "code.verified": () => fail(1),
  "console.signed_in": signedIn,
  "console.signed_out": async () => (await signedIn()).post("/console/sign-out"),
  "device.revoked": async () => {
    const tokens = await trusted();
    const list = as(tokens, "GET", "/devices");
    const { devices } = await expectJson<{ devices: { id: string }[] }>(list, 200);
    await as(tokens, "DELETE", `/devices/${devices[0]?.id}`);
  },
  "device.trusted": trusted,
  "link.cancelled": async () => (await openEnrolmentLink()).submit({ cancel: "yes" }),
  "link.created": openEnrolmentLink,
  "link.opened": openEnrolmentLink,
  "password.changed": () => setPassword("/password"),
  "password.given": async () => {
    await logIn({ email: "nobody@example.net", password: "wrong" });
    await logIn({ ...(await grace()), password: "wrong" });
  },
  "second_factor.disabled": async () => {
    const person = await protectedGrace();
    const path = `/auth/credentials?otp=${codeOf(person.phone)}`;
    const headers = basic(person.email, person.password);
    const { token } = await expectJson<{ token: string }>(call("POST", path, { headers }), 200);
    await call("PUT", "/auth/otp/enable", { body: { enabled: false }, headers: bearer(token) });
  },
  "session.reused": async () => {
    const { refreshToken } = await tokensOf(await grace());
    for (let times = 0; times < 2; times++) {
      await auth("POST", "/refresh", { body: { refreshToken } });
    }
  },
  "session.revoked": async () => as(await tokensOf(await grace()), "DELETE", "/sessions"),
  "user.capped": () => fail(10, { failuresBeforeLock: 10, strikeCap: 10 }),
  "user.deleted": () => operate("DELETE", ""),
  "user.disabled": () => operate("PATCH", "", { disabled: true }),
  "user.enabled": async () => {
    await operate("PATCH", "", { disabled: true });
    await admin("PATCH", `/users/${await idOf("ada")}`, { body: { disabled: false } });
  },
  "user.locked": () => fail(5),
  "user.refused": async () => {
    const { app, user } = await fail(5);
    await app.verify("ada", codeOf(user.phone));
  },
  "user.reset": () => operate("POST", "/reset", { reason: "asked to" }),
  "user.unlocked": async () => (await fail(5)).app.v1("POST", "/users/ada/unlock"),
  ...WEBHOOK_CAUSES,
  ...MAIL_CAUSES,
};

/** Deleting a user takes from the events of before what they say of a person. */
const isDeletion = (type: AuditType) => type === "user.deleted";

describe("the address and the user agent of the request that caused it", () => {
  it.each(AUDIT_TYPES.filter((type) => isMany || !(type in OF_DATABASES)))(
    "stand on %s",
    async (type) => {
      await CAUSES[type]();
      const events = (await recorded()).filter((one) => !isDeletion(type) || one.type === type);
      expect(events.map((event) => event.type)).toContain(type);
      for (const event of events) expect(event).toEqual({ type: event.type, ...here });
    },
  );
});

describe("what a back end says of its end user", () => {
  const endUser = { ip: "2001:db8::7", userAgent: "A phone/2.0" };
  const headers = { "stepgate-user-ip": endUser.ip, "stepgate-user-agent": endUser.userAgent };
  const changing = operations.filter(
    ({ credential, method }) => credential === "apiKey" && method !== "GET",
  );

  it.each(changing)("stands on every event of $name", async (operation) => {
    const world = await restoreWorld();
    const before = await newest();
    expect((await request(operation, world, { headers })).ok).toBe(true);
    for (const event of await recorded(before)) {
      // A user who is gone leaves no address.
      const said = event.type === "user.deleted" ? { ip: null, userAgent: null } : endUser;
      expect(event).toEqual({ type: event.type, ...said });
    }
  });

  it("stands there alone, cut to what is kept", async () => {
    const { app } = await adaOf();
    const long = { "stepgate-user-agent": "x".repeat(600), "stepgate-user-ip": "" };
    await app.v1("POST", "/users/ada/unlock", { headers: long });
    expect((await recorded()).at(-1)).toMatchObject({ ip: null, userAgent: "x".repeat(512) });
  });

  it("in the body of a verification wins", async () => {
    const { app } = await adaOf();
    const body = { code: "000000", ip: "192.0.2.9" };
    await app.v1("POST", "/users/ada/verify", { body, headers });
    expect((await recorded()).at(-1)).toMatchObject({ ...endUser, ip: "192.0.2.9" });
  });
});

async function newest(): Promise<number> {
  const row = await everywhere
    .prepare("SELECT max(id) AS id FROM audit_events")
    .first<number>("id");
  // Ids are times, and grow in each database by itself.
  elapse(0.001);
  return row ?? 0;
}

it("goes with the user, and with what a link to them noted before they were", async () => {
  const app = await createApp({ settings });
  const browser = visitor();
  await browser.get(pathOf(await enrolmentLink(app, "ada")));
  const phone = phoneWith(keyOf(await browser.submit({})));
  await browser.submit({ code: codeOf(phone) });
  const before = await recorded();
  await admin("DELETE", `/users/${await idOf("ada")}`);
  const left = (await recorded()).filter(({ ip, userAgent }) => ip !== null || userAgent !== null);
  expect(before.map(({ type }) => type)).toContain("link.opened");
  expect(left.map(({ type }) => type)).toEqual(["app.created", "api_key.created", "user.deleted"]);
});
