import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { everywhere, wrapping } from "../databases";
import {
  bearer,
  codeOf,
  createApp,
  enrolled,
  ORIGIN,
  send,
  type EnrolledUser,
  type TestApp,
} from "../service";
import { operations } from "../operations";
import { request, restoreWorld, type World } from "../world";
import {
  answer,
  callOn,
  challengeFor,
  contents,
  d1Whose,
  freshAddress,
  isAccepted,
  rows,
} from "./support";

const INTERNALS =
  /\bat .*\(|\.[jt]s:\d|SELECT|INSERT|UPDATE |D1_|SQLITE|no such table|node_modules|Error:/;

/** A database whose every statement ends as told. */
function brokenD1(fail: () => Promise<never>): Env {
  const statement = { bind: () => statement, all: fail, run: fail, first: fail, raw: fail };
  return wrapping(
    (d1) =>
      new Proxy(d1, {
        get: (target, name) => {
          if (name === "prepare") return () => statement;
          if (name === "batch" || name === "exec") return fail;
          const value: unknown = Reflect.get(target, name);
          return value;
        },
      }),
  );
}

const BREAKDOWNS: [string, () => Env][] = [
  [
    "is down",
    () => brokenD1(() => Promise.reject(new Error("D1_ERROR: Network connection lost."))),
  ],
  [
    "is overloaded",
    () =>
      brokenD1(() =>
        Promise.reject(new Error("D1_ERROR: D1 DB is overloaded. Too many requests queued.")),
      ),
  ],
  [
    "has no tables",
    () => brokenD1(() => Promise.reject(new Error("D1_ERROR: no such table: users: SQLITE_ERROR"))),
  ],
  [
    "fails in an unheard-of way",
    () =>
      brokenD1(() =>
        Promise.reject(new TypeError("x is not a function\n    at src/core/code/verify.ts:1:2")),
      ),
  ],
];

async function expectFailedClosed(response: Response, statuses: number[]): Promise<void> {
  const text = await response.text();
  expect(statuses).toContain(response.status);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect(text).not.toMatch(INTERNALS);
  expect(JSON.parse(text)).not.toHaveProperty("valid");
}

describe.each(BREAKDOWNS)("a D1 that %s", (_name, makeBindings) => {
  let world: World;
  beforeEach(async () => {
    world = await restoreWorld();
  });

  const stored = operations.filter(
    ({ path, credential, body }) => credential !== "none" || body || path === "/readyz",
  );
  it.each(stored)(
    "makes $name fail closed, as a problem that says nothing of it",
    async (operation) => {
      const before = await contents();
      const response = await request(operation, world, { bindings: makeBindings() });
      await expectFailedClosed(response, [503, 500]);
      expect(await contents()).toEqual(before);
    },
  );
});

describe("a database that fails only when it is written to", () => {
  it("accepts nothing, although the code was right", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const { token } = await challengeFor(app, "ada");
    const bindings = d1Whose(() => Promise.reject(new Error("D1_ERROR: database is locked")));
    const code = codeOf(phone);
    const body = { code };
    const headers = bearer(app.key);
    await expectFailedClosed(
      await callOn(bindings, "POST", "/v1/users/ada/verify", { body, headers }),
      [503],
    );
    const answered = callOn(bindings, "POST", "/v1/challenges/verify", { body: { token, code } });
    await expectFailedClosed(await answered, [503]);
    expect(await isAccepted(await app.verify("ada", code))).toBe(true);
  });
});

/** What an unreadable secret looks like. */
const DAMAGES: [string, string][] = [
  ["emptied", "''"],
  ["altered", "substr(secret, 1, 20) || 'AAAA' || substr(secret, 25)"],
  ["cut short", "substr(secret, 1, 30)"],
  ["sealed with a key that is gone", "'gone' || substr(secret, instr(secret, '.'))"],
  ["of another user", "(SELECT secret FROM other)"],
];

/** The other one may be in another database. */
async function damage(value: string, id: string, otherId: string): Promise<void> {
  const read = everywhere.prepare("SELECT secret FROM authenticators WHERE id = ?");
  const other = await read.bind(otherId).first<string>("secret");
  await everywhere
    .prepare(
      `WITH other(secret) AS (SELECT ?1) UPDATE authenticators SET secret = ${value} WHERE id = ?2`,
    )
    .bind(other, id)
    .run();
}

describe.each(DAMAGES)("a secret that was %s", (_name, value) => {
  async function damaged(): Promise<{
    app: TestApp;
    ada: EnrolledUser;
    eve: EnrolledUser;
    token: string;
  }> {
    const app = await createApp();
    const [ada, eve] = [await enrolled(app, "ada"), await enrolled(app, "eve")];
    const { token, id } = await challengeFor(app, "ada");
    await damage(value, ada.authenticatorId, eve.authenticatorId);
    await env.KV.delete(`challenge:${id}`);
    return { app, ada, eve, token };
  }

  it("refuses, and never means that there is no second factor", async () => {
    const { app, ada, eve, token } = await damaged();
    for (const code of [codeOf(ada.phone), codeOf(eve.phone), "000000"]) {
      await expectFailedClosed(await app.verify("ada", code), [500]);
      await expectFailedClosed(await answer(token, code), [500]);
    }
    const created = await app.v1("POST", "/challenges", { body: { userId: "ada" } });
    await expectFailedClosed(created, [500]);
    expect(await (await app.v1("GET", "/users/ada")).json()).toMatchObject({ twoFactor: true });
  });

  it("is found in the log, with the id of the request", async () => {
    const { app, ada } = await damaged();
    const lines: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line: unknown) => lines.push(String(line)));
    const response = await app.verify("ada", codeOf(ada.phone));
    const { requestId } = await response.json<{ requestId: string }>();
    const line = lines.find((one) => one.includes(requestId)) ?? "{}";
    expect(JSON.parse(line)).toMatchObject({
      level: "error",
      status: 500,
      code: "unreadable_data",
    });
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });
});

/** Settings without which nothing may be served. */
const SETTINGS: [string, Partial<Env>][] = [
  ["no keyring", { KEYRING: "" }],
  ["a keyring that is none", { KEYRING: "test:short" }],
  ["another key under a known id", { KEYRING: `test:${"B".repeat(42)}A` }],
  ["a keyring without the key that sealed the rows", { KEYRING: `other:${"B".repeat(42)}A` }],
  ["no signing keys", { SIGNING_KEYS: "" }],
  ["no operator's token", { ADMIN_TOKEN: "" }],
  ["a short operator's token", { ADMIN_TOKEN: "short" }],
  ["no issuer", { ISSUER_URL: "" }],
];

describe("a Worker that is not set up", () => {
  it.each(SETTINGS)("with %s serves nothing, and does not say why", async (_name, settings) => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const before = await rows("SELECT * FROM users");
    // Storage starts empty here, and an isolate notes its keyring once: other bindings note it anew.
    await callOn({ ...env }, "GET", "/readyz");
    expect(await rows("SELECT id FROM keyring_keys")).toEqual([{ id: "test" }]);
    const bindings = { ...env, ...settings };
    const calls = [
      callOn(bindings, "POST", "/v1/users/ada/verify", {
        body: { code: codeOf(phone) },
        headers: bearer(app.key),
      }),
      callOn(bindings, "GET", "/admin/apps", {
        headers: bearer(settings.ADMIN_TOKEN ?? env.ADMIN_TOKEN),
      }),
      callOn(bindings, "GET", "/admin/apps", { headers: { authorization: "Bearer " } }),
    ];
    for (const response of await Promise.all(calls)) {
      const text = await response.clone().text();
      await expectFailedClosed(response, [500]);
      expect(text).not.toMatch(/KEYRING|SIGNING_KEYS|ADMIN_TOKEN|ISSUER_URL/);
    }
    expect(await rows("SELECT * FROM users")).toEqual(before);
  });
});

describe("ten megabytes", () => {
  it("are refused unread on every route with a body, whether or not their length is declared", async () => {
    const world = await restoreWorld();
    const before = await contents();
    for (const operation of operations.filter(({ body }) => body)) {
      let pulled = 0;
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += 65_536;
          if (pulled > 10_485_760) return controller.close();
          controller.enqueue(new Uint8Array(65_536).fill(0x20));
        },
      });
      await expectFailedClosed(await request(operation, world, { text: endless }), [413]);
      expect(pulled).toBeLessThan(1_000_000);
      const declared = { text: " ".repeat(10_485_760) };
      await expectFailedClosed(await request(operation, world, declared), [413]);
    }
    expect(await contents()).toEqual(before);
  });

  it("of nesting are a problem, not a crash", async () => {
    const app = await createApp();
    const headers = { ...bearer(app.key), "content-type": "application/json", ...freshAddress() };
    const body = `${"[".repeat(7000)}${"]".repeat(7000)}`;
    const response = await send(
      new Request(`${ORIGIN}/v1/users/ada/verify`, { method: "POST", headers, body }),
    );
    expect([400, 422]).toContain(response.status);
    await expectFailedClosed(response, [response.status]);
  });
});
