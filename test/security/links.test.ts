import { beforeEach, describe, expect, it } from "vitest";
import { openLink, peekLink } from "../../src/core/enrolment-link/link";
import {
  callerOf,
  confirmByLink,
  enrolByLink,
  loadOpenedLink,
  showByLink,
} from "../../src/core/enrolment-link/browser";
import {
  admin,
  codeOf,
  createApp,
  createKey,
  elapse,
  phoneWith,
  useKey,
  type TestApp,
} from "../service";
import { enrolmentLink, follow, inCore, opened, refusal, settings, tokenOf } from "../links";
import { revoke } from "../world";
import { contents, rows } from "./support";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings });
});

const open = (link: { url: string }) => refusal((deps) => openLink(deps, tokenOf(link)));

describe("an enrolment link", () => {
  it("is opened by one of 20 browsers at once", async () => {
    const link = await enrolmentLink(app, "ada");
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => open(link)));
    expect(outcomes.toSorted().slice(0, 19)).toEqual(
      Array.from({ length: 19 }, () => "link_ended"),
    );
    expect(outcomes).toContain("none");
    const events = await rows("SELECT * FROM audit_events WHERE type = 'link.opened'");
    expect(events).toHaveLength(1);
  });

  it("is not opened by looking at it: a mail scanner's GET changes nothing", async () => {
    const link = await enrolmentLink(app, "ada");
    const before = await contents();
    for (let times = 0; times < 3; times++) {
      const { opened: isOpened } = await inCore((deps) => peekLink(deps, tokenOf(link)));
      expect(isOpened).toBe(false);
    }
    expect(await contents()).toEqual(before);
    expect(await open(link)).toBe("none");
    expect((await inCore((deps) => peekLink(deps, tokenOf(link)))).opened).toBe(true);
  });

  it("is of no use to another browser than the one that opened it", async () => {
    const [link, other] = [await enrolmentLink(app, "ada"), await enrolmentLink(app, "eve")];
    const browser = await opened(link);
    const stranger = await opened(other);
    const strangers = [
      { ...stranger, linkId: link.id },
      { ...browser, browserHash: "" },
      { ...browser, linkId: other.id },
    ];
    for (const caller of strangers) {
      expect(await refusal((deps) => loadOpenedLink(deps, caller))).toBe("link_ended");
      expect(await refusal((deps) => enrolByLink(deps, caller))).toBe("link_ended");
    }
    expect(await rows("SELECT * FROM authenticators")).toEqual([]);
  });

  it("has a token that is no browser's, and the other way round", async () => {
    const link = await enrolmentLink(app, "ada");
    const token = tokenOf(link);
    expect(await refusal(() => callerOf(token))).toBe("link_ended");
    const asBrowser = await callerOf(token.replace("sgl_", "sgb_"));
    expect(await refusal((deps) => enrolByLink(deps, asBrowser))).toBe("link_ended");
    const held = await inCore((deps) => openLink(deps, token));
    for (const junk of [held, held.replace("sgb_", "sgl_"), `${token}a`, token.toUpperCase(), ""]) {
      expect(await refusal((deps) => peekLink(deps, junk))).toBe("link_ended");
      expect(await refusal((deps) => openLink(deps, junk))).toBe("link_ended");
    }
  });

  it("makes no secret again once it was followed to its end", async () => {
    const { browser } = await follow(await enrolmentLink(app, "ada"));
    expect(await refusal((deps) => enrolByLink(deps, browser))).toBe("link_ended");
    expect(await refusal((deps) => showByLink(deps, browser))).toBe("link_ended");
    expect(await rows("SELECT * FROM authenticators")).toHaveLength(1);
  });
});

type End = (context: { app: TestApp; key: string }) => Promise<unknown>;
/** What ends a link, and what a browser that opened it can still do. */
const ENDS: [string, End][] = [
  ["its key was revoked", ({ app: { id }, key }) => revoke(id, key)],
  [
    "the app's settings changed",
    ({ app: { id } }) => admin("PATCH", `/apps/${id}`, { body: { settings: { window: 2 } } }),
  ],
  ["the app was deleted", ({ app: { id } }) => admin("DELETE", `/apps/${id}`)],
  ["its time is up", async () => elapse(15 * 60)],
];

describe.each(ENDS)("when %s", (_name, end) => {
  it("an enrolment link is not opened, and what was opened makes and confirms nothing", async () => {
    const key = await createKey(app.id, {});
    const maker = useKey(app.id, key);
    const unopened = await enrolmentLink(maker, "ada");
    const browser = await opened(await enrolmentLink(maker, "ada"));
    const enrolling = await opened(await enrolmentLink(maker, "eve"));
    const { secret } = await inCore((deps) => enrolByLink(deps, enrolling));
    await end({ app, key });
    const before = await contents();
    expect(await open(unopened)).toBe("link_ended");
    expect(await refusal((deps) => enrolByLink(deps, browser))).toBe("link_ended");
    expect(await refusal((deps) => showByLink(deps, enrolling))).toBe("link_ended");
    const code = codeOf(phoneWith(secret));
    expect(await refusal((deps) => confirmByLink(deps, enrolling, code))).toBe("link_ended");
    expect(await contents()).toEqual(before);
  });
});

describe("the secrets of a link", () => {
  it("are in no row", async () => {
    const link = await enrolmentLink(app, "ada");
    const held = await inCore((deps) => openLink(deps, tokenOf(link)));
    const stored = JSON.stringify(await contents());
    for (const token of [tokenOf(link), held]) {
      expect(stored).not.toContain(token.slice(token.lastIndexOf("_") + 1));
    }
  });
});
