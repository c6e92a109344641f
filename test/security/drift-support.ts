/** A user whose token's clock can be anything, and what the service knows of it. */

import { vi } from "vitest";
import { codeOf, createApp, enrolled, type EnrolledUser, type TestApp } from "../service";
import type { Model } from "./drift-model";
import { isAccepted, rows } from "./support";

/** So that codes of two steps are not equal by chance. */
const EIGHT = { digits: 8 };
export const PERIOD = 30;
/** RFC 4226 §5.1: the counter, and nothing else that we sign, is eight bytes. */
const COUNTER_BYTES = 8;

/** How many codes of the token a request made the service compute. */
export async function computedBy<T>(request: () => Promise<T>): Promise<[T, number]> {
  let computed = 0;
  const sign = crypto.subtle.sign.bind(crypto.subtle);
  const spy = vi.spyOn(crypto.subtle, "sign").mockImplementation((algorithm, key, data) => {
    if (data.byteLength === COUNTER_BYTES) computed++;
    return sign(algorithm, key, data);
  });
  const answer = await request();
  spy.mockRestore();
  return [answer, computed];
}

const stepNow = () => Math.floor(Date.now() / (PERIOD * 1000));

export interface Device {
  app: TestApp;
  user: EnrolledUser;
  model: Model;
  verify: (offset: number) => Promise<boolean>;
  resync: (offset: number) => Promise<Response>;
}

/** Whose token's clock can be anything: `offset` is in steps, from ours. */
export async function device(window: number): Promise<Device> {
  const app = await createApp({ settings: { window, failuresBeforeLock: 10 } });
  const user = await enrolled(app, "ada", EIGHT);
  const resync = (offset: number) => {
    const codes = [codeOf(user.phone, offset), codeOf(user.phone, offset + 1)];
    return app.v1("POST", "/users/ada/resync", { body: { codes } });
  };
  return {
    app,
    user,
    // The step before confirmed it.
    model: { window, now: stepNow(), drift: 0, lastStep: stepNow() - 1, accepted: [] },
    verify: async (offset) => isAccepted(await app.verify("ada", codeOf(user.phone, offset))),
    resync,
  };
}

export const stored = async () => {
  const [row] = await rows<{ last_step: number; drift: number }>(
    "SELECT last_step, drift FROM authenticators",
  );
  return row;
};
