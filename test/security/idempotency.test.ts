import { describe, expect, it } from "vitest";
import { isMany } from "../databases";
import {
  admin,
  codeOf,
  createApp,
  createKey,
  elapse,
  enrol,
  enrolled,
  phoneWith,
  problemCode,
  useKey,
  type TestApp,
} from "../service";
import { answer, countAccepted, firstCode, isAccepted, rows, together } from "./support";

type Headers = Record<string, string>;

/**
 * A creating call: how it is made, where what it makes is counted, and what a repetition is
 * answered.
 */
interface Creation {
  name: string;
  create: (app: TestApp, headers: Headers, variant?: string) => Promise<Response>;
  created: string;
  repeated: "shown again" | "already_created";
}

const CREATIONS: Creation[] = [
  {
    name: "authenticators",
    create: (app, headers, variant = "phone") =>
      app.v1("POST", "/users/new/authenticators", { body: { name: variant }, headers }),
    created: "audit_events WHERE type = 'authenticator.enrolled'",
    repeated: "shown again",
  },
  {
    name: "imported authenticators",
    create: (app, headers, variant = "phone") =>
      app.v1("POST", "/users/new/authenticators", {
        body: { name: variant, secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" },
        headers,
      }),
    created: "audit_events WHERE type = 'authenticator.enrolled'",
    repeated: "shown again",
  },
  {
    name: "backup codes",
    create: (app, headers, variant = "ada") =>
      app.v1("POST", `/users/${variant}/backup-codes`, { headers }),
    created: "audit_events WHERE type = 'backup_codes.rotated'",
    repeated: "already_created",
  },
  {
    name: "challenges",
    create: (app, headers, variant = "login") =>
      app.v1("POST", "/challenges", { body: { userId: "ada", purpose: variant }, headers }),
    created: "idempotency_keys",
    repeated: "shown again",
  },
  {
    name: "apps",
    create: (_app, headers, variant = "Shop") =>
      admin("POST", "/apps", { body: { name: variant }, headers }),
    created: "apps",
    repeated: "shown again",
  },
  {
    name: "keys",
    create: ({ id }, headers, variant = "CI") =>
      admin("POST", `/apps/${id}/keys`, { body: { name: variant }, headers }),
    created: "api_keys",
    repeated: "already_created",
  },
];

const TOLD_19: string[] = Array(19).fill("told so");
const KEY: Headers = { "idempotency-key": "once-1" };

async function world() {
  const app = await createApp();
  const ada = await enrolled(app, "ada");
  return { app, ada };
}

async function count(table: string): Promise<number> {
  const [row] = await rows<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
  return row?.n ?? Number.NaN;
}

describe.each(CREATIONS)("$name, with an Idempotency-Key", (creation) => {
  const { create, created, repeated } = creation;

  it("are made once by 20 parallel calls", async () => {
    const { app } = await world();
    const before = await count(created);
    const responses = await together(20, () => create(app, KEY));
    expect(await count(created)).toBe(before + 1);
    const made = responses.filter(({ ok }) => ok);
    expect(made.length).toBeGreaterThan(0);
    const ids = await Promise.all(made.map((one) => one.json<{ id?: string }>()));
    expect(new Set(ids.map(({ id }) => id)).size).toBe(1);
  });

  it("are answered to each of 20 parallel calls as to a later repetition", async () => {
    const { app } = await world();
    const responses = await together(20, () => create(app, KEY));
    const answers = await Promise.all(responses.map(answerOf));
    const expected = repeated === "shown again" ? Array(20).fill("made") : ["made", ...TOLD_19];
    expect(answers.toSorted()).toEqual(expected);
  });

  it(`are ${repeated} to a repetition`, async () => {
    const { app } = await world();
    const first = await create(app, KEY);
    expect(first.ok).toBe(true);
    const before = await count(created);
    const second = await create(app, KEY);
    expect(await count(created)).toBe(before);
    const { token: _sealedAnew, ...shown } = await outcomeOf(first);
    const told = { http: 409, code: "already_created" };
    expect(await outcomeOf(second)).toMatchObject(repeated === "shown again" ? shown : told);
  });

  // Where there are several databases, a key is looked for where the user is.
  const isOfUser = !["apps", "keys"].includes(creation.name);
  it.skipIf(isMany && isOfUser)(
    "are refused with another body or path, and nothing is made",
    async () => {
      const { app } = await world();
      await enrolled(app, "bob");
      await create(app, KEY);
      const before = await count(created);
      expect(await problemCode(await create(app, KEY, "bob"))).toBe("idempotency_mismatch");
      expect(await count(created)).toBe(before);
    },
  );

  it("are made anew with another key, and with the same one a day later", async () => {
    const { app } = await world();
    await create(app, KEY);
    const before = await count(created);
    expect((await create(app, { "idempotency-key": "once-2" })).ok).toBe(
      creation.name !== "imported authenticators",
    );
    elapse(24 * 60 * 60 + 1);
    expect((await create(app, KEY)).ok).toBe(true);
    expect(await count(created)).toBeGreaterThan(before);
  });
});

async function outcomeOf(response: Response): Promise<Record<string, unknown>> {
  return { ...(await response.json<object>()), http: response.status };
}

async function answerOf(response: Response): Promise<string> {
  if (response.ok) return "made";
  const code = await problemCode(response);
  // Told at once that another call is under way, or afterwards that it was made.
  return code === "already_created" || code === "conflict" ? "told so" : String(code);
}

describe.each(CREATIONS.slice(0, 4))("$name: a key of one app", ({ create }) => {
  it("means nothing in another", async () => {
    const { app } = await world();
    const other = await createApp();
    await enrolled(other, "ada");
    const [here, there] = [await create(app, KEY), await create(other, KEY)];
    expect(there.status).toBe(here.status);
    expect(await there.json()).not.toEqual(await here.json());
  });

  it("is not looked up for an API key that was revoked", async () => {
    const { app } = await world();
    const doomed = useKey(app.id, await createKey(app.id, {}));
    await create(doomed, KEY);
    const id = doomed.key.split("_")[1] ?? "";
    expect((await admin("DELETE", `/apps/${app.id}/keys/${id}`)).status).toBe(204);
    expect(await problemCode(await create(doomed, KEY))).toBe("unauthorized");
  });
});

describe("a repetition", () => {
  it("of a challenge gives no second answer", async () => {
    const { app, ada } = await world();
    const ask = async () => {
      const made = await app.v1("POST", "/challenges", { body: { userId: "ada" }, headers: KEY });
      return (await made.json<{ token: string }>()).token;
    };
    const tokens = [await ask()];
    elapse(30);
    tokens.push(await ask());
    const codes = [codeOf(ada.phone), firstCode(ada)];
    const responses = await together(2, (at) => answer(tokens[at] ?? "", codes[at]));
    expect(await countAccepted(responses)).toBe(1);
    expect(await problemCode(await answer(await ask(), firstCode(ada, 1)))).toBe(
      "invalid_challenge",
    );
  });

  it("shows no secret that is active by now", async () => {
    const app = await createApp();
    const enrolment = () => app.v1("POST", "/users/ada/authenticators", { body: {}, headers: KEY });
    const { id, secret } = await (await enrolment()).json<{ id: string; secret: string }>();
    const code = codeOf(phoneWith(secret));
    await app.v1("POST", `/users/ada/authenticators/${id}/confirm`, { body: { code } });
    const again = await enrolment();
    expect(await again.clone().text()).not.toContain(secret);
    expect(await problemCode(again)).toBe("already_created");
  });

  it("of a secret's enrolment needs the scope that the enrolment needed", async () => {
    const app = await createApp();
    const body = { secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" };
    await app.v1("POST", "/users/ada/authenticators", { body, headers: KEY });
    const weak = useKey(app.id, await createKey(app.id, { scopes: ["enrol"] }));
    const again = await weak.v1("POST", "/users/ada/authenticators", { body, headers: KEY });
    expect(await problemCode(again)).toBe("insufficient_scope");
  });

  it("keeps nothing of the body that was sent", async () => {
    const app = await createApp();
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    await enrol(app, "ada", { secret });
    await app.v1("POST", "/users/bob/authenticators", { body: { secret }, headers: KEY });
    const kept = await rows("SELECT * FROM idempotency_keys");
    expect(kept).toHaveLength(1);
    expect(JSON.stringify(kept)).not.toContain(secret);
  });
});

describe("of 20 rotations with one key", () => {
  it("the set that was shown is the one that is good", async () => {
    const { app, ada } = await world();
    const responses = await together(20, () =>
      app.v1("POST", "/users/ada/backup-codes", { headers: KEY }),
    );
    const shown = responses.filter(({ ok }) => ok);
    expect(shown).toHaveLength(1);
    const set = await shown[0]?.json<{ backupCodes: string[] }>();
    expect(await isAccepted(await app.verify("ada", firstCode(ada)))).toBe(false);
    expect(await isAccepted(await app.verify("ada", set?.backupCodes[0]))).toBe(true);
  });
});
