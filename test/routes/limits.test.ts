import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { call, codeOf, createApp, elapse, enrolled, problemCode } from "../service";

/** A platform limit that has been reached, and how often it was asked. */
function reached(): { limiter: RateLimit; asked: () => number } {
  let asked = 0;
  const limit = () => {
    asked += 1;
    return Promise.resolve({ success: false });
  };
  return { limiter: { limit }, asked: () => asked };
}

it("lets an isolate answer 30 verifications of a user a minute before it asks the platform", async () => {
  const app = await createApp();
  const { phone } = await enrolled(app, "ada");
  const { limiter, asked } = reached();
  const bindings = { ...env, USER_LIMIT: limiter };
  const verify = () =>
    app.v1("POST", "/users/ada/verify", { body: { code: codeOf(phone) }, bindings });
  for (let calls = 0; calls < 30; calls++) expect((await verify()).status).toBe(200);
  expect(asked()).toBe(0);
  const refused = await verify();
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
  expect([await problemCode(refused), asked()]).toEqual(["rate_limited", 1]);
  elapse(60);
  expect(await (await verify()).json()).toMatchObject({ valid: true });
});

it("does not forget whom it has seen when clocks of requests differ", async () => {
  const app = await createApp();
  const { phone } = await enrolled(app, "ada");
  const { limiter, asked } = reached();
  const bindings = { ...env, USER_LIMIT: limiter };
  elapse(60);
  for (let calls = 0; calls < 40; calls++) {
    elapse(calls % 2 === 0 ? -60 : 60);
    await app.v1("POST", "/users/ada/verify", { body: { code: codeOf(phone) }, bindings });
  }
  expect(asked()).toBeGreaterThan(0);
});

it("lets an isolate answer 600 calls of a key a minute before it asks the platform", async () => {
  const app = await createApp();
  const { limiter, asked } = reached();
  const bindings = { ...env, KEY_LIMIT: limiter };
  const ask = () => app.v1("GET", "/users/nobody", { bindings });
  for (let burst = 0; burst < 15; burst++) {
    const answers = await Promise.all(Array.from({ length: 40 }, ask));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  }
  expect(asked()).toBe(0);
  expect(await problemCode(await ask())).toBe("rate_limited");
});

it("keeps a monitor's budget apart from that of the clients that share its address", async () => {
  const headers = { "cf-connecting-ip": "198.51.100.77" };
  const used = new Map<string, number>();
  const limit = ({ key }: { key: string }) => {
    const calls = (used.get(key) ?? 0) + 1;
    used.set(key, calls);
    return Promise.resolve({ success: calls <= 3 });
  };
  const bindings = { ...env, ADDRESS_LIMIT: { limit } };
  const ask = async (path: string) => (await call("GET", path, { headers, bindings })).status;
  const statuses = async (path: string) => {
    const answers = [await ask(path), await ask(path), await ask(path), await ask(path)];
    return answers.join(" ");
  };
  expect(await statuses("/v1/time")).toBe("200 200 200 429");
  expect(await statuses("/readyz")).toBe("200 200 200 429");
  expect(used.size).toBe(2);
});
