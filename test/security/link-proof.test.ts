import { beforeEach, describe, expect, it } from "vitest";
import { everywhere } from "../databases";
import {
  confirmByLink,
  enrolByLink,
  loadOpenedLink,
  proveByLink,
  showByLink,
} from "../../src/core/enrolment-link/browser";
import type { Deps } from "../../src/env";
import {
  codeOf,
  createApp,
  enrol,
  enrolled,
  phoneWith,
  wrongCodeOf,
  type TestApp,
} from "../service";
import { enrolmentLink, inCore, opened, refusal, settings } from "../links";
import { attempts, rows, storedUser } from "./support";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings });
});

/** Core, with a database in which something happens before its next batch. */
function after(sql: string, act: (deps: Deps) => Promise<unknown>): Promise<string> {
  return refusal((deps) => {
    let isFirst = true;
    const client = new Proxy(deps.db.$client, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (name !== "batch") return typeof value === "function" ? value.bind(target) : value;
        return async (statements: D1PreparedStatement[]) => {
          if (isFirst) await everywhere.prepare(sql).run();
          isFirst = false;
          return target.batch(statements);
        };
      },
    });
    const db = new Proxy(deps.db, {
      get: (target, name): unknown => (name === "$client" ? client : Reflect.get(target, name)),
    });
    return act({ ...deps, db });
  });
}

const CHANGES: [string, string][] = [
  ["the key is revoked", "UPDATE api_keys SET revoked_at = 1"],
  ["the app changes", "UPDATE apps SET epoch = epoch + 1"],
  ["the link is used up", "UPDATE enrolment_links SET completed_at = 1"],
  ["another browser takes over", "UPDATE enrolment_links SET browser_hash = 'x'"],
];

describe.each(CHANGES)("when %s between a read and its write", (_name, sql) => {
  it("no user is made", async () => {
    const browser = await opened(await enrolmentLink(app, "ada"));
    expect(await after(sql, (deps) => enrolByLink(deps, browser))).toBe("link_ended");
    expect(await rows("SELECT * FROM users")).toEqual([]);
    expect(await rows("SELECT * FROM authenticators")).toEqual([]);
  });

  it("no secret is made for a user who is there", async () => {
    const { id } = await enrol(app, "ada");
    const browser = await opened(await enrolmentLink(app, "ada"));
    expect(await after(sql, (deps) => enrolByLink(deps, browser))).toBe("link_ended");
    expect(await rows("SELECT id FROM authenticators")).toEqual([{ id }]);
  });

  it("no secret is confirmed", async () => {
    const browser = await opened(await enrolmentLink(app, "ada"));
    const { secret } = await inCore((deps) => enrolByLink(deps, browser));
    const code = codeOf(phoneWith(secret));
    expect(await after(sql, (deps) => confirmByLink(deps, browser, code))).toBe("link_ended");
    expect(await rows("SELECT state FROM authenticators")).toEqual([{ state: "pending" }]);
  });

  it("no code is spent", async () => {
    const { phone } = await enrolled(app, "ada");
    const browser = await opened(await enrolmentLink(app, "ada"));
    const given = codeOf(phone);
    expect(await after(sql, (deps) => proveByLink(deps, browser, given))).toBe("link_ended");
    expect(await attempts("success")).toBe(0);
    expect(await rows("SELECT * FROM enrolment_links WHERE proven_epoch IS NOT NULL")).toEqual([]);
  });
});

describe("a factor that becomes active between a read and its write", () => {
  it("is asked for first", async () => {
    const { id } = await enrol(app, "ada");
    const browser = await opened(await enrolmentLink(app, "ada"));
    const activate = `UPDATE authenticators SET state = 'active', expires_at = NULL WHERE id = '${id}'`;
    const enrolling = after(activate, (deps) => enrolByLink(deps, browser));
    expect(await enrolling).toBe("second_factor_required");
    expect(await rows("SELECT state FROM authenticators")).toEqual([{ state: "active" }]);
  });
});

describe("with a factor active,", () => {
  it("no secret is made or shown before a code of it", async () => {
    const ada = await enrolled(app, "ada");
    const browser = await opened(await enrolmentLink(app, "ada"));
    expect((await inCore((deps) => loadOpenedLink(deps, browser))).next).toBe("prove");
    for (const act of [enrolByLink, showByLink]) {
      expect(await refusal((deps) => act(deps, browser))).toBe("second_factor_required");
    }
    expect(await rows("SELECT * FROM authenticators")).toHaveLength(1);
    await inCore((deps) => proveByLink(deps, browser, codeOf(ada.phone)));
    const { secret } = await inCore((deps) => enrolByLink(deps, browser));
    const code = codeOf(phoneWith(secret));
    expect(await inCore((deps) => confirmByLink(deps, browser, code))).toMatchObject({
      status: "active",
    });
    expect(await rows("SELECT * FROM authenticators WHERE state = 'active'")).toHaveLength(2);
  });

  it("that became so after the secret was made, the secret is not confirmed", async () => {
    const browser = await opened(await enrolmentLink(app, "ada"));
    const { secret } = await inCore((deps) => enrolByLink(deps, browser));
    const { phone } = await enrolled(app, "ada");
    const code = codeOf(phoneWith(secret));
    expect(await refusal((deps) => confirmByLink(deps, browser, code))).toBe("link_ended");
    expect(await refusal((deps) => showByLink(deps, browser))).toBe("link_ended");
    const given = codeOf(phone);
    expect(await refusal((deps) => proveByLink(deps, browser, given))).toBe("link_ended");
  });

  it("a proof ends with whatever raises the user's epoch", async () => {
    const { phone } = await enrolled(app, "ada");
    const browser = await opened(await enrolmentLink(app, "ada"));
    await inCore((deps) => proveByLink(deps, browser, codeOf(phone)));
    await app.v1("POST", "/users/ada/backup-codes");
    expect(await refusal((deps) => enrolByLink(deps, browser))).toBe("link_ended");
  });

  it("wrong codes there count for the user, and lock them", async () => {
    const { phone } = await enrolled(app, "ada");
    const browser = await opened(await enrolmentLink(app, "ada"));
    const prove = (code: string) => refusal((deps) => proveByLink(deps, browser, code));
    for (let times = 0; times < 5; times++) {
      expect(await prove(wrongCodeOf(phone))).toBe("invalid_code");
    }
    expect(await prove(codeOf(phone))).toBe("locked");
    expect(await storedUser("ada")).toMatchObject({ failures: 5 });
    expect(await refusal((deps) => enrolByLink(deps, browser))).toBe("second_factor_required");
  });

  it("a code that proved a link is spent, and one that was spent proves none", async () => {
    const { phone } = await enrolled(app, "ada");
    const browser = await opened(await enrolmentLink(app, "ada"));
    const code = codeOf(phone);
    await inCore((deps) => proveByLink(deps, browser, code));
    expect(await (await app.verify("ada", code)).json()).toMatchObject({ valid: false });
    const another = await opened(await enrolmentLink(app, "ada"));
    const again = refusal((deps) => proveByLink(deps, another, code));
    expect(await again).toBe("invalid_code");
    expect(await refusal((deps) => enrolByLink(deps, another))).toBe("second_factor_required");
  });
});

describe("what was enrolled otherwise", () => {
  it("is neither shown nor confirmed by a link", async () => {
    const browser = await opened(await enrolmentLink(app, "ada"));
    const { secret } = await enrol(app, "ada");
    expect(await refusal((deps) => showByLink(deps, browser))).toBe("enrolment_closed");
    const code = codeOf(phoneWith(secret));
    const confirmed = refusal((deps) => confirmByLink(deps, browser, code));
    expect(await confirmed).toBe("enrolment_closed");
    expect(await rows("SELECT state FROM authenticators")).toEqual([{ state: "pending" }]);
  });

  it("five wrong codes end a secret, and the link makes another one", async () => {
    const browser = await opened(await enrolmentLink(app, "ada"));
    const first = await inCore((deps) => enrolByLink(deps, browser));
    const wrong = wrongCodeOf(phoneWith(first.secret));
    const confirm = (code: string) => refusal((deps) => confirmByLink(deps, browser, code));
    for (let times = 0; times < 5; times++) expect(await confirm(wrong)).toBe("invalid_code");
    expect(await confirm(codeOf(phoneWith(first.secret)))).toBe("enrolment_closed");
    const second = await inCore((deps) => enrolByLink(deps, browser));
    expect(second.secret).not.toBe(first.secret);
    expect(await confirm(codeOf(phoneWith(second.secret)))).toBe("none");
  });
});
