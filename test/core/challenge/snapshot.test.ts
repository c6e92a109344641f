import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { admin, call, codeOf, createApp, elapse, enrolled, problemCode } from "../../service";

it("of an earlier state of the app is not used for a challenge that was minted again", async () => {
  const app = await createApp({ settings: { window: 2 } });
  const { phone } = await enrolled(app, "ada");
  elapse(300);
  const ask = async () => {
    const options = { body: { userId: "ada" }, headers: { "idempotency-key": "one" } };
    return (await app.v1("POST", "/challenges", options)).json<{ id: string; token: string }>();
  };
  const { id } = await ask();
  const stale = await env.KV.get(`challenge:${id}`);
  await admin("PATCH", `/apps/${app.id}`, { body: { settings: { window: 0 } } });
  const { token } = await ask();
  await env.KV.put(`challenge:${id}`, stale ?? "");
  const body = { token, code: codeOf(phone, -2) };
  expect(await problemCode(await call("POST", "/v1/challenges/verify", { body }))).toBe(
    "invalid_code",
  );
});
