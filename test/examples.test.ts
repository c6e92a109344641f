/**
 * The decision after the password, as the README shows it: whatever the network and the service do,
 * nobody is let in with the password alone unless that is what was plainly said.
 */

import { beforeEach, describe, expect, it, vi } from "vitest";
import { wrapping } from "./databases";
import { afterThePassword } from "../examples/after-the-password.mjs";
// oxlint-disable-next-line import/default -- Vite makes it: the text of the file
import example from "../examples/after-the-password.mjs?raw";
import python from "../examples/after_the_password.py?raw";
import readme from "../README.md?raw";
import serverApi from "../docs/server-api.md?raw";
import { admin, createApp, enrolled, ORIGIN, send, type TestApp } from "./service";
import { storedUser } from "./security/support";

let app: TestApp;
let other: TestApp;
beforeEach(async () => {
  [app, other] = [await createApp(), await createApp()];
  await enrolled(app, "ada");
});

type Network = (request: Request) => Response | Promise<Response>;

/** What the example decides where the network answers like this, and everything else is right. */
async function decide(
  userId: string,
  network: Network = (request) => send(request),
  { url = ORIGIN, key = app.key, appId = app.id } = {},
): Promise<string> {
  vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
    return network(new Request(address, init));
  });
  try {
    return await afterThePassword(userId, { url, key, appId });
  } catch {
    return "no log-in";
  } finally {
    vi.unstubAllGlobals();
  }
}

describe("after the password", () => {
  it("asks a user for a code who has a second factor", async () => {
    expect(await decide("ada")).toBe("ask for a code");
  });

  it("lets in a user who has none, whether the app has ever named them or not", async () => {
    await app.v1("POST", "/users/bob/authenticators", { body: {} });
    expect([await decide("bob"), await decide("nobody")]).toEqual(["log in", "log in"]);
  });

  it("lets nobody in of whom the back end does not know the id", async () => {
    const missing: string[] = JSON.parse('[null, ""]');
    for (const userId of missing) expect(await decide(userId)).toBe("no log-in");
  });

  it("lets nobody in whom the operator disabled or reset", async () => {
    await app.v1("POST", "/users/bob/authenticators", { body: {} });
    const { id } = await storedUser("bob");
    await admin("PATCH", `/users/${id}`, { body: { disabled: true } });
    await admin("POST", `/users/${(await storedUser("ada")).id}/reset`, { body: { reason: "x" } });
    expect([await decide("bob"), await decide("ada")]).toEqual([
      "ask for a code",
      "ask for a code",
    ]);
  });

  it.each([`${ORIGIN}/v1`, `${ORIGIN}/v1/users`, `${ORIGIN}/admin`, `${ORIGIN}/auth`])(
    "lets nobody in with the base URL %s",
    async (url) => {
      expect(await decide("nobody", undefined, { url })).toBe("no log-in");
    },
  );

  it("lets nobody in with a wrong key, another app's, a revoked one or one without the scope", async () => {
    const wrong = app.key.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    const { key: scopeless } = await createApp({ scopes: ["enrol"] });
    await admin("DELETE", `/apps/${other.id}/keys/${other.key.split("_")[1]}`);
    const { key: foreign } = await createApp();
    for (const key of ["", "x", wrong, scopeless, other.key, foreign]) {
      expect(await decide("nobody", undefined, { key })).toBe("no log-in");
    }
  });

  it.each([".", "..", "", "\ud800", "a".repeat(256), "a\nb"])(
    "lets nobody in who is called %j",
    async (userId) => {
      expect(await decide(userId)).toBe("no log-in");
    },
  );

  const page = "<!doctype html><title>Hello</title>";
  const plain = { appId: "app_x", known: false, twoFactor: false };
  const ANSWERS: Record<string, () => Response> = {
    "another host's page": () => new Response(page, { headers: { "content-type": "text/html" } }),
    "another host's 404": () => new Response(page, { status: 404 }),
    "a redirect": () => Response.redirect("https://example.org/log-in", 302),
    "an empty answer": () => new Response(null, { status: 204 }),
    "an empty object": () => Response.json({}),
    null: () => Response.json(null),
    "a list": () => Response.json([plain]),
    "another app's plain answer": () => Response.json(plain),
    "a 404 with what would be right": () =>
      Response.json({ ...plain, appId: app.id }, { status: 404 }),
    "a 500": () => new Response("Internal Server Error", { status: 500 }),
    "a 503 with what would be right": () =>
      Response.json({ ...plain, appId: app.id }, { status: 503 }),
    "a text in the place of a boolean": () => Response.json({ appId: app.id, twoFactor: "false" }),
    "null in its place": () => Response.json({ appId: app.id, twoFactor: null }),
    "0 in its place": () => Response.json({ appId: app.id, twoFactor: 0 }),
    nothing: () => Response.json({ appId: app.id, known: false }),
    "half an answer": () => new Response(`{"appId":"${app.id}","twoFactor":false`),
  };

  it.each(Object.entries(ANSWERS))("lets nobody in after %s", async (_what, answer) => {
    expect(await decide("nobody", answer)).toBe("no log-in");
  });

  it("lets nobody in while the server is down", async () => {
    const down = () => Promise.reject(new TypeError("fetch failed"));
    expect(await decide("nobody", down)).toBe("no log-in");
  });

  it("lets nobody in when the answer breaks off", async () => {
    const broken = () => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"appId":"'));
          controller.error(new Error("connection reset"));
        },
      });
      return new Response(body);
    };
    expect(await decide("nobody", broken)).toBe("no log-in");
  });

  it("lets nobody in when the answer takes longer than five seconds", async () => {
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort());
    const silent: Network = ({ signal }) => {
      return signal.aborted ? Promise.reject(signal.reason) : new Promise(() => {});
    };
    expect(await decide("nobody", silent)).toBe("no log-in");
    expect(timeout).toHaveBeenCalledWith(5000);
  });

  it("lets nobody in while the database is down", async () => {
    const bindings = wrapping(
      (d1) =>
        new Proxy(d1, {
          get() {
            throw new Error("D1_ERROR: down");
          },
        }),
    );
    expect(await decide("nobody", (request) => send(request, bindings))).toBe("no log-in");
  });
});

describe("the documentation", () => {
  const [, lines = ""] = example.split("no log-in. */\n");

  it.each(Object.entries({ "README.md": readme, "docs/server-api.md": serverApi }))(
    "shows in %s the very lines that are tested",
    (_file, text) => {
      expect(lines).toContain("export async function afterThePassword");
      expect(text).toContain(`\`\`\`js\n${lines}\`\`\``);
    },
  );

  it("shows the same in Python", () => {
    const [, tested = ""] = python.split('library."""\n\n');
    expect(serverApi).toContain(`\`\`\`python\n${tested}\`\`\``);
  });
});
