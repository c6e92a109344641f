import { beforeEach, describe, expect, it } from "vitest";
import type { LinkCaller } from "../../src/core/caller/actor";
import { openLink } from "../../src/core/enrolment-link/link";
import {
  callerOf,
  cancelByLink,
  confirmByLink,
  enrolByLink,
  loadCompletedLink,
  loadOpenedLink,
  proveByLink,
  showByLink,
} from "../../src/core/enrolment-link/browser";
import type { Deps } from "../../src/env";
import {
  admin,
  codeOf,
  createApp,
  elapse,
  enrolled,
  phoneWith,
  wrongCodeOf,
  type TestApp,
} from "../service";
import { enrolmentLink, follow, inCore, opened, refusal, settings, tokenOf } from "../links";
import { contents, firstCode, rows, storedUser } from "./support";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings });
});

/** All that a browser could try with a link that it opened. */
function attemptsOf(browser: LinkCaller, code: string): ((deps: Deps) => Promise<unknown>)[] {
  return [
    (deps) => loadOpenedLink(deps, browser),
    (deps) => proveByLink(deps, browser, code),
    (deps) => enrolByLink(deps, browser),
    (deps) => showByLink(deps, browser),
    (deps) => confirmByLink(deps, browser, code),
    (deps) => cancelByLink(deps, browser),
  ];
}

async function outcomes(browser: LinkCaller, code: string): Promise<string[]> {
  const all = [];
  for (const attempt of attemptsOf(browser, code)) all.push(await refusal(attempt));
  return [...new Set(all)];
}

describe("a link that was followed to its end", () => {
  it("enables nothing, with whatever code, and nothing changes", async () => {
    const { browser, phone, backupCodes } = await follow(await enrolmentLink(app, "ada"));
    const before = await contents();
    for (const code of [codeOf(phone), backupCodes[0] ?? "", wrongCodeOf(phone)]) {
      expect(await outcomes(browser, code)).toEqual(["link_ended"]);
    }
    expect(await contents()).toEqual(before);
    expect(await (await app.verify("ada", codeOf(phone))).json()).toMatchObject({ valid: true });
  });

  it("tells its own browser alone that it is finished, and not for ever", async () => {
    const { browser } = await follow(await enrolmentLink(app, "ada"));
    const unfinished = await opened(await enrolmentLink(app, "eve"));
    const told = (caller: LinkCaller) => inCore((deps) => loadCompletedLink(deps, caller));
    expect(await told(browser)).toMatchObject({
      app: { issuer: "Test app" },
      returnUrl: null,
    });
    expect(await told({ ...browser, browserHash: unfinished.browserHash })).toBeNull();
    expect(await told(unfinished)).toBeNull();
    elapse(15 * 60);
    expect(await told(browser)).toBeNull();
  });

  it("does not speak for an app that changed", async () => {
    const { browser } = await follow(await enrolmentLink(app, "ada"));
    await admin("PATCH", `/apps/${app.id}`, { body: { settings: { returnUrls: [] } } });
    expect(await inCore((deps) => loadCompletedLink(deps, browser))).toBeNull();
  });
});

describe("a link that was cancelled", () => {
  it("is as dead as one that was used, and makes no pretence of it", async () => {
    const browser = await opened(await enrolmentLink(app, "ada"));
    const { secret } = await inCore((deps) => enrolByLink(deps, browser));
    await inCore((deps) => cancelByLink(deps, browser));
    const before = await contents();
    expect(await outcomes(browser, codeOf(phoneWith(secret)))).toEqual(["link_ended"]);
    expect(await inCore((deps) => loadCompletedLink(deps, browser))).toBeNull();
    expect(await contents()).toEqual(before);
  });

  it("takes nothing along that is active", async () => {
    const browser = await opened(await enrolmentLink(app, "ada"));
    const { id, secret } = await inCore((deps) => enrolByLink(deps, browser));
    const body = { code: codeOf(phoneWith(secret)) };
    await app.v1("POST", `/users/ada/authenticators/${id}/confirm`, { body });
    expect(await refusal((deps) => cancelByLink(deps, browser))).toBe("link_ended");
    expect(await rows("SELECT id, state FROM authenticators")).toEqual([{ id, state: "active" }]);
  });

  it.each([0, 1, 2])("or confirmed, of 20 attempts at once: never both, %i", async (order) => {
    const browser = await opened(await enrolmentLink(app, "ada"));
    const { secret } = await inCore((deps) => enrolByLink(deps, browser));
    const code = codeOf(phoneWith(secret));
    const confirmed = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        const isCancel = at % 3 === order;
        if (isCancel) return refusal((deps) => cancelByLink(deps, browser)).then(() => "");
        return refusal((deps) => confirmByLink(deps, browser, code));
      }),
    );
    const isActive = confirmed.includes("none");
    expect(await rows("SELECT state FROM authenticators")).toEqual(
      isActive ? [{ state: "active" }] : [],
    );
    expect(await rows("SELECT id FROM audit_events WHERE type = 'link.cancelled'")).toHaveLength(
      isActive ? 0 : 1,
    );
  });

  it("is not cancelled by another browser", async () => {
    const browser = await opened(await enrolmentLink(app, "ada"));
    const other = await opened(await enrolmentLink(app, "eve"));
    const before = await contents();
    for (const caller of [
      { ...browser, browserHash: other.browserHash },
      { ...browser, linkId: other.linkId },
    ]) {
      expect(await refusal((deps) => cancelByLink(deps, caller))).toBe("link_ended");
    }
    expect(await contents()).toEqual(before);
  });
});

async function disableAndEnable(): Promise<void> {
  const { id } = await storedUser("ada");
  for (const disabled of [true, false]) {
    await admin("PATCH", `/users/${id}`, { body: { disabled } });
  }
}
/** What raises a user's epoch. */
const ENDS: [string, () => Promise<unknown>][] = [
  ["was disabled and enabled", disableAndEnable],
  ["got new backup codes", () => app.v1("POST", "/users/ada/backup-codes")],
  ["confirmed another authenticator", () => enrolled(app, "ada")],
];

describe.each(ENDS)("once a user %s", (_name, end) => {
  it("a link that was made before opens nothing, and what was opened does nothing", async () => {
    const user = await enrolled(app, "ada");
    const unopened = await enrolmentLink(app, "ada");
    const browser = await opened(await enrolmentLink(app, "ada"));
    const proven = await opened(await enrolmentLink(app, "ada"));
    const proof = codeOf(user.phone);
    await inCore((deps) => proveByLink(deps, proven, proof));
    const { secret } = await inCore((deps) => enrolByLink(deps, proven));
    await end();
    const before = await contents();
    expect(await refusal((deps) => openLink(deps, tokenOf(unopened)))).toBe("link_ended");
    expect(await outcomes(browser, firstCode(user))).toEqual(["link_ended"]);
    expect(await outcomes(proven, codeOf(phoneWith(secret)))).toEqual(["link_ended"]);
    expect(await contents()).toEqual(before);
  });

  it("a link that is made afterwards is good", async () => {
    await enrolled(app, "ada");
    await end();
    const link = await enrolmentLink(app, "ada");
    const held = await inCore((deps) => openLink(deps, tokenOf(link)));
    const browser = await callerOf(held);
    expect((await inCore((deps) => loadOpenedLink(deps, browser))).next).toBe("prove");
  });
});

describe("an enrolment link", () => {
  it("ends also for a user whom it made, who was disabled and enabled", async () => {
    const browser = await opened(await enrolmentLink(app, "ada"));
    const { secret } = await inCore((deps) => enrolByLink(deps, browser));
    await disableAndEnable();
    expect(await outcomes(browser, codeOf(phoneWith(secret)))).toEqual(["link_ended"]);
  });

  it("survives right and wrong codes, and its own proof and enrolments", async () => {
    const user = await enrolled(app, "ada");
    const browser = await opened(await enrolmentLink(app, "ada"));
    await app.verify("ada", firstCode(user));
    await app.verify("ada", wrongCodeOf(user.phone));
    await inCore((deps) => proveByLink(deps, browser, codeOf(user.phone)));
    await inCore((deps) => enrolByLink(deps, browser));
    const { secret } = await inCore((deps) => enrolByLink(deps, browser));
    const code = codeOf(phoneWith(secret));
    expect(await refusal((deps) => confirmByLink(deps, browser, code))).toBe("none");
  });
});
