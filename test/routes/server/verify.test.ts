import { expect, it } from "vitest";
import { codeOf, createApp, enrolled } from "../../helpers";

it("accepts the code that the phone shows", async () => {
  const app = await createApp();
  const { phone, authenticatorId } = await enrolled(app, "ada");
  const response = await app.verify("ada", codeOf(phone));
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    valid: true,
    method: "totp",
    authenticatorId,
    backupCodes: { remaining: 10 },
  });
});

it("accepts a code once", async () => {
  const app = await createApp();
  const { phone } = await enrolled(app, "ada");
  const code = codeOf(phone);
  await app.verify("ada", code);
  const response = await app.verify("ada", code);
  expect(await response.json()).toMatchObject({ valid: false });
});
