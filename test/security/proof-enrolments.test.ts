/** Enrolments where proof of the old factor is demanded: begun before there was one, given up, and by ways of their own. */

import { beforeEach, describe, expect, it } from "vitest";
import { everywhere } from "../databases";
import { confirmByLink, enrolByLink, proveByLink } from "../../src/core/enrolment-link/browser";
import {
  admin,
  codeOf,
  createApp,
  enrol,
  enrolled,
  phoneWith,
  problemCode,
  type TestApp,
} from "../service";
import { enrolmentLink, inCore, opened, settings } from "../links";
import { SECRET } from "./proof-support";
import { d1Whose, rows, storedUser } from "./support";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings: { ...settings, requireProof: true } });
});

describe("an enrolment that was begun before there was a factor", () => {
  const begin = async () => {
    const { id, secret } = await enrol(app, "ada");
    const confirm = () =>
      app.v1("POST", `/users/ada/authenticators/${id}/confirm`, {
        body: { code: codeOf(phoneWith(secret)) },
      });
    return { id, confirm };
  };

  it("cannot be confirmed beside one, however many were begun", async () => {
    const [first, second, third] = [await begin(), await begin(), await begin()];
    expect((await first.confirm()).status).toBe(200);
    for (const { confirm } of [second, third]) {
      expect(await problemCode(await confirm())).toBe("proof_required");
    }
    const states = await rows("SELECT state FROM authenticators ORDER BY state");
    expect(states.map(({ state }) => state)).toEqual(["active", "pending", "pending"]);
  });

  it("nor when both are confirmed at once", async () => {
    const both = [await begin(), await begin()];
    const responses = await Promise.all(both.map(({ confirm }) => confirm()));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200, 403]));
    expect(await rows("SELECT * FROM authenticators WHERE state = 'active'")).toHaveLength(1);
  });

  it("nor when the app begins to demand proof only then", async () => {
    app = await createApp();
    const ada = await enrolled(app, "ada");
    const begun = await begin();
    await admin("PATCH", `/apps/${app.id}`, { body: { settings: { requireProof: true } } });
    expect(await problemCode(await begun.confirm())).toBe("proof_required");
    const proven = await enrol(app, "ada", { proof: { code: codeOf(ada.phone) } });
    const code = codeOf(phoneWith(proven.secret));
    const path = `/users/ada/authenticators/${proven.id}/confirm`;
    expect((await app.v1("POST", path, { body: { code } })).status).toBe(200);
  });
});

describe("an enrolment that is given up", () => {
  it("needs no proof, as long as it is pending", async () => {
    const ada = await enrolled(app, "ada");
    const { id } = await enrol(app, "ada", { proof: { code: codeOf(ada.phone) } });
    expect((await app.v1("DELETE", `/users/ada/authenticators/${id}`)).status).toBe(204);
    expect(await rows("SELECT id FROM authenticators")).toEqual([{ id: ada.authenticatorId }]);
  });

  it("needs one, if it is confirmed before that is written", async () => {
    const { id } = await enrol(app, "ada");
    const confirmed = `UPDATE authenticators SET state = 'active', expires_at = NULL WHERE id = '${id}'`;
    const bindings = d1Whose(async (commit) => {
      await everywhere.prepare(confirmed).run();
      return commit();
    });
    const refused = await app.v1("DELETE", `/users/ada/authenticators/${id}`, { bindings });
    expect(await problemCode(refused)).toBe("proof_required");
    expect(await rows("SELECT state FROM authenticators")).toEqual([{ state: "active" }]);
  });
});

describe("what asks for a code itself", () => {
  it("is not asked for another: a link, and its confirmation", async () => {
    const ada = await enrolled(app, "ada");
    const browser = await opened(await enrolmentLink(app, "ada"));
    await inCore((deps) => proveByLink(deps, browser, codeOf(ada.phone)));
    const { secret } = await inCore((deps) => enrolByLink(deps, browser));
    const code = codeOf(phoneWith(secret));
    expect(await inCore((deps) => confirmByLink(deps, browser, code))).toMatchObject({
      status: "active",
    });
  });

  it("a reset user comes back without one, with the token of the reset", async () => {
    await enrolled(app, "ada");
    const { id } = await storedUser("ada");
    const reset = await admin("POST", `/users/${id}/reset`, { body: { reason: "Lost phone" } });
    const { rebindToken } = await reset.json<{ rebindToken: string }>();
    expect((await enrolled(app, "ada", { rebindToken })).backupCodes).toHaveLength(10);
  });

  it("the operator needs none", async () => {
    await enrolled(app, "ada");
    const { id } = await storedUser("ada");
    const imported = await admin("POST", `/users/${id}/authenticators`, {
      body: { secret: SECRET },
    });
    expect(imported.status).toBe(201);
    expect((await admin("DELETE", `/users/${id}`)).status).toBe(204);
  });
});
