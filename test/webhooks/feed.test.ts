import { describe, expect, it } from "vitest";
import { expectJson } from "../account";
import type { Message } from "../../src/core/webhook/message";
import {
  codeOf,
  createApp,
  createKey,
  enrolled,
  problemCode,
  useKey,
  wrongCodeOf,
} from "../service";
import { receive, createWebhook } from "./receiver";

interface Feed {
  items: Message[];
  next: string;
}

const read = (app: Awaited<ReturnType<typeof createApp>>, query = "") =>
  expectJson<Feed>(app.v1("GET", `/events${query}`), 200);

describe("following events", () => {
  it("gives what happens from then on, oldest first and each once, as webhooks are sent it", async () => {
    const { received } = receive();
    const app = await createApp();
    await createWebhook(app);
    const { next } = await read(app);
    const { phone } = await enrolled(app, "ada");
    await app.verify("ada", codeOf(phone));
    const one = await read(app, `?after=${next}&limit=2`);
    const two = await read(app, `?after=${one.next}`);
    expect([...one.items, ...two.items]).toEqual(received.map(({ message }) => message));
    expect(one.items).toHaveLength(2);
    expect((await read(app, `?after=${two.next}`)).items).toEqual([]);
  });

  it("begins at a time, and gives only the types that are asked for", async () => {
    const app = await createApp();
    const since = new Date().toISOString();
    const { phone } = await enrolled(app, "ada");
    await app.verify("ada", wrongCodeOf(phone));
    const { items } = await read(app, `?since=${since}&types=code.verified,user.locked`);
    expect(items.map(({ type, data }) => [type, data.outcome])).toEqual([
      ["code.verified", "failure"],
    ]);
  });

  it("waits for an event as long as it is told to", async () => {
    const app = await createApp();
    const { phone } = await enrolled(app, "ada");
    const { next } = await read(app);
    const waiting = read(app, `?after=${next}&wait=20`);
    await app.verify("ada", codeOf(phone));
    expect((await waiting).items).toHaveLength(1);
  });

  it("shows nothing of another app", async () => {
    const app = await createApp();
    const since = new Date().toISOString();
    await enrolled(app, "ada");
    const other = await createApp();
    const { items } = await read(other, `?since=${since}`);
    expect(items.map(({ type }) => type)).toEqual(["api_key.created"]);
  });

  it("needs the scope events, and a key that is good", async () => {
    const app = await createApp();
    const other = useKey(app.id, await createKey(app.id, { scopes: ["verify", "users"] }));
    expect(await problemCode(await other.v1("GET", "/events"))).toBe("insufficient_scope");
    expect(await problemCode(await useKey(app.id, "sg_none").v1("GET", "/events"))).toBe(
      "unauthorized",
    );
  });

  it.each([
    "after=x",
    "after=1.2.3.4.5.6",
    "limit=0",
    "wait=26",
    "types=user.known",
    "since=today",
  ])("refuses %s", async (query) => {
    const app = await createApp();
    expect(await problemCode(await app.v1("GET", `/events?${query}`))).toBe("invalid_request");
  });
});
