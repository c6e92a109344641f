import { beforeEach, describe, expect, it } from "vitest";
import { openLink } from "../../src/core/enrolment-link/link";
import { confirmByLink, enrolByLink, proveByLink } from "../../src/core/enrolment-link/browser";
import { expectJson, logIn, PASSWORD, protect, register } from "../account";
import {
  admin,
  codeOf,
  createApp,
  enrolled,
  phoneWith,
  problemCode,
  type TestApp,
} from "../service";
import { enrolmentLink, follow, inCore, opened, refusal, settings, tokenOf } from "../links";
import { rows, storedUser } from "./support";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings });
});

const open = (link: { url: string }) => refusal((deps) => openLink(deps, tokenOf(link)));

describe("SECURITY: after an operator's reset", () => {
  interface Reset {
    rebindToken: string;
    rebindUrl: string;
  }

  async function reset(): Promise<Reset> {
    const { id } = await storedUser("ada");
    const body = { reason: "Lost phone" };
    return expectJson<Reset>(admin("POST", `/users/${id}/reset`, { body }), 200);
  }

  const enrolWith = ({ rebindToken }: Reset) =>
    app.v1("POST", "/users/ada/authenticators", { body: { rebindToken } });

  beforeEach(async () => {
    await enrolled(app, "ada");
  });

  it("a second reset ends the first link, opened or not", async () => {
    const first = await reset();
    const browser = await opened({ url: first.rebindUrl });
    const second = await reset();
    const third = await reset();
    expect(await open({ url: second.rebindUrl })).toBe("link_ended");
    expect(await refusal((deps) => enrolByLink(deps, browser))).toBe("link_ended");
    expect(await open({ url: third.rebindUrl })).toBe("none");
  });

  it("a second reset ends what the first link enrolled", async () => {
    const browser = await opened({ url: (await reset()).rebindUrl });
    const { secret } = await inCore((deps) => enrolByLink(deps, browser));
    await reset();
    const code = codeOf(phoneWith(secret));
    expect(await refusal((deps) => confirmByLink(deps, browser, code))).toBe("link_ended");
    expect(await (await app.v1("GET", "/users/ada")).json()).toMatchObject({
      rebindingRequired: true,
      authenticators: [],
    });
  });

  it("the token, used over the API, uses up the link", async () => {
    const made = await reset();
    const browser = await opened({ url: made.rebindUrl });
    expect((await enrolWith(made)).status).toBe(201);
    expect(await refusal((deps) => enrolByLink(deps, browser))).toBe("link_ended");
  });

  it("the link uses up the token, and makes one secret only", async () => {
    const made = await reset();
    const browser = await opened({ url: made.rebindUrl });
    const enrolIt = () => refusal((deps) => enrolByLink(deps, browser));
    expect(await enrolIt()).toBe("none");
    expect(await problemCode(await enrolWith(made))).toBe("rebinding_required");
    expect(await enrolIt()).toBe("rebinding_required");
  });

  it("of link and token at once one enrols", async () => {
    const made = await reset();
    const browser = await opened({ url: made.rebindUrl });
    await Promise.all([
      ...Array.from({ length: 5 }, () => refusal((deps) => enrolByLink(deps, browser))),
      ...Array.from({ length: 5 }, () => enrolWith(made)),
    ]);
    expect(await rows("SELECT * FROM authenticators")).toHaveLength(1);
  });

  it("a password set by the operator ends neither the token nor the link that stands for it", async () => {
    const person = await protect(await register("ada@example.com"));
    const { id } = person;
    const asked = { body: { reason: "Lost phone, forgot password" } };
    const made = await expectJson<Reset>(admin("POST", `/users/${id}/reset`, asked), 200);
    await expectJson(admin("PATCH", `/users/${id}`, { body: { password: PASSWORD } }), 200);
    const { rebindToken } = made;
    await expectJson(logIn({ ...person, password: PASSWORD }, { rebindToken }), 200);
    await follow({ url: made.rebindUrl });
    expect(await (await admin("GET", `/users/${id}`)).json()).toMatchObject({
      rebindingRequired: false,
      twoFactor: true,
    });
  });

  it("a link that the app made before it opens nothing", async () => {
    await app.v1("DELETE", "/users/ada");
    const browser = await opened(await enrolmentLink(app, "ada"));
    await enrolled(app, "ada");
    await reset();
    expect(await refusal((deps) => enrolByLink(deps, browser))).toBe("link_ended");
    expect(await rows("SELECT * FROM authenticators")).toEqual([]);
  });

  it("its link is worth nothing once the user is bound again", async () => {
    const made = await reset();
    const browser = await opened({ url: made.rebindUrl });
    const { phone } = await enrolled(app, "ada", { rebindToken: made.rebindToken });
    const code = codeOf(phone);
    const prove = refusal((deps) => proveByLink(deps, browser, code));
    expect(await prove).toBe("link_ended");
  });
});
